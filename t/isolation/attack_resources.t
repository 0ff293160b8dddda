#!/usr/bin/python3
"""A run takes no more than its share of processes, time and descriptors.

Others go on meanwhile, and have their answers in time.
"""

from pyexec_test import PROCESS, BombCase, main
from pyexec_test.bombs import FORKS, NO_MORE, THREADS

PROCESSES = 8

FORK_BOMB = """
while True:
    try:
        os.fork()
    except OSError:
        pass
"""

SPREADING_FORK_BOMB = """
while True:
    try:
        if os.fork() == 0:
            os.setsid()
        else:
            os._exit(0)
    except OSError:
        pass
"""

ZOMBIES = """
count = 1

try:
    while True:
        os.fork() or os._exit(0)
        count += 1
except OSError:
    print(count)
"""

BURN = """
for _ in range(target.processes):
    try:
        if os.fork() == 0:
            break
    except OSError:
        break

while True:
    pass
"""

# Each takes as much as it gets and prints how much that was, in bytes.
FLOOD = """
import threading

def flood(fd):
    while True:
        os.write(fd, b"x" * 65536)

threading.Thread(target=flood, args=(2,), daemon=True).start()
flood(1)
"""

DESCRIPTORS = """
import socket

def count(way):
    kept = []
    try:
        while True:
            kept.append(way())
    except OSError as error:
        print(len(kept), errno.errorcode[error.errno])
    for fd in kept:
        os.close(fd)

count(lambda: os.open("/dev/null", os.O_RDONLY))
sys.stdout.flush()

# In flight they are nobody's, and count for the user, as nginx's own do.
one, two = socket.socketpair()
one.setblocking(False)
fds = [os.open("/dev/null", os.O_RDONLY) for _ in range(100)]

try:
    while True:
        socket.send_fds(one, [b"x"], fds)
except OSError as error:
    print(errno.errorcode[error.errno] != "EMFILE", flush=True)

import time
time.sleep(1)
"""

SIGNALS = """
import signal

number = signal.SIGRTMIN
signal.pthread_sigmask(signal.SIG_BLOCK, [number])
info = ctypes.create_string_buffer(128)
ctypes.c_int.from_buffer(info, 0).value = number
ctypes.c_int.from_buffer(info, 8).value = -1
count = 0

# What is queued counts for the user, on the host as well.
try:
    while count < 100000:
        call("rt_sigqueueinfo", os.getpid(), number, info)
        count += 1
except OSError as error:
    print(count, errno.errorcode[error.errno])
"""

WATCHES = """
import select, time

kept = [select.epoll() for _ in range(100)]
fds = [os.dup(os.pipe()[0]) for _ in range(30)]

for one in kept:
    for fd in fds:
        one.register(fd)

time.sleep(1)
print("watched")
"""


class Resources(BombCase):
    processes = PROCESSES
    paths = ("/run", "/process")
    conf = {"server": PROCESS + f"""
        pyexec_processes {PROCESSES};
        pyexec_output_limit 256k;
    """}

    def test_a_fork_bomb_ends_with_its_time(self):
        self.assertRan(self.bomb(FORK_BOMB), returncode=-9, status="timeout")

    def test_a_fork_bomb_that_spreads_ends_with_its_first_process(self):
        self.assertRan(self.bomb(SPREADING_FORK_BOMB), "", "")

    def test_a_fork_bomb_without_subprocess_does_not_begin(self):
        self.assertRan(self.bomb(FORK_BOMB, "/process"), returncode=-9,
                       status="timeout")

    def test_processes_are_counted(self):
        self.assertRan(self.bomb(FORKS, run_timeout=5),
                       f"{PROCESSES} {NO_MORE}\n", "")

    def test_processes_that_have_ended_are_counted_until_waited_for(self):
        answer = self.bomb(ZOMBIES, run_timeout=5)
        self.assertRan(answer)
        self.assertLessEqual(int(answer["output"]), PROCESSES)

    def test_threads_are_counted(self):
        self.assertRan(self.bomb(THREADS, run_timeout=5), f"{PROCESSES}\n")
        self.assertRan(self.bomb(THREADS, "/process", run_timeout=5))

    def test_the_processor_is_shared(self):
        answer = self.bomb(BURN, aim={"processes": PROCESSES})
        self.assertRan(answer, returncode=-9, status="timeout")

    def test_a_flood_of_both_streams_ends_at_its_limit(self):
        answer = self.bomb(FLOOD, run_timeout=5)
        self.assertRan(answer, returncode=-9, status="output_limit")
        self.assertLessEqual(len(answer["output"]), 256 << 10)
        self.assertLessEqual(len(answer["error"]), (256 << 10) + 100)

    def test_descriptors_are_counted(self):
        for path in "/run", "/process":
            answer = self.bomb(DESCRIPTORS, path, run_timeout=5)
            self.assertRan(answer, error="")
            count, _, others = answer["output"].partition(" ")
            self.assertLessEqual(int(count), 256)
            self.assertEqual(others, "EMFILE\nTrue\n")

    def test_queued_signals_are_counted(self):
        answer = self.bomb(SIGNALS, run_timeout=5)
        self.assertRan(answer, error="")
        count, said = answer["output"].split()
        self.assertLessEqual(int(count), 1000)
        self.assertEqual(said, "EAGAIN")

    def test_watched_descriptors_leave_the_server_its_own(self):
        self.assertRan(self.bomb(WATCHES, run_timeout=5), "watched\n")


if __name__ == "__main__":
    main()
