#!/usr/bin/python3
"""The kernel does for a run what Python needs, and nothing beyond."""

import platform
import unittest

from pyexec_test import PROCESS, AttackCase, main

COMMON = """
import struct

buffer = ctypes.create_string_buffer(4096)

def child(flags):
    call("clone", flags | 17, 0, 0, 0, 0) or os._exit(0)
"""

# With arguments that would do: a wrong one could be all that stops a call.
CALLS = COMMON + """
TMP = b"/tmp"

for name, number, *args in [
    ("bpf", "bpf", 0, struct.pack("IIII112x", 2, 4, 8, 1), 128),
    ("perf_event_open", "perf_event_open", struct.pack(
        "IIQQQQQ64x", 1, 112, 0, 0, 0, 0, 0x60), 0, -1, -1, 0),
    ("userfaultfd", "userfaultfd", 1),
    ("io_uring_setup", "io_uring_setup", 4, buffer),
    ("io_uring_enter", "io_uring_enter", 0, 0, 0, 0, 0, 0),
    ("io_uring_register", "io_uring_register", 0, 0, 0, 0),
    ("setns", "setns", 0, 0),
    ("mount a tmpfs", "mount", b"none", TMP, b"tmpfs", 0, 0),
    ("mount a proc", "mount", b"proc", b"/proc", b"proc", 0, 0),
    ("mount a part again", "mount", b"/usr", TMP, 0, 4096, 0),
    ("mount all to write", "mount", 0, b"/", 0, 32 | 4096, 0),
    ("share mounts", "mount", 0, b"/", 0, 1 << 20 | 16384, 0),
    ("umount proc", "umount2", b"/proc", 2),
    ("umount all", "umount2", b"/", 2),
    ("pivot_root", "pivot_root", b".", b"."),
    ("chroot", "chroot", b"/usr"),
    ("fsopen", "fsopen", b"tmpfs", 0),
    ("fspick", "fspick", AT_FDCWD, b"/", 0),
    ("fsconfig", "fsconfig", 0, 6, 0, 0, 0),
    ("fsmount", "fsmount", 0, 0, 0),
    ("open_tree", "open_tree", AT_FDCWD, b"/usr", 1),
    ("move_mount", "move_mount", AT_FDCWD, b"/usr", AT_FDCWD, TMP, 0),
    ("mount_setattr", "mount_setattr", AT_FDCWD, b"/", 0x8000,
     struct.pack("QQQQ", 0, 1, 0, 0), 32),
    ("init_module", "init_module", buffer, 64, b""),
    ("finit_module", "finit_module", 0, b"", 0),
    ("delete_module", "delete_module", b"nothing", 0),
    ("kexec_load", "kexec_load", 0, 0, 0, 0),
    ("kexec_file_load", "kexec_file_load", 0, 0, 0, 0, 0),
    ("reboot", "reboot", 0, 0, 0, 0),
    ("swapon", "swapon", b"/dev/null", 0),
    ("swapoff", "swapoff", b"/dev/null"),
    ("acct", "acct", 0),
    ("quotactl", "quotactl", 0x800001, 0, 0, 0),
    ("syslog", "syslog", 3, buffer, 4096),
    ("settimeofday", "settimeofday", struct.pack("QQ", 1, 0), 0),
    ("clock_settime", "clock_settime", 0, struct.pack("QQ", 1, 0)),
    ("sethostname", "sethostname", b"attacked", 8),
    ("setdomainname", "setdomainname", b"attacked", 8),
    ("iopl", "iopl", 3),
    ("ioperm", "ioperm", 128, 1, 1),
    ("modify_ldt", "modify_ldt", 1, struct.pack("IIII", 0, 0, 0xfffff, 0x51),
     16),
    ("vhangup", "vhangup"),
    ("add_key", "add_key", b"user", b"name", b"word", 4, -4),
    ("add_key to the process", "add_key", b"user", b"name", b"word", 4, -2),
    ("request_key", "request_key", b"user", b"name", 0, 0),
    ("keyctl, a new session", "keyctl", 1, b"pyexec"),
    ("keyctl, the user's ring", "keyctl", 0, -4, 1),
    ("personality without random addresses", "personality", 0x0040000),
    ("personality of another system", "personality", 8),
    ("ptrace", "ptrace", 0, 0, 0, 0),
    ("kcmp", "kcmp", os.getpid(), os.getpid(), 0, 0, 1),
    ("name_to_handle_at", "name_to_handle_at", AT_FDCWD, TMP,
     struct.pack("I132x", 128), buffer, 0),
    ("open_by_handle_at", "open_by_handle_at", AT_FDCWD, buffer, 0),
    ("fanotify_init", "fanotify_init", 0x200, 0),
    ("inotify_init", "inotify_init"),
    ("inotify_init1", "inotify_init1", 0),
    ("move_pages", "move_pages", 0, 0, 0, 0, 0, 0),
    ("migrate_pages", "migrate_pages", 0, 0, 0, 0),
    ("setuid", "setuid", 0),
    ("setgid", "setgid", 0),
    ("setresuid", "setresuid", 0, 0, 0),
    ("setgroups", "setgroups", 1, struct.pack("I", 0)),
    ("capset", "capset", struct.pack("II", 0x20080522, 0),
     struct.pack("IIIIII", 1 << 21, 1 << 21, 0, 0, 0, 0)),
    ("mq_open", "mq_open", b"name", os.O_CREAT | os.O_RDWR, 0o600, 0),
    ("uselib", "uselib", b"/lib"),
    ("lookup_dcookie", "lookup_dcookie", 0, 0, 0),
    ("an old call", "_sysctl", 0),
    ("a call that is not there", 1000),
    ("a call below zero", -1),
    ("getpid of x32", 0x40000000 | 39),
    ("ptrace of x32", 0x40000000 | 521, 0, 0, 0, 0),
]:
    attempt(name, lambda: call(number, *args), *REFUSED)

for name, flag in (("user", 0x10000000), ("mount", 0x20000),
                   ("process", 0x20000000), ("network", 0x40000000),
                   ("ipc", 0x08000000), ("host name", 0x04000000),
                   ("cgroup", 0x02000000), ("time", 0x80)):
    attempt(f"unshare the {name} namespace", lambda: call("unshare", flag),
            *REFUSED)
    if flag > 0xff:
        attempt(f"clone with a {name} namespace", lambda: child(flag),
                *REFUSED, "EINVAL")
        attempt(f"clone with a {name} and a user namespace",
                lambda: child(flag | 0x10000000), *REFUSED, "EINVAL")
    attempt(f"clone3 with a {name} namespace",
            lambda: call("clone3", struct.pack(
                "QQQQQQQQ", flag, 0, 0, 0, 17, 0, 0, 0), 64) or os._exit(0),
            *REFUSED)

for name in "user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time":
    attempt(f"join the {name} namespace of init", lambda: call(
        "setns", os.open(f"/proc/{os.getppid()}/ns/{name}", os.O_RDONLY), 0),
        *REFUSED, "ENOENT")
"""

