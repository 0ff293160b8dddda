#!/usr/bin/python3
"""No process but a run's own is seen, signalled, traced or slowed down."""

import signal

from pyexec_test import PROCESS, AttackCase, IdleCase, main

# Those of the host; the number may be another process here.
OTHERS = """
others = [target.pid, target.master, *target.workers, *target.zygotes]
mine = {os.getpid(), os.getppid(), 1}
"""

SEEN = OTHERS + """
attempt("see a process in /proc",
        lambda: found({name for name in os.listdir("/proc")
                       if name.isdigit()} - set(map(str, mine))),
        "InVain", "ENOENT", "EACCES")

def there(pids, ask):
    for pid in pids:
        try:
            ask(pid)
        except ProcessLookupError:
            continue
        except OSError:
            pass

        yield pid

def in_proc(pid):
    try:
        os.stat(f"/proc/{pid}")
    except FileNotFoundError:
        raise ProcessLookupError

for name, ask in (("kill", lambda pid: os.kill(pid, 0)),
                  ("getsid", os.getsid), ("getpgid", os.getpgid),
                  ("sched_getscheduler", os.sched_getscheduler),
                  ("getpriority", lambda pid: os.getpriority(0, pid)),
                  ("pidfd_open", lambda pid: call("pidfd_open", pid, 0)),
                  ("prlimit64", lambda pid: call("prlimit64", pid, 7, 0, 0)),
                  ("stat /proc", in_proc)):
    attempt(f"find any other process by {name}",
            lambda: found(there(set(range(2, 4096)) - mine, ask)), "InVain",
            "SIGSYS")
    attempt(f"find a process of the host by {name}",
            lambda: found(there(others, ask)), "InVain", "SIGSYS")
"""

# Aimed at one process, "pid".
AIMED = OTHERS + """
import fcntl, signal, socket, struct

SIGNAL = signal.SIGTERM

class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]

buffer = ctypes.create_string_buffer(64)
iovec = Iovec(ctypes.cast(buffer, ctypes.c_void_p), 64)
info = ctypes.create_string_buffer(struct.pack("iii", SIGNAL, 0, -1), 128)

def pidfd(pid):
    return call("pidfd_open", pid, 0)

def by_owner(pid):
    # The kernel signals the owner of a descriptor when there is input.
    one, two = socket.socketpair()
    fcntl.fcntl(one, fcntl.F_SETOWN, pid)
    fcntl.fcntl(one, 10, SIGNAL)                            # F_SETSIG
    fcntl.fcntl(one, fcntl.F_SETFL, os.O_ASYNC)
    two.send(b"x")

    # Whether a signal came of it only the host can tell.
    raise InVain

def traced(pid):
    call("ptrace", 0x4206, pid, 0, 0)                       # PTRACE_SEIZE
    call("ptrace", 0x4207, pid, 0, 0)                       # PTRACE_INTERRUPT

LIMIT = struct.pack("QQ", 8, 8)

WAYS = {
    "kill": lambda pid: os.kill(pid, SIGNAL),
    "kill a group": lambda pid: os.killpg(pid, SIGNAL),
    "tkill": lambda pid: call("tkill", pid, SIGNAL),
    "tgkill": lambda pid: call("tgkill", pid, pid, SIGNAL),
    "rt_sigqueueinfo": lambda pid: call("rt_sigqueueinfo", pid, SIGNAL, info),
    "rt_tgsigqueueinfo": lambda pid: call(
        "rt_tgsigqueueinfo", pid, pid, SIGNAL, info),
    "pidfd_send_signal": lambda pid: call(
        "pidfd_send_signal", pidfd(pid), SIGNAL, 0, 0),
    "signal by an owned descriptor": by_owner,
    "ptrace attach": lambda pid: call("ptrace", 16, pid, 0, 0),
    "ptrace seize": traced,
    "process_vm_readv": lambda pid: call(
        "process_vm_readv", pid, ctypes.byref(iovec), 1,
        ctypes.byref(iovec), 1, 0),
    "process_vm_writev": lambda pid: call(
        "process_vm_writev", pid, ctypes.byref(iovec), 1,
        ctypes.byref(iovec), 1, 0),
    "pidfd_getfd": lambda pid: call("pidfd_getfd", pidfd(pid), 0, 0),
    "process_madvise": lambda pid: call(
        "process_madvise", pidfd(pid), ctypes.byref(iovec), 1, 20, 0),
    "kcmp": lambda pid: call("kcmp", os.getpid(), pid, 2, 0, 0),
    "move_pages": lambda pid: call("move_pages", pid, 0, 0, 0, 0, 0),
    "migrate_pages": lambda pid: call("migrate_pages", pid, 0, 0, 0),
    "get_robust_list": lambda pid: call("get_robust_list", pid, buffer, buffer),
    "setpriority": lambda pid: os.setpriority(os.PRIO_PROCESS, pid, 19),
    "ioprio_set": lambda pid: call("ioprio_set", 1, pid, 3 << 13),
    "sched_setscheduler": lambda pid: os.sched_setscheduler(
        pid, os.SCHED_IDLE, os.sched_param(0)),
    "sched_setattr": lambda pid: call(
        "sched_setattr", pid, struct.pack("IIQiIQQQ", 48, 5, 0, 0, 0, 0, 0, 0),
        0),
    "sched_setaffinity": lambda pid: os.sched_setaffinity(pid, {0}),
    "setpgid": lambda pid: os.setpgid(pid, os.getpgrp()),
    "limit its files": lambda pid: call("prlimit64", pid, 7, LIMIT, 0),
    "limit its processor time": lambda pid: call("prlimit64", pid, 0, LIMIT, 0),
    "open its memory": lambda pid: os.open(f"/proc/{pid}/mem", os.O_RDWR),
    "join its namespaces": lambda pid: call("setns", pidfd(pid), 0x20000000),
}

def by(way):
    # A number that is not there is as well what some other call says.
    last = None

    for pid in others:
        if pid in mine:
            continue

        try:
            yield WAYS[way](pid)
        except OSError as error:
            last = error

    if last is not None:
        raise last

for way in WAYS:
    attempt(way, lambda: found(by(way)), "ESRCH", "ENOENT", "EINVAL",
            "EBADF", "InVain", *REFUSED)
"""

