#!/usr/bin/python3
"""Two runs at the same time, and one after the other, share nothing.

One program leaves a word, or a sign, wherever it can; the other looks there.
"""

import threading

from pyexec_test import PROCESS, AttackCase, main
from pyexec_test.patience import PATIENCE

COMMON = """
import ctypes, fcntl, select, signal, socket, struct, time

KEY, NAME, PORT, WORD = 0x70796578, "pyexec-channel", 27182, b"a word\\0"
PLACES = ["/dev/shm", "/tmp", "/var/tmp", "/dev/mqueue", "/run/lock", "."]
SHARED, LOCKED = os.__file__, ctypes.__file__

libc.shmat.restype = ctypes.c_void_p

def attached(number):
    address = libc.shmat(number, None, 0)
    if address in (None, ctypes.c_void_p(-1).value):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return (ctypes.c_char * 64).from_address(address)

def lock(kind, start):
    return struct.pack("hhqqi4x", kind, 0, start, 1, 0)

opened = []

def shared():
    opened.append(os.open(LOCKED, os.O_RDONLY))
    return opened[-1]
"""

WRITER = COMMON + """
def message(queue):
    class Message(ctypes.Structure):
        _fields_ = [("kind", ctypes.c_long), ("text", ctypes.c_char * 16)]
    return call("msgsnd", queue, ctypes.byref(Message(1, WORD)), 16, 0)

def shared_memory():
    attached(call("shmget", KEY, 4096, 0o1666))[:7] = WORD

def posix_queue():
    queue = call("mq_open", NAME.encode(), os.O_CREAT | os.O_RDWR, 0o666, None)
    call("mq_timedsend", queue, WORD, len(WORD), 0, None)

def everywhere():
    made = []
    for place in PLACES:
        try:
            path = os.path.join(place, NAME)
            fd = os.open(path, os.O_CREAT | os.O_WRONLY, 0o666)
            os.write(fd, WORD)
            made.append(path)
        except OSError:
            pass
    return found(made)

def listen(family, kind, address, protocol=0):
    one = socket.socket(family, kind, protocol)
    opened.append(one)
    one.bind(address)
    if kind == socket.SOCK_STREAM:
        one.listen()

def restless():
    end = time.monotonic() + target.seconds
    while time.monotonic() < end:
        with open(SHARED, "rb") as file:
            file.read(1)
        os.listdir(os.path.dirname(SHARED))
        time.sleep(0.01)

for name, way in {
    "System V shared memory": shared_memory,
    "a System V queue": lambda: message(call("msgget", KEY, 0o1666)),
    "a System V semaphore": lambda: call("semget", KEY, 1, 0o1666),
    "a POSIX queue": posix_queue,
    "POSIX shared memory": lambda: __import__("_posixshmem").shm_open(
        "/" + NAME, os.O_CREAT | os.O_RDWR, 0o666),
    "a file": everywhere,
    "a pipe with a name": lambda: os.mkfifo("/tmp/" + NAME + "-pipe"),
    "an abstract socket": lambda: listen(
        socket.AF_UNIX, socket.SOCK_STREAM, "\\0" + NAME),
    "abstract datagrams": lambda: listen(
        socket.AF_UNIX, socket.SOCK_DGRAM, "\\0" + NAME + "-datagrams"),
    "TCP": lambda: listen(
        socket.AF_INET, socket.SOCK_STREAM, ("0.0.0.0", PORT)),
    "TCP 6": lambda: listen(
        socket.AF_INET6, socket.SOCK_STREAM, ("::1", PORT)),
    "UDP": lambda: listen(
        socket.AF_INET, socket.SOCK_DGRAM, ("0.0.0.0", PORT)),
    "netlink": lambda: listen(16, socket.SOCK_RAW, (PORT, 0), 2),
    "vsock": lambda: listen(40, socket.SOCK_STREAM, (0xffffffff, PORT)),
    "a key of the user": lambda: call(
        "add_key", b"user", NAME.encode(), WORD, len(WORD), -4),
    "a key of the user's session": lambda: call(
        "add_key", b"user", NAME.encode(), WORD, len(WORD), -5),
    "a key of the session": lambda: call(
        "add_key", b"user", NAME.encode(), WORD, len(WORD), -3),
    "a lock of a file": lambda: fcntl.flock(shared(), fcntl.LOCK_EX),
    "a lock of a range": lambda: fcntl.fcntl(
        shared(), fcntl.F_SETLK, lock(fcntl.F_RDLCK, 1)),
    "a lock of an open file": lambda: fcntl.fcntl(
        shared(), 37, lock(fcntl.F_RDLCK, 2)),
    "a lease": lambda: fcntl.fcntl(
        shared(), fcntl.F_SETLEASE, fcntl.F_RDLCK),
    "a name of the machine": lambda: call(
        "sethostname", NAME.encode(), len(NAME)),
}.items():
    attempt(name, way)

begin = time.monotonic()
restless()
print("while", begin, time.monotonic())
"""

