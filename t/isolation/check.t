#!/usr/bin/python3
"""A check passes by proving that it came to its end, and by nothing else.

What it tries may die, at any step, of what the machine lacks; that must never
look like a machine that has everything.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap

from pyexec_test import PyexecTestCase, Server, main
from pyexec_test.attack import DEBUG_MODULE

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
ISOLATION = os.path.join(TOP, "ngx_pyexec_module", "zygote", "isolation.py")

# In place of zygote.py and what it loads.
INTERPRETER = """\
#!/usr/bin/python3
import os, resource, signal, sys
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
token = [word for word in sys.argv if word.startswith("token=")][0][6:]
"""

# As isolation.py meets it, with a cgroup: no machine is needed that has one.
EXTENSION = """\
import importlib.util, os, resource, signal, sys
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
sys.dont_write_bytecode = True

spec = importlib.util.spec_from_file_location("isolation", sys.argv[1])
isolation = importlib.util.module_from_spec(spec)
spec.loader.exec_module(isolation)

class Extension:
    def open_cgroup(self, *options): pass
    def enter_cgroup(self): pass
    def start_cgroup(self): pass
    def end_cgroup(self): print("removed", flush=True)
    def isolate(self, *options): pass
    def probe(self, paths):
{probe}

try:
    isolation.check(Extension(), dict(
        cgroup="/sys/fs/cgroup/a", entry="-", memory="1", processes="1",
        scratch="0", isolation="full", network="off", allow="*", hide=(),
        show=()))
    print("passed")
except isolation.Unavailable as error:
    print("unavailable:", error)
"""


class AnInterpreter(PyexecTestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="pyexec-check-")
        self.addCleanup(shutil.rmtree, self.folder)
        os.chmod(self.folder, 0o755)
        self.python = os.path.join(self.folder, "python3")

    def check(self, program, **conf):
        """What nginx -t says of it: (status, its own lines)."""
        with open(self.python, "w", encoding="ascii") as file:
            file.write(INTERPRETER + program)

        os.chmod(self.python, 0o755)
        server = Server(location=f"pyexec_python {self.python};", **conf)
        self.addCleanup(server.remove)
        return server.test_conf()

    def assertRefused(self, program, reason, **conf):
        status, said = self.check(program, **conf)
        self.assertEqual(status, 1, said)
        self.assertRegex(said, re.escape(f"cannot be used: {reason} in "))

    def test_that_proves_that_it_came_to_its_end_is_good(self):
        for line in "print('ok', token)", "print('a warning\\nok', token, 'a')":
            status, said = self.check(line)
            self.assertEqual(status, 0, said)

    def test_that_only_says_so_is_not(self):
        for line in ("print('ok ')", "print('ok numpy')",
                     "print('ok', token[:-1])", "print('ok', 'x' * 32)",
                     "print('ok', token + 'x')"):
            with self.subTest(line):
                self.assertRefused(line, "its check did not come to its end")

    def test_that_says_something_after_it_is_not(self):
        self.assertRefused("print('ok', token); print('and then')",
                           "and then")

    def test_that_dies_of_a_signal_is_not(self):
        self.assertRefused("os.kill(os.getpid(), signal.SIGSEGV)",
                           "it was killed by signal 11")
        self.assertRefused("print('ok ', flush=True)\n"
                           "os.kill(os.getpid(), signal.SIGBUS)",
                           "it was killed by signal 7")

    def test_that_says_nothing_is_not(self):
        self.assertRefused("", "it ended without a word")

    def test_that_hangs_is_not(self):
        os.environ["PYEXEC_PROBE_TIMEOUT"] = "1"
        self.addCleanup(os.environ.pop, "PYEXEC_PROBE_TIMEOUT")
        self.assertRefused("import time\nprint('a word', flush=True)\n"
                           "time.sleep(600)",
                           "it has said nothing for 1 seconds",
                           module=DEBUG_MODULE)

    def test_no_two_checks_have_the_same_token(self):
        said = [self.check("print(token)")[1] for _ in range(2)]
        tokens = [re.search(r"cannot be used: ([0-9a-f]{32}) in ", text)[1]
                  for text in said]
        self.assertNotEqual(*tokens)


class ATrialRun(PyexecTestCase):
    """In a cgroup, where it is a fork of its own."""

    def check(self, probe):
        program = EXTENSION.format(probe=textwrap.indent(probe, " " * 8))
        done = subprocess.run([sys.executable, "-c", program, ISOLATION],
                              capture_output=True, text=True, check=False,
                              timeout=60)
        self.assertTrue(done.stdout.startswith("removed\n"), done)
        return done.returncode, done.stdout.removeprefix("removed\n")

    def test_that_comes_to_its_end_is_good(self):
        self.assertEqual(self.check("pass"), (0, "passed\n"))

    def test_that_dies_of_a_signal_is_told_by_it(self):
        for number in signal.SIGSYS, signal.SIGSEGV, signal.SIGKILL:
            with self.subTest(number):
                self.assertEqual(
                    self.check(f"os.kill(os.getpid(), {int(number)})"),
                    (-number, ""))

    def test_that_raises_what_nobody_expected_is_told_with_it(self):
        self.assertEqual(self.check("raise ValueError('of all things')"),
                         (0, "unavailable: ValueError: of all things\n"))

    def test_that_raises_what_was_expected_is_told_with_it(self):
        status, said = self.check("raise OSError(38, 'is not there', 'clone')")
        self.assertEqual(status, 0)
        self.assertRegex(said, "^unavailable: pyexec_isolation full: the "
                               "kernel lacks namespaces;")

    def test_that_just_ends_is_none(self):
        for end in "os._exit(0)", "os._exit(1)":
            self.assertEqual(
                self.check(end),
                (0, "unavailable: a trial run ended without a word\n"))

    def test_that_leaves_is_none(self):
        self.assertEqual(self.check("raise SystemExit"),
                         (0, "unavailable: SystemExit: \n"))


if __name__ == "__main__":
    main()