CODE = COMMON + """
import mmap

# Its first two arguments become those of "int $0x80", call eax.
def compat(number, one=0, two=0):
    code = (b"\\x53\\xb8" + struct.pack("I", number)
            + b"\\x89\\xfb\\x89\\xf1\\xcd\\x80\\x48\\x98\\x5b\\xc3")
    page = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS,
                     mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    function = ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_long, ctypes.c_long)
    result = function(address)(one, two)

    if result < 0:
        raise OSError(-result, os.strerror(-result))

    return result

# A kernel without 32-bit programs takes the instruction for a fault.
for name, number, *args in (
        ("getpid", 20), ("socketcall", 102, 1, 0), ("keyctl", 288, 0, -4),
        ("unshare", 310, 0x10000000), ("ptrace", 26),
        ("personality", 136, 8), ("a call that is not there", 1000)):
    attempt(f"{name} of a 32-bit program", lambda: compat(number, *args),
            *REFUSED, "SIGSEGV")
"""

PRIVILEGES = """
def prctl(*args):
    return call("prctl", *args)

attempt("new privileges again", lambda: prctl(38, 0, 0, 0, 0), "EINVAL",
        *REFUSED)
attempt("an ambient capability", lambda: prctl(47, 2, 21, 0, 0), "EINVAL",
        *REFUSED)
attempt("bits that keep capabilities", lambda: prctl(28, 1, 0, 0, 0),
        *REFUSED)
attempt("memory where it is not", lambda: prctl(35, 1, 4096, 0, 0), "EINVAL",
        *REFUSED)
attempt("a filter that is gone", lambda: prctl(22, 0, 0, 0, 0), "EINVAL",
        *REFUSED)

def held():
    head = (ctypes.c_uint * 2)(0x20080522, 0)
    data = (ctypes.c_uint * 6)()
    call("capget", head, data)
    return found(word for word in data if word)

attempt("a capability", held, "InVain", *REFUSED)
attempt("no new privileges are off", lambda: found(
        [] if prctl(39, 0, 0, 0, 0) else ["off"]), "InVain")
attempt("the filter is off", lambda: found(
        [] if prctl(21, 0, 0, 0, 0) == 2 else ["off"]), "InVain", *REFUSED)
attempt("user 0", lambda: found(n for n in os.getresuid() if n == 0),
        "InVain")
attempt("group 0", lambda: found(n for n in (*os.getresgid(),
        *os.getgroups()) if n == 0), "InVain")
attempt("type into a terminal", lambda: __import__("fcntl").ioctl(
        0, 0x5412, b"x"), "ENOTTY", *REFUSED)
attempt("type through a console", lambda: __import__("fcntl").ioctl(
        0, 0x541c, b"\\x02"), "ENOTTY", *REFUSED)
"""

