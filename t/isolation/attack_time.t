#!/usr/bin/python3
"""A run ends when its time is over, in whatever state it is."""

import concurrent.futures
import time

from pyexec_test import PROCESS, IdleCase, main

DEAF = """
import signal, time

for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)

signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
"""

# What still runs, or does not, when the time is over.
ENDLESS = {
    "stopped": "os.kill(os.getpid(), 19)",
    "stopped in a new session": """
if os.fork() == 0:
    os.setsid()
    os.kill(os.getpid(), 19)
os.kill(os.getpid(), 19)
""",
    "stopped as a group": "os.kill(0, 19)",
    "deaf": DEAF + "while True: time.sleep(1)",
    "deaf, with deaf children": DEAF + """
for _ in range(4):
    os.fork()
while True: time.sleep(1)
""",
    "deaf and computing": DEAF + "while True: pass",
    "in a fork loop": "while True: os.fork() or os._exit(0); os.wait()",
    "in a fork loop of orphans": """
while True:
    if os.fork() == 0:
        os.setsid()
        os.fork() and os._exit(0)
        import time
        time.sleep(0.01)
        os._exit(0)
    os.wait()
""",
    "in a loop of threads": """
import threading
while True:
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
""",
    "in a system call": "import time; time.sleep(1000)",
    "in a read": "os.read(os.pipe()[0], 1)",
    "in a vfork": """
import subprocess
subprocess.run(["sleep", "1000"])
""",
    "in one instruction": "9 ** 9 ** 9",
    "waiting for itself": """
import threading
lock = threading.Lock()
lock.acquire()
lock.acquire()
""",
    "an alarm that begins again": """
import signal
signal.signal(signal.SIGALRM, lambda *_: signal.setitimer(0, 0.001))
signal.setitimer(0, 0.001)
while True: pass
""",
    "with its output closed": """
os.closerange(0, 300)
while True: pass
""",
}

SINGLE = ("stopped", "deaf", "deaf and computing",
          "in a loop of threads", "in a system call")

CPU = """
import resource

said = [resource.getrlimit(resource.RLIMIT_CPU)[1] < 100]
print(said)
"""


class Time(IdleCase):
    paths = ("/run", "/process")
    conf = {"server": PROCESS}

    def check(self, path, names):
        def post(name):
            begin = time.monotonic()
            answer = self.post(ENDLESS[name], path, run_timeout=0.4)
            return name, answer, time.monotonic() - begin

        # One place is left for the others.
        with self.assertOthersAnswer(path), \
                concurrent.futures.ThreadPoolExecutor(3) as pool:
            answers = list(pool.map(post, names))

        for name, answer, took in answers:
            with self.subTest(name):
                self.assertRan(answer, returncode=-9, status="timeout")
                self.assertTrue(answer["error"].endswith(
                    "Execution timed out after 0.4 seconds"), answer["error"])
                self.assertLess(took, 2)

        self.assertNothingLeft(self.idle)

    def test_a_run_ends_in_time_in_whatever_state_it_is(self):
        self.check("/run", ENDLESS)

    def test_a_run_in_process_isolation_ends_in_time_too(self):
        self.check("/process", SINGLE)

    def test_what_a_killed_run_has_used_is_told(self):
        for name, program, least in (
                ("itself", "", 0.2),
                ("and its child", "pid = os.fork()\n", 0.2)):
            with self.subTest(name):
                answer = self.post(program + "while True: pass",
                                   run_timeout=0.6).json
                self.assertEqual(answer["status"], "timeout")
                self.assertGreater(answer["cpu_time"], least)
                self.assertGreater(answer["memory"], 1 << 20)

    def test_what_a_daemon_has_used_is_told(self):
        answer = self.post("""
import time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True: pass
    os._exit(0)
os.wait()
time.sleep(0.5)
""").json
        self.assertEqual(answer["status"], "ok")
        self.assertGreater(answer["cpu_time"], 0.2)

    def test_a_signal_of_a_program_to_process_1_is_nothing(self):
        self.assertRan(self.post("""
for number in range(1, 65):
    try:
        os.kill(1, number)
    except (OSError, ValueError):
        pass
print("goes on")
"""), "goes on\n", "")

    def test_processor_time_has_a_limit_of_its_own(self):
        for path in "/run", "/process":
            self.assertRan(self.post(CPU, path), "[True]\n", "")


if __name__ == "__main__":
    main()
