#!/usr/bin/python3
"""A run takes no more than its share, and others go on in time."""

import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "lib"))

from pyexec_test import AttackCase, Footprint, main

MEMORY = 64 << 20
PROCESSES = 8
SCRATCH = 4 << 20

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

THREAD_BOMB = """
import threading, time

count = 1

try:
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        count += 1
except RuntimeError:
    print(count)
"""

COUNT = """
import signal, time

children = []

try:
    while True:
        child = os.fork()
        if child == 0:
            time.sleep(60)
        children.append(child)
except OSError as error:
    print(1 + len(children), errno.errorcode[error.errno])

for child in children:
    os.kill(child, signal.SIGKILL)
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
TAKE = """
import gc, mmap, resource, signal, socket, time

MEGABYTE = 1 << 20
ENOUGH = 256 * MEGABYTE
kept = []

# What is free is the machine's: an attack that gets too far is to end.
def take(piece):
    taken = 0

    try:
        while taken < ENOUGH:
            taken += piece()
    except (OSError, MemoryError, ValueError):
        pass

    return taken

def filled(area):
    for offset in range(0, len(area), 4096):
        area[offset] = 1
    kept.append(area)
    return len(area)

def of_bytes():
    kept.append(b"x" * MEGABYTE)
    return MEGABYTE

def mapped(flags):
    return filled(mmap.mmap(-1, MEGABYTE, flags | mmap.MAP_ANONYMOUS))

def memory_file():
    fd = os.memfd_create("x")
    kept.append(fd)
    return os.write(fd, bytes(MEGABYTE))

def grown_memory_file():
    fd = os.memfd_create("x")
    kept.append(fd)
    os.ftruncate(fd, MEGABYTE)
    area = mmap.mmap(fd, MEGABYTE)
    for offset in range(0, MEGABYTE, 4096):
        area[offset] = 1
    return MEGABYTE

def segment():
    number = call(29, 0, MEGABYTE, 0o1600)
    libc.shmat.restype = ctypes.c_void_p
    address = libc.shmat(number, None, 0)
    ctypes.memset(address, 1, MEGABYTE)
    libc.shmdt(ctypes.c_void_p(address))
    return MEGABYTE

def message():
    class Message(ctypes.Structure):
        _fields_ = [("kind", ctypes.c_long), ("text", ctypes.c_char * 8192)]
    queue = call(68, 0, 0o1600)
    call(69, queue, ctypes.byref(Message(1)), 8192, 0x800)
    return 8192

def pipe():
    import fcntl
    one, two = os.pipe2(os.O_NONBLOCK)
    try:
        fcntl.fcntl(two, fcntl.F_SETPIPE_SZ, MEGABYTE)
    except OSError:
        pass
    return os.write(two, bytes(MEGABYTE))

def sockets():
    one, two = socket.socketpair()
    kept.append((one, two))
    one.setblocking(False)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MEGABYTE)
    return one.send(bytes(MEGABYTE))

def c_memory():
    libc.malloc.restype = ctypes.c_void_p
    address = libc.malloc(ctypes.c_size_t(MEGABYTE))
    if not address:
        raise MemoryError
    ctypes.memset(address, 1, MEGABYTE)
    return MEGABYTE

WAYS = {
    "bytes": of_bytes, "C": c_memory,
    "private": lambda: mapped(mmap.MAP_PRIVATE),
    "shared": lambda: mapped(mmap.MAP_SHARED),
    "memory files": memory_file, "grown memory files": grown_memory_file,
    "segments": segment, "messages": message, "pipes": pipe,
    "sockets": sockets,
}
"""

TAKE_ONE = TAKE + """
print(take(WAYS[target.way]))
"""

TAKE_MANY = TAKE + """
said, say = os.pipe()
children = 0

try:
    while True:
        if os.fork() == 0:
            os.write(say, b"%d " % take(WAYS["private"]))
            time.sleep(60)
        children += 1
except OSError:
    pass

text = b""
while text.count(b" ") < children:
    text += os.read(said, 4096)

print(children, sum(map(int, text.split())))
"""

FILL = """
def files():
    number = 0
    while True:
        with open(f"file{number}", "wb", buffering=0) as file:
            number += 1
            while True:
                yield file.write(bytes(1 << 16))

def one_file():
    with open("file", "wb", buffering=0) as file:
        while True:
            yield file.write(bytes(1 << 16))

def allocated():
    with open("file", "wb") as file:
        size = 0
        while True:
            os.posix_fallocate(file.fileno(), size, 1 << 16)
            size += 1 << 16
            yield 1 << 16

def mapped():
    import mmap
    with open("file", "w+b") as file:
        file.truncate(1 << 30)
        area = mmap.mmap(file.fileno(), 1 << 30)
        for offset in range(0, 1 << 30, 4096):
            area[offset] = 1
            yield 4096

def attributes():
    number = 0
    open("file", "w").close()
    while True:
        os.setxattr("file", f"user.{number}", bytes(60000))
        number += 1
        yield 60000

def names():
    number = 0
    while True:
        open(f"{number:0200}", "w").close()
        number += 1
        yield 1

def folders():
    while True:
        os.mkdir("x")
        os.chdir("x")
        yield 1

def symbolic():
    number = 0
    while True:
        os.symlink("x" * 4000, f"{number}")
        number += 1
        yield 1

def links():
    number = 0
    open("file", "w").close()
    while True:
        os.link("file", f"{number:0200}")
        number += 1
        yield 1

taken = 0

try:
    for piece in globals()[target.way]():
        taken += piece
        if taken > 64 << 20:
            break
    said = "no end"
except OSError as error:
    said = errno.errorcode[error.errno]
except (MemoryError, ValueError) as error:
    said = type(error).__name__