# Aimed at whatever is within reach.
UNAIMED = """
import signal

# Should the test fail, it is not to take the whole machine along.
def beyond_reach():
    try:
        os.kill(target.pid, 0)
    except OSError:
        return

    raise AssertionError("a process of the host is within reach")

def all_of_the_user():
    beyond_reach()
    os.setpriority(os.PRIO_USER, os.getuid(), 19)
    call("ioprio_set", 3, os.getuid(), 3 << 13)             # IOPRIO_WHO_USER

attempt("slow all processes of the user down", all_of_the_user,
        *target.unaimed)
def all_that_can_be():
    beyond_reach()
    os.kill(-1, target.number)

attempt("kill all that can be", all_that_can_be, *target.unaimed, "ESRCH")
for number in signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM:
    attempt(f"send {number.name} to the parent",
            lambda: os.kill(os.getppid(), number), *target.unaimed, "ESRCH")
"""

UNTRACEABLE = """
attempt("ptrace the parent", lambda: call("ptrace", 16, os.getppid(), 0, 0),
        *REFUSED, "ESRCH")
attempt("be traced", lambda: call("ptrace", 0, 0, 0, 0), *REFUSED)
attempt("read the parent's memory",
        lambda: os.open(f"/proc/{os.getppid()}/mem", os.O_RDONLY),
        "EACCES", "ENOENT", "EPERM")
attempt("open a descriptor of the parent",
        lambda: found(os.listdir(f"/proc/{os.getppid()}/fd")),
        "EACCES", "ENOENT", "EPERM", "InVain")
"""

ALONE = """
import time

print(os.getpid() != 1, os.getppid() in (0, 1))

try:
    os.wait()
except ChildProcessError:
    print("no child of others")

# Orphans: the parent of each has ended.
for _ in range(5):
    if os.fork() == 0:
        if os.fork() == 0:
            time.sleep(0.05)
        os._exit(0)
    os.wait()

time.sleep(0.3)

try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no child of its own")

left = [pid for pid in os.listdir("/proc") if pid.isdigit()]
print(len(set(left) - {"1", str(os.getpid())}))
"""

SURVIVORS = """
import signal, time

ready, told = os.pipe()

def survive(group):
    if os.fork() == 0:
        group()
        if os.fork() == 0:
            for number in signal.valid_signals() - {9, 19}:
                signal.signal(number, signal.SIG_IGN)
            os.closerange(0, 3)
            os.write(told, b".")
            while True:
                time.sleep(10)
        os._exit(0)

for group in os.setsid, lambda: os.setpgid(0, 0), lambda: None:
    survive(group)

for _ in range(3):
    os.read(ready, 1)

print("started")
"""


