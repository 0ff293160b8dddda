#!/usr/bin/python3
"""What a run says of itself is taken for no more than that."""

from pyexec_test import PROCESS, AttackCase, main

# Pages of memory that are shared with other processes, wherever they are.
SHARED = """
import struct

def pages():
    with open("/proc/self/maps") as maps:
        for line in maps:
            if line.split()[1].startswith("rw-s"):
                begin, end = (int(word, 16) for word in
                              line.split()[0].split("-"))
                yield begin, end - begin

def write(words):
    for begin, size in pages():
        ctypes.memmove(begin, words[:size], min(size, len(words)))
"""

LIES = {
    "that it never began": 'struct.pack("i", 13) + b"a lie\\0"',
    "lines of the log": 'struct.pack("i", 13) + b"\\n2026 [emerg] a lie\\0"',
    "something without an end": 'struct.pack("i", 13) + b"a lie" * 100',
    "nothing but ones": 'b"\\xff" * 4096',
}

# The end comes while the program still tells lies.
ALWAYS = """
while True:
    write(struct.pack("i", 13) + b"a lie\\0")
"""


# Out of memory, finished, status.
FINISHED = 'write(struct.pack("iii", 0, 1, 7))\n'

# What is done after a run has said that it had finished.
AFTERWARDS = """
import signal, time
for number in set(signal.valid_signals()) - {9, 19}:
    signal.signal(number, signal.SIG_IGN)

if os.fork() == 0:
    while True:
        os.kill(os.getppid(), signal.SIGCONT)
        print("after the end", flush=True)
"""


class Reports(AttackCase):
    conf = {"server": PROCESS}

    def check(self, answer):
        # A reaper ends with its zygote.
        reapers = set(self.server.reaper_pids())
        self.assertStatus(answer, 200)
        self.assertRan(self.server.post("print('next')"), "next\n", "")
        self.assertLessEqual(reapers, set(self.server.reaper_pids()))
        self.assertNotIn("a lie", self.server.error_log())
        self.assertEqual(self.server.alarms(), [])

    def test_a_program_cannot_say_that_it_never_began(self):
        for name, lie in LIES.items():
            with self.subTest(name):
                self.check(self.post(SHARED + f"write({lie})\nprint(1)"))

    def test_a_program_that_is_killed_cannot_say_so(self):
        for _ in range(3):
            with self.assertOthersAnswer():
                self.check(self.post(SHARED + ALWAYS, run_timeout=0.2))

    def test_a_program_that_kills_itself_cannot_say_so(self):
        for number in 9, 11, 15:
            self.check(self.post(
                SHARED + f"write({LIES['lines of the log']})\n"
                f"os.kill(os.getpid(), {number})"))

    def test_a_program_that_says_it_has_finished_ends(self):
        with self.assertOthersAnswer():
            answer = self.post(SHARED + "print('output', flush=True)\n"
                               + FINISHED
                               + "os.kill(os.getpid(), 19)\nprint('more')",
                               run_timeout=5)
            self.check(answer)
            self.assertRan(answer, "output\n", "", returncode=7)

    def test_what_it_leaves_behind_then_ends_too(self):
        for _ in range(3):
            self.check(self.post(SHARED + AFTERWARDS + FINISHED
                                 + "time.sleep(0.05)\n"
                                 "os.kill(os.getpid(), 19)", run_timeout=0.3))

    def test_a_program_that_only_says_so_goes_on(self):
        answer = self.post(SHARED + FINISHED + "print('goes on')")
        self.check(answer)
        self.assertRan(answer, "goes on\n", "")

    def test_what_a_child_comes_to_is_not_the_runs(self):
        answer = self.post("if os.fork() == 0:\n    raise MemoryError\n"
                           "os.wait()\nprint('well')")
        self.assertRan(answer, "well\n", answer.json["error"])


if __name__ == "__main__":
    main()