print(taken, said)
"""

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


class Resources(AttackCase):
    conf = {"server": f"""
        pyexec_memory {MEMORY};
        pyexec_processes {PROCESSES};
        pyexec_output_limit 256k;
        location /process {{ pyexec on; pyexec_isolation process; }}
        location /scratch {{ pyexec on; pyexec_scratch {SCRATCH}; }}
    """}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()

        for path in "/run", "/process", "/scratch":
            cls.server.post("", path=path)

        cls.idle = Footprint.settled(cls.server)

    def tearDown(self):
        super().tearDown()
        self.assertNothingLeft(self.idle)

    def bomb(self, program, path="/run", run_timeout=1.5, **fields):
        """The answer, while others have theirs."""
        most, over = [0], threading.Event()

        def watch():
            while not over.wait(0.02):
                most[0] = max(most[0], len(self.server.run_pids()))

        thread = threading.Thread(target=watch)
        thread.start()

        try:
            with self.assertOthersAnswer(path):
                begin = time.monotonic()
                answer = self.post(program, path, run_timeout=run_timeout,
                                   **fields)
                took = time.monotonic() - begin
        finally:
            over.set()
            thread.join()

        self.assertLess(took, run_timeout + 2)

        # Its own, the others' and those that wait for a program.
        idle = sum(count for comm, count in self.idle.processes.items()
                   if comm == "pyexec-run")
        self.assertLessEqual(most[0], PROCESSES + idle + 8)

        return answer

    def test_a_fork_bomb_ends_with_its_time(self):
        self.assertRan(self.bomb(FORK_BOMB), returncode=-9, status="timeout")

    def test_a_fork_bomb_that_spreads_ends_with_its_first_process(self):
        self.assertRan(self.bomb(SPREADING_FORK_BOMB), "", "")

    def test_a_fork_bomb_without_subprocess_does_not_begin(self):
        self.assertRan(self.bomb(FORK_BOMB, "/process"), returncode=-9,
                       status="timeout")

    def test_processes_are_counted(self):
        self.assertRan(self.bomb(COUNT, run_timeout=5),
                       f"{PROCESSES} EAGAIN\n", "")

    def test_processes_that_have_ended_are_counted_until_waited_for(self):
        answer = self.bomb(ZOMBIES, run_timeout=5)
        self.assertRan(answer)
        self.assertLessEqual(int(answer["output"]), PROCESSES)

    def test_threads_are_counted(self):
        self.assertRan(self.bomb(THREAD_BOMB, run_timeout=5),
                       f"{PROCESSES}\n")
        self.assertRan(self.bomb(THREAD_BOMB, "/process", run_timeout=5))

    def test_the_processor_is_shared(self):
        answer = self.bomb(BURN, aim={"processes": PROCESSES})
        self.assertRan(answer, returncode=-9, status="timeout")

    def check_memory(self, path, ways, most=MEMORY):
        for way in ways:
            with self.subTest(way):
                answer = self.bomb(TAKE_ONE, path, 5, aim={"way": way})
                self.assertRan(answer, error="")
                self.assertLessEqual(int(answer["output"]), most)

    def test_memory_is_counted_whatever_it_is_taken_by(self):
        self.check_memory("/run", ("bytes", "C", "private", "shared"))

    def test_memory_is_counted_in_process_isolation(self):
        self.check_memory("/process", ("bytes", "C", "private", "shared"))

    def test_memory_that_is_not_mapped_is_counted(self):
        for path in "/run", "/scratch", "/process":
            self.check_memory(path, ("memory files", "grown memory files",
                                     "segments", "messages", "pipes"))

    def test_what_lies_in_sockets_is_bounded_by_their_number(self):
        for path in "/run", "/process":
            self.check_memory(path, ("sockets",), 255 << 20)

    def test_an_uncaught_memory_error_ends_a_run_with_memory(self):
        answer = self.bomb("kept = []\n"
                           "while True: kept.append(b'x' * (1 << 20))", "/run")
        self.assertRan(answer, returncode=answer["returncode"],
                       status="memory")
        self.assertEqual(answer["error"].splitlines()[-1],
                         f"Memory limit of {MEMORY} bytes exceeded")

    def test_the_memory_of_many_processes_is_their_number_times_one(self):
        answer = self.bomb(TAKE_MANY, run_timeout=10)
        self.assertRan(answer, error="")
        children, taken = map(int, answer["output"].split())
        self.assertLess(children, PROCESSES)
        self.assertLessEqual(taken, children * MEMORY)

    def test_the_scratch_directory_is_bounded_in_bytes(self):
        for way in "files", "one_file", "allocated", "mapped", "attributes":
            with self.subTest(way):
                answer = self.bomb(FILL, "/scratch", 5, aim={"way": way})

                if answer["returncode"] == -7:
                    continue        # SIGBUS: the map goes on, the room not

                self.assertRan(answer, error="")
                taken, said = answer["output"].split()
                self.assertLessEqual(int(taken), SCRATCH)
                self.assertIn(said, ("ENOSPC", "EFBIG", "EDQUOT", "ENOMEM",
                                     "EOPNOTSUPP", "ENOTSUP", "EPERM"))

    def test_the_scratch_directory_is_bounded_in_names(self):
        for way in "names", "folders", "symbolic", "links":
            with self.subTest(way):
                answer = self.bomb(FILL, "/scratch", 5, aim={"way": way})
                self.assertRan(answer, error="")
                taken, said = answer["output"].split()
                self.assertLessEqual(int(taken), 20000)
                self.assertIn(said, ("ENOSPC", "EPERM"))

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

    def test_watched_descriptors_leave_the_server_its_own(self):
        self.assertRan(self.bomb(WATCHES, run_timeout=5), "watched\n")


if __name__ == "__main__":
    main()