READER = COMMON + """
REFUSALS = (*REFUSED, "InVain", "ENOENT", "ENOMSG", "EINVAL", "EIDRM",
            "ENOKEY", "ECONNREFUSED", "ENETUNREACH", "EAFNOSUPPORT",
            "EPROTONOSUPPORT", "ESOCKTNOSUPPORT", "ENODEV", "EADDRNOTAVAIL",
            "EHOSTUNREACH", "ECONNRESET", "timed out", "EAGAIN", "EBADF")

def message(queue):
    text = ctypes.create_string_buffer(32)
    call("msgrcv", queue, text, 16, 0, 0x800)
    return text[8:24]

def posix_queue():
    queue = call("mq_open", NAME.encode(), os.O_RDWR | os.O_NONBLOCK, 0, None)
    text = ctypes.create_string_buffer(8192)
    return text[:call("mq_timedreceive", queue, text, 8192, None, None)]

def by_number(count):
    for number in range(count):
        try:
            yield attached(number)[:8]
        except OSError:
            pass

def anywhere():
    for place in PLACES:
        try:
            if any(name.startswith(NAME) for name in os.listdir(place)):
                yield place
        except OSError:
            pass

def connect(family, kind, address, protocol=0):
    with socket.socket(family, kind, protocol) as one:
        one.settimeout(0.2)
        one.connect(address)
        if kind != socket.SOCK_STREAM:
            # Where there is nobody, it is the next call that fails.
            one.send(bytes(16))
            time.sleep(0.05)
            one.send(bytes(16))

def key(ring):
    number = call("keyctl", 10, ring, b"user", NAME.encode(), 0)
    text = ctypes.create_string_buffer(64)
    return text[:call("keyctl", 11, number, text, 64)]

def requested():
    number = call("request_key", b"user", NAME.encode(), None, 0)
    text = ctypes.create_string_buffer(64)
    return text[:call("keyctl", 11, number, text, 64)]

def locked():
    try:
        fcntl.flock(shared(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return "locked"
    raise InVain

def locked_range(start, command):
    told = fcntl.fcntl(shared(), command, lock(fcntl.F_WRLCK, start))
    if struct.unpack("hhqqi4x", told)[0] == fcntl.F_UNLCK:
        raise InVain
    return "locked"

def watched():
    fd = call("inotify_init1", 0)
    watch = call("inotify_add_watch", fd, SHARED.encode(), 0x21)
    if select.select([fd], [], [], 0.2)[0]:
        return os.read(fd, 4096)
    raise InVain

def watched_by_fanotify():
    fd = call("fanotify_init", 0x200, 0)
    call("fanotify_mark", fd, 1, 0x21, AT_FDCWD, SHARED.encode())
    if select.select([fd], [], [], 0.2)[0]:
        return os.read(fd, 4096)
    raise InVain

def notified():
    signs = []
    signal.signal(signal.SIGIO, lambda *_: signs.append("a sign"))
    fd = os.open(os.path.dirname(SHARED), os.O_RDONLY)
    fcntl.fcntl(fd, fcntl.F_NOTIFY, fcntl.DN_ACCESS | fcntl.DN_MULTISHOT)
    time.sleep(0.2)
    return found(signs)

def named():
    if os.uname().nodename != NAME:
        raise InVain

ATTEMPTS = {
    "System V shared memory": lambda: attached(call("shmget", KEY, 0, 0))[:6],
    "System V shared memory by number": lambda: found(by_number(64)),
    "a System V queue": lambda: message(call("msgget", KEY, 0)),
    "a System V semaphore": lambda: call("semget", KEY, 0, 0),
    "a POSIX queue": posix_queue,
    "POSIX shared memory": lambda: __import__("_posixshmem").shm_open(
        "/" + NAME, os.O_RDONLY, 0),
    "a file": lambda: found(anywhere()),
    "an abstract socket": lambda: connect(
        socket.AF_UNIX, socket.SOCK_STREAM, "\\0" + NAME),
    "abstract datagrams": lambda: connect(
        socket.AF_UNIX, socket.SOCK_DGRAM, "\\0" + NAME + "-datagrams"),
    "TCP": lambda: connect(
        socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", PORT)),
    "TCP 6": lambda: connect(
        socket.AF_INET6, socket.SOCK_STREAM, ("::1", PORT)),
    "UDP": lambda: connect(
        socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", PORT)),
    "netlink": lambda: connect(16, socket.SOCK_RAW, (PORT, 0), 2),
    "vsock": lambda: connect(40, socket.SOCK_STREAM, (1, PORT)),
    "a key of the user": lambda: key(-4),
    "a key of the user's session": lambda: key(-5),
    "a key of the session": lambda: key(-3),
    "a key on request": requested,
    "a lock of a file": locked,
    "a lock of a range": lambda: locked_range(1, fcntl.F_GETLK),
    "a lock of an open file": lambda: locked_range(2, 36),
    "a file that is watched": watched,
    "a file that is watched by fanotify": watched_by_fanotify,
    "a folder that is watched": notified,
    "a name of the machine": named,
}

time.sleep(target.pause if target.first == 1 else 0)
begin = time.monotonic()

for name, way in ATTEMPTS.items():
    attempt(name, way, *REFUSALS)

print("while", begin, time.monotonic())
"""

