#!/usr/bin/python3
"""A run takes no more memory than its share, of whatever kind.

Others go on meanwhile, and have their answers in time.
"""

from pyexec_test import BombCase, main

MEMORY = 64 << 20
PROCESSES = 8
SCRATCH = 4 << 20

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
    number = call("shmget", 0, MEGABYTE, 0o1600)
    libc.shmat.restype = ctypes.c_void_p
    address = libc.shmat(number, None, 0)
    ctypes.memset(address, 1, MEGABYTE)
    libc.shmdt(ctypes.c_void_p(address))
    return MEGABYTE

def message():
    class Message(ctypes.Structure):
        _fields_ = [("kind", ctypes.c_long), ("text", ctypes.c_char * 8192)]
    queue = call("msgget", 0, 0o1600)
    call("msgsnd", queue, ctypes.byref(Message(1)), 8192, 0x800)
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


class Memory(BombCase):
    processes = PROCESSES
    paths = ("/run", "/process", "/scratch")
    conf = {"server": f"""
        pyexec_memory {MEMORY};
        pyexec_processes {PROCESSES};
        location /process {{ pyexec on; pyexec_isolation process; }}
        location /scratch {{ pyexec on; pyexec_scratch {SCRATCH}; }}
    """}

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


if __name__ == "__main__":
    main()
