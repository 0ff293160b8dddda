#!/usr/bin/python3
"""A run is alone in its namespaces, and signals are as python3 has them.

Each program runs at the endpoint and as `python3 main.py`: output and return
code must be the same.
"""

import concurrent.futures
import os
import subprocess
import tempfile

from pyexec_test import PROCESS, AttackCase, main
from pyexec_test.attack import HIDDEN

BY_NUMBER = """
import os, signal
print("before", flush=True)
os.kill(os.getpid(), signal.{name})
print("after")
"""

ENDINGS = {
    name: BY_NUMBER.format(name=name)
    for name in ("SIGTERM", "SIGABRT", "SIGINT", "SIGSEGV", "SIGALRM",
                 "SIGHUP", "SIGQUIT", "SIGKILL", "SIGUSR1", "SIGBUS", "SIGFPE",
                 "SIGILL", "SIGTRAP", "SIGSYS", "SIGPIPE", "SIGXCPU",
                 "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGIO", "SIGCHLD",
                 "SIGWINCH", "SIGURG", "SIGCONT", "SIGRTMIN", "SIGRTMAX")
}

ENDINGS.update({
    "os.abort": "import os\nos.abort()",
    "raise_signal": "import signal\nsignal.raise_signal(15)",
    "pthread_kill": "import signal, threading\n"
                    "signal.pthread_kill(threading.get_ident(), 15)",
    "killpg": "import os\nos.killpg(0, 15)",
    "kill 0": "import os\nos.kill(0, 15)",
    "an alarm": "import signal, time\nsignal.alarm(1)\ntime.sleep(10)",
    "a timer": "import signal\nsignal.setitimer(signal.ITIMER_PROF, 0.05)\n"
               "while True: pass",
    "a null pointer": "import ctypes\nctypes.string_at(0)",
    "RLIMIT_CPU": "import resource\n"
                  "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\n"
                  "while True: pass",
    "RLIMIT_CPU, softly": "import resource\n"
                          "resource.setrlimit(resource.RLIMIT_CPU, (1, 3))\n"
                          "while True: pass",
    "a broken pipe": "import os\none, two = os.pipe()\nos.close(one)\n"
                     "os.write(two, b'x')",
    "a broken pipe with a default": "import os, signal\n"
        "signal.signal(13, signal.SIG_DFL)\none, two = os.pipe()\n"
        "os.close(one)\nos.write(two, b'x')",
    "a handler": "import os, signal\n"
        "signal.signal(15, lambda *_: print('handled'))\n"
        "os.kill(os.getpid(), 15)\nprint('after')",
    "a signal that is ignored": "import os, signal\n"
        "signal.signal(15, signal.SIG_IGN)\nos.kill(os.getpid(), 15)\n"
        "print('after')",
    "a signal that is blocked and waited for": "import os, signal\n"
        "signal.pthread_sigmask(0, [15])\nos.kill(os.getpid(), 15)\n"
        "print(signal.sigwait([15]))",
    "a KeyboardInterrupt that is caught": "import os\n"
        "try:\n    os.kill(os.getpid(), 2)\n"
        "except KeyboardInterrupt:\n    print('caught')",
    "a child that ends by a signal": "import os\n"
        "child = os.fork()\n"
        "if child == 0: os.kill(os.getpid(), 15)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))",
    "a child that aborts": "import subprocess, sys\n"
        "print(subprocess.run([sys.executable, '-c', 'import os; os.abort()'])"
        ".returncode)",
    "a child that ends its parent": "import os, time\n"
        "parent = os.getpid()\n"
        "if os.fork() == 0:\n    os.kill(parent, 15)\n    os._exit(0)\n"
        "time.sleep(10)",
    "a child that is told to stop and go on": "import os, signal\n"
        "child = os.fork()\n"
        "if child == 0:\n    os.kill(os.getpid(), signal.SIGSTOP)\n"
        "    os._exit(3)\n"
        "print(os.WIFSTOPPED(os.waitpid(child, os.WUNTRACED)[1]))\n"
        "os.kill(child, signal.SIGCONT)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))",
    "no child to wait for": "import os\nos.wait()",
    "an exit status": "import os\nos._exit(200)",
    "faulthandler": "import faulthandler, os\nfaulthandler.enable()\n"
        "os.kill(os.getpid(), 11)",
})

# What takes a process of its own, or a second of processor time.
NOT_ALONE = ("a child", "killpg", "kill 0")

PID = """
import os
print(os.getpid() != 1, os.getppid() != os.getpid(),
      os.getsid(0) == os.getpgid(0))
"""


class Signals(AttackCase):
    conf = {"server": PROCESS}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain = {}

        with tempfile.TemporaryDirectory(prefix="pyexec-plain-") as folder:
            started = {}

            for name, program in ENDINGS.items():
                path = os.path.join(folder, str(len(started)) + ".py")

                with open(path, "w", encoding="ascii") as script:
                    script.write("import sys\n" + program)

                # In a group of its own: some of them signal their group.
                started[name] = subprocess.Popen(
                    ["/usr/bin/python3", path], start_new_session=True,
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL, cwd=folder)

                cls.addClassCleanup(started[name].kill)

            for name, process in started.items():
                output = process.communicate(timeout=60)[0].decode("ascii")
                cls.plain[name] = (process.returncode, output)

    def check(self, path, names):
        def post(name):
            return name, self.server.post(HIDDEN, path=path,
                                          args=[ENDINGS[name]])

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(post, names))

        for name, answer in answers:
            with self.subTest(name):
                self.assertStatus(answer, 200)
                self.assertEqual((answer["returncode"], answer["output"]),
                                 self.plain[name], answer.json)

    def test_each_signal_does_what_it_does_to_a_plain_python(self):
        self.check("/run", ENDINGS)

    def test_each_signal_does_so_in_process_isolation(self):
        self.check("/process", [name for name in ENDINGS
                                if not name.startswith(NOT_ALONE)])

    def test_a_run_is_not_the_first_process_of_its_namespace(self):
        self.assertRan(self.post(PID), "True True True\n", "")


if __name__ == "__main__":
    main()