LIMITS = """
import resource

for name in ("AS", "DATA", "FSIZE", "NOFILE", "CORE", "CPU", "NPROC"):
    limit = getattr(resource, "RLIMIT_" + name)
    attempt(f"more than RLIMIT_{name}", lambda: resource.setrlimit(
        limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)),
        "ValueError", *REFUSED)
    attempt(f"more than RLIMIT_{name} by prlimit64", lambda: call(
        "prlimit64", os.getpid(), limit,
        (ctypes.c_ulong * 2)(2**64 - 1, 2**64 - 1), None), *REFUSED)

attempt("better nice", lambda: os.nice(-5), *REFUSED)
attempt("real time", lambda: os.sched_setscheduler(
    0, os.SCHED_FIFO, os.sched_param(1)), *REFUSED)
attempt("locked memory", lambda: call("mlockall", 3), "ENOMEM", *REFUSED)
"""


class TheKernel(AttackCase):
    conf = {"server": PROCESS}

    def test_calls_that_python_does_not_need_are_refused(self):
        self.assertGreater(len(self.assertInVain(CALLS)), 90)

    def test_process_isolation_refuses_them_too(self):
        self.assertInVain(CALLS, "/process")

    # Others come to such calls by a program alone: see seccomp_calls.t.
    @unittest.skipUnless(platform.machine() == "x86_64",
                         "the instruction for such calls is x86's")
    def test_calls_of_32_bit_programs_are_refused(self):
        self.assertInVain(CODE)
        self.assertInVain(CODE, "/process")

    def test_nothing_gives_privileges_back(self):
        self.assertInVain(PRIVILEGES)
        self.assertInVain(PRIVILEGES, "/process")

    def test_no_limit_is_raised(self):
        self.assertInVain(LIMITS)
        self.assertInVain(LIMITS, "/process")


if __name__ == "__main__":
    main()
