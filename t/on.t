#!/usr/bin/python3
"""What make test-on does around the tests: the system and its record."""

import os
import shutil
import signal
import subprocess
import tempfile
import unittest

from pyexec_test import PyexecTestCase, main, wait_until

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ENTER = os.path.join(TOP, "t", "on", "enter")
PAGE = os.path.join(TOP, "t", "on", "page")
WAIT = 30

HEAD = """\
# Where it works

| System | nginx | Python | numpy |
|---|---|---|---|
"""
TAIL = "\nThe rest of the page.\n"

RECORD = """\
command: make test-on SUITE={suite}
system: Debian 99.1 ({suite})
date: 2026-01-02
machine: x86_64
kernel: 6.1.2-of-its-own
nginx: 1.2.3
python: 3.4.5
numpy: 6.7
tree-sitter: 0.8
gcc: 9.9
glibc: 2.9
libseccomp: 2.5
tests: {tests}
prove: Files=14, Tests=1500, 99 wallclock secs ( 1.00 usr =  1.00 CPU)
result: {result}
"""
ROW = ("| Debian 99.1 ({suite}), x86_64 | 1.2.3 | 3.4.5 | 6.7 | 0.8 | 9.9 "
       "| 2.9 | 2.5 | 6.1.2 | {tests} | 2026-01-02 "
       "| `make test-on SUITE={suite}` |\n")


def may_enter():
    """A user who is not root needs more user ids."""
    return os.getuid() == 0 or subprocess.run(
        ["unshare", "--map-root-user", "--map-auto", "true"],
        stderr=subprocess.DEVNULL, check=False).returncode == 0


def mounts():
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        return file.read()


@unittest.skipUnless(may_enter(), "this user has no other user ids")
class Enter(PyexecTestCase):
    """A system of this machine's programs."""

    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="pyexec-on-")
        self.addCleanup(shutil.rmtree, self.root)
        for name in ("dev", "etc", "proc", "run", "sys", "tmp", "usr"):
            os.mkdir(os.path.join(self.root, name))
        for name in os.listdir("/"):
            if os.path.islink(f"/{name}"):
                os.symlink(os.readlink(f"/{name}"),
                           os.path.join(self.root, name))

    def argv(self, script, *binds):
        given = [word for bind in ("/usr:/usr", *binds)
                 for word in ("--bind", bind)]
        return [ENTER, *given, self.root, "sh", "-c", script]

    def enter(self, script, *binds):
        return subprocess.run(self.argv(script, *binds), check=False,
                              stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=WAIT)

    def test_the_command_ends_it_with_its_status(self):
        self.assertEqual(self.enter("exit 37").returncode, 37)
        self.assertEqual(self.enter("exit 0").returncode, 0)

    def test_it_has_its_own_processes_and_no_file_of_the_machine(self):
        done = self.enter("readlink /proc/1/exe; ls -d /home /var /.outside")
        self.assertIn("bash", done.stdout.splitlines()[0])
        self.assertEqual(done.stdout.count("No such file"), 3, done.stdout)

    def test_user_namespaces_are_to_be_had(self):
        done = self.enter("unshare --user --map-root-user --mount --pid --fork"
                          " sh -c 'mount -t proc proc /proc && echo $$'")
        self.assertEqual((done.stdout, done.returncode), ("1\n", 0))

    def test_devices_and_shared_memory_are_to_be_had(self):
        done = self.enter("echo x > /dev/null && echo y > /dev/shm/y"
                          " && head -c 4 /dev/urandom | wc -c"
                          " && test -c /dev/ptmx && echo ptmx")
        self.assertEqual(done.stdout, "4\nptmx\n")

    def test_a_folder_of_the_machine_is_there_for_it_to_write_to(self):
        mine = tempfile.mkdtemp(prefix="pyexec-on-")
        self.addCleanup(shutil.rmtree, mine)
        self.enter("echo here > /given/file", f"{mine}:/given")
        with open(os.path.join(mine, "file"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "here\n")

    def test_the_environment_stays_outside(self):
        os.environ["PYEXEC_ON_TEST"] = "secret"
        self.addCleanup(os.environ.pop, "PYEXEC_ON_TEST")
        self.assertNotIn("secret", self.enter("env").stdout)

    def test_nothing_is_left_of_one_that_was_killed(self):
        mine = tempfile.mkdtemp(prefix="pyexec-on-")
        self.addCleanup(shutil.rmtree, mine)
        lock = os.path.join(mine, "lock")
        with open(lock, "w", encoding="ascii"):
            pass

        before = mounts()
        running = subprocess.Popen(
            self.argv("(setsid flock /given/lock sleep 600 &) ; sleep 600",
                      f"{mine}:/given"), stdin=subprocess.DEVNULL)
        self.assertTrue(wait_until(lambda: not self.unlocked(lock), WAIT))

        running.send_signal(signal.SIGKILL)
        running.wait(WAIT)

        self.assertTrue(wait_until(lambda: self.unlocked(lock), WAIT))
        self.assertEqual(mounts(), before)

    @staticmethod
    def unlocked(path):
        return subprocess.run(["flock", "--nonblock", path, "true"],
                              check=False).returncode == 0


class Record(PyexecTestCase):
    """A row of docs/platforms.md comes from what ran."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="pyexec-on-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.page = os.path.join(self.folder, "platforms.md")
        with open(self.page, "w", encoding="utf-8") as file:
            file.write(HEAD + TAIL)

    def write(self, suite, tests="all", result="PASS"):
        record = os.path.join(self.folder, "record")
        with open(record, "w", encoding="utf-8") as file:
            file.write(RECORD.format(suite=suite, tests=tests, result=result))
        done = subprocess.run(
            [PAGE, record], env=dict(os.environ, PYEXEC_PLATFORMS=self.page),
            stderr=subprocess.PIPE, text=True, check=False)
        return done.returncode, done.stderr

    def rows(self):
        with open(self.page, encoding="utf-8") as file:
            text = file.read()
        self.assertTrue(text.startswith(HEAD), text)
        self.assertTrue(text.endswith(TAIL), text)
        return text[len(HEAD):-len(TAIL)]

    def test_each_command_has_one_row(self):
        self.write("one")
        self.write("two")
        self.write("one", tests="t/x.t")
        self.assertEqual(
            self.rows(),
            ROW.format(suite="one", tests="chosen: 1,500 in 14 files")
            + ROW.format(suite="two", tests="1,500 in 14 files"))

    def test_what_did_not_pass_has_none(self):
        status, error = self.write("one", result="FAIL")
        self.assertNotEqual(status, 0)
        self.assertIn("did not pass", error)
        self.assertEqual(self.rows(), "")


if __name__ == "__main__":
    main()