LEFT = """
import glob, tempfile

names = ["/dev/shm", "/tmp", "/var/tmp", "/run", "."]

def put(place):
    with open(os.path.join(place, "left"), "w") as file:
        file.write("left")
    os.mkdir(os.path.join(place, "left-folder"))

for place in names:
    try:
        put(place)
    except OSError:
        pass

print(os.path.exists("left"))
"""

FOUND = """
import glob
print(sorted({os.path.realpath(path) for place in
       ("/dev/shm", "/tmp", "/var/tmp", "/run", ".") for path in
       glob.glob(os.path.join(place, "left*"))}))
print(sorted(set(os.listdir(".")) - {"main.py"}))
"""


def span(outcomes):
    """From when to when a program did what it does."""
    line, = [line for line in outcomes.answer["output"].splitlines()
             if line.startswith("while ")]
    return [float(word) for word in line.split()[1:3]]


LOCKS = [f"{lock}: got 'locked'" for lock in (
    "a lock of a file", "a lock of a range", "a lock of an open file")]


class TwoRuns(AttackCase):
    conf = {"server": PROCESS + """
        location /scratch { pyexec on; pyexec_scratch 1m; }
    """}

    def assertShareNothing(self, one, other, known=()):
        # A busy machine may be too slow for the first time.
        for pause in 0.2, 2 * PATIENCE:
            written = []
            thread = threading.Thread(target=lambda: written.append(
                self.attack(WRITER, one, aim={"seconds": 4 * pause},
                            again=True)))
            thread.start()
            outcomes = self.attack(READER, other, aim={"pause": pause})
            thread.join()
            there, looked = span(written[0]), span(outcomes)

            if there[0] < looked[0] and looked[1] < there[1]:
                break

        self.assertLess(there[0], looked[0])
        self.assertGreater(there[1], looked[1])

        wrong = [line for line in outcomes.wrong if line not in known]

        if wrong:
            self.fail("\n".join(["shared:", *wrong]))

    def test_nothing_passes_between_runs_of_one_interpreter(self):
        self.assertShareNothing("/run", "/run")

    def test_nothing_passes_between_runs_of_two_interpreters(self):
        self.assertShareNothing("/run", "/scratch")

    # The locks of files that both may read are the exception: sqlite3 needs
    # locks, and a filter cannot tell one file from another.
    def test_only_locks_pass_between_runs_with_a_scratch_directory(self):
        self.assertShareNothing("/scratch", "/scratch",
                                known=LOCKS)

    def test_nothing_passes_between_runs_in_process_isolation(self):
        self.assertShareNothing("/process", "/process")

    def test_nothing_passes_from_process_isolation_to_full(self):
        self.assertShareNothing("/process", "/run")

    def test_a_run_finds_nothing_of_the_one_before(self):
        for path, left in (("/run", "False"), ("/scratch", "True"),
                           ("/process", "False")):
            for _ in range(3):
                self.assertRan(self.post(LEFT, path), left + "\n", "")
                self.assertRan(self.post(FOUND, path), "[]\n[]\n", "")


if __name__ == "__main__":
    main()