class ProcessesOfOthers(IdleCase):
    paths = ("/run", "/process")
    conf = {"server": PROCESS}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server_pids = cls.pids()

    @classmethod
    def pids(cls):
        """Of what a run might reach; a reaper ends with its zygote."""
        return {cls.server.master.pid, *cls.server.worker_pids(),
                *cls.server.reaper_pids()}

    def tearDown(self):
        super().tearDown()
        self.assertLessEqual(self.server_pids, self.pids())
        self.assertNothingLeft(self.idle)

    def aim(self):
        return {"zygotes": [*self.server.zygote_pids(),
                            *self.server.reaper_pids()]}

    def test_no_process_of_others_is_seen(self):
        self.assertInVain(SEEN, aim=self.aim())

    def test_no_process_of_the_host_is_reached(self):
        outcomes = self.assertInVain(AIMED, aim=self.aim())
        self.assertEqual(outcomes["kill"], "ESRCH")

    def test_process_isolation_reaches_no_process_of_the_host(self):
        self.assertInVain(AIMED, "/process", aim=self.aim())

    def test_what_reaches_all_of_a_user_reaches_no_other_run(self):
        with self.assertOthersAnswer():
            # Its own processes are its own matter.
            self.assertInVain(UNAIMED, aim={
                "number": signal.SIGKILL,
                "unaimed": ["got None", "EPERM", "EACCES", "SIGSYS"]})

    def test_process_isolation_has_no_way_to_all_of_a_user(self):
        with self.assertOthersAnswer("/process"):
            self.assertInVain(UNAIMED, "/process", aim={
                "number": 0, "unaimed": ["EPERM", "EACCES", "SIGSYS"]})

    def test_no_process_is_traced(self):
        self.assertInVain(UNTRACEABLE)
        self.assertInVain(UNTRACEABLE, "/process")

    def test_a_run_is_alone_and_its_orphans_are_reaped(self):
        answer = self.post(ALONE)
        self.assertRan(answer, "True True\nno child of others\n"
                       "no child of its own\n0\n", "")

    def test_what_a_run_starts_ends_with_it(self):
        answer = self.post(SURVIVORS)
        self.assertRan(answer, "started\n", "")
        self.assertNothingLeft(self.idle, within=1)


NEW = {
    "fork": "os.fork() or os._exit(0)",
    "vfork by clone": "call('clone', 17, 0, 0, 0, 0) or os._exit(0)",
    "clone3": "call('clone3', (ctypes.c_long * 8)(0, 0, 0, 0, 17), 64)"
              " or os._exit(0)",
    "a child without a signal": "call('clone', 0, 0, 0, 0, 0) or os._exit(0)",
    "a sibling": "call('clone', 0x8000 | 17, 0, 0, 0, 0) or os._exit(0)",
    "posix_spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "execv": "os.execv('/bin/true', ['true'])",
    "execveat": "call('execveat', AT_FDCWD, b'/bin/true', 0, 0, 0)",
    "subprocess": "sys.modules['subprocess'].run('true')",
    "multiprocessing":
        "sys.modules['multiprocessing'].Process().start()",
}

WITHOUT_SUBPROCESS = "__import__('multiprocessing.context')\n" + "".join(
    f'attempt("{name}", lambda: {attack}, *REFUSED)\n'
    for name, attack in NEW.items())

THREADS = """
import threading
said = []
threads = [threading.Thread(target=said.append, args=(n,)) for n in range(4)]
for one in threads: one.start()
for one in threads: one.join()
print(sorted(said))
"""


class ProcessesWithoutSubprocess(AttackCase):
    modules = "ctypes errno json multiprocessing os sys threading types"
    conf = {"server": PROCESS + f"""
        location /few {{ pyexec on; pyexec_allow {modules}; }}
    """}

    def test_no_process_is_created_where_subprocess_is_not_allowed(self):
        self.assertInVain(WITHOUT_SUBPROCESS, "/few")
        self.assertRan(self.post(THREADS, "/few"), "[0, 1, 2, 3]\n", "")

    def test_process_isolation_creates_none_though_it_is_allowed(self):
        self.assertInVain(WITHOUT_SUBPROCESS, "/process")
        self.assertRan(self.post(THREADS, "/process"), "[0, 1, 2, 3]\n", "")


if __name__ == "__main__":
    main()
