#!/usr/bin/python3
"""Nothing is written, made, renamed, removed or marked on the host."""

import os

from pyexec_test import PROCESS, AttackCase, VirtualEnvironment, main

# Each way to make something, in every directory that can be seen.
EVERYWHERE = """
import itertools, socket

def directories():
    yield from {".", "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run",
                "/run/lock", "/var/lib/nginx", "/proc/self", *target.folders,
                *(path for path in sys.path if path)}

    for top, names, _ in os.walk("/"):
        yield top

        if top.count("/") > 2 or top == "/proc":
            names.clear()

def bind(name):
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(name)

WAYS = {
    "a file": lambda name: os.close(os.open(name, os.O_CREAT | os.O_WRONLY)),
    "a nameless file": lambda name: os.close(
        os.open(os.path.dirname(name), os.O_TMPFILE | os.O_RDWR)),
    "a directory": os.mkdir,
    "a symbolic link": lambda name: os.symlink("x", name),
    "a link": lambda name: os.link(os.__file__, name),
    "a pipe": os.mkfifo,
    "a device": lambda name: os.mknod(name, 0o20666, os.makedev(1, 1)),
    "a socket": bind,
}

def made(way):
    for folder in directories():
        if os.path.realpath(folder) == target.scratch:
            continue

        try:
            WAYS[way](os.path.join(folder, "pyexec-made"))
        except OSError:
            continue

        yield folder

for way in WAYS:
    attempt(f"make {way} anywhere", lambda: found(made(way)),
            "InVain", "SIGSYS")
"""

# Files that are the run's own user's, and others.
CHANGES = """
import fcntl, socket

owned = target.owned
other = [os.__file__, "/etc/passwd", "/usr/bin/env", "/dev/null", "main.py"]

def opened(path, change):
    fd = os.open(path, os.O_RDONLY)

    try:
        return change(fd)
    finally:
        os.close(fd)

def set_flags(fd):
    NODUMP, FS_IOC_SETFLAGS = 0x40, 0x40086602
    fcntl.ioctl(fd, FS_IOC_SETFLAGS, NODUMP.to_bytes(8, "little"))

CHANGE = {
    "open to write": lambda path: os.close(os.open(path, os.O_WRONLY)),
    "open to append": lambda path: os.close(
        os.open(path, os.O_RDWR | os.O_APPEND)),
    "cut by open": lambda path: os.close(
        os.open(path, os.O_RDONLY | os.O_TRUNC)),
    "truncate": lambda path: os.truncate(path, 0),
    "chmod": lambda path: os.chmod(path, 0o777),
    "fchmod": lambda path: opened(path, lambda fd: os.fchmod(fd, 0o4777)),
    "fchmodat2": lambda path: call(
        "fchmodat2", AT_FDCWD, path.encode(), 0o777, 0),
    "chown": lambda path: os.chown(path, os.getuid(), os.getgid()),
    "fchown": lambda path: opened(
        path, lambda fd: os.fchown(fd, -1, os.getgid())),
    "lchown": lambda path: os.lchown(path, 0, 0),
    "utime": lambda path: os.utime(path, (1, 1)),
    "futimens": lambda path: opened(path, lambda fd: os.utime(fd, (1, 1))),
    "setxattr": lambda path: os.setxattr(path, "user.pyexec", b"1"),
    "fsetxattr": lambda path: opened(
        path, lambda fd: os.setxattr(fd, "user.pyexec", b"1")),
    "set flags": lambda path: opened(path, set_flags),
    "rename": lambda path: os.rename(path, path + ".renamed"),
    "rename over": lambda path: os.rename("/proc/self/status", path),
    "exchange": lambda path: call(
        "renameat2", AT_FDCWD, path.encode(), AT_FDCWD,
        os.__file__.encode(), 2),
    "link": lambda path: os.link(path, path + ".linked"),
    "remove": os.unlink,
    "remove the directory of": lambda path: os.rmdir(os.path.dirname(path)),
    "map to write": lambda path: opened(
        path, lambda fd: __import__("mmap").mmap(fd, 1)),
    "reopen to write": lambda path: opened(
        path, lambda fd: os.open(f"/proc/self/fd/{fd}", os.O_RDWR)),
}

# The null device may be written to; nothing comes of it.
HARMLESS = {(way, "/dev/null") for way in (
    "open to write", "open to append", "cut by open", "reopen to write")}

def changed(way):
    for path in owned + other:
        if (way, path) in HARMLESS or path in target.mine:
            continue

        try:
            CHANGE[way](path)
        except (OSError, ValueError) as error:
            continue

        yield path

for way in CHANGE:
    attempt(way, lambda: found(changed(way)), "InVain", "SIGSYS")
"""

# What the kernel shows as files.
KERNEL = """
for path in ("/proc/sys/kernel/hostname", "/proc/sys/kernel/core_pattern",
             "/proc/sys/kernel/ns_last_pid", "/proc/sys/vm/drop_caches",
             "/proc/sysrq-trigger", "/proc/sys/fs/mqueue/msg_max",
             "/proc/sys/kernel/shmmax", "/proc/sys/net/ipv4/ip_forward",
             "/proc/self/mem", "/proc/self/oom_score_adj",
             "/proc/self/uid_map", "/proc/self/gid_map",
             "/proc/self/setgroups", "/proc/self/loginuid",
             "/proc/self/clear_refs", "/proc/self/timens_offsets",
             "/proc/self/attr/current", "/proc/self/coredump_filter",
             "/proc/self/comm", "/proc/self/sched",
             "/proc/1/oom_score_adj", f"/proc/{os.getppid()}/comm",
             f"/proc/{target.pid}/comm", f"/proc/{target.pid}/mem",
             f"/proc/{target.pid}/oom_score_adj",
             "/sys/kernel/mm/ksm/run", "/sys/fs/cgroup/cgroup.procs",
             "/sys/power/state", "/dev/kmsg", "/dev/console", "/dev/tty0",
             "/dev/fuse", "/dev/kvm", "/dev/userfaultfd", "/dev/net/tun",
             "/dev/vda", "/dev/sda", "/dev/loop0", "/dev/random"):
    attempt(f"write to {path}",
            lambda: os.close(os.open(path, os.O_WRONLY)),
            "ENOENT", "EACCES", "EPERM", "EROFS", "ENXIO", "ESRCH")
"""


class WritingOnTheHost(AttackCase):
    @classmethod
    def setUpClass(cls):
        # An interpreter that the run's own user could change.
        venv = VirtualEnvironment()
        cls.addClassCleanup(venv.remove)
        cls.owned = venv.module("owned", "# owned by the run's user\n")
        venv.give_to_workers()
        cls.conf = {"server": PROCESS + f"""
            location /scratch {{ pyexec on; pyexec_scratch 4m; }}
            location /theirs {{ pyexec on; pyexec_python {venv.python}; }}
        """}
        super().setUpClass()
        cls.owned_before = cls.owned_state()

    @classmethod
    def owned_state(cls):
        stat = os.stat(cls.owned)
        return (stat.st_mode, stat.st_uid, stat.st_gid, stat.st_nlink,
                stat.st_size, stat.st_ctime_ns, os.listxattr(cls.owned),
                sorted(os.listdir(os.path.dirname(cls.owned))))

    def tearDown(self):
        super().tearDown()
        self.assertEqual(self.owned_state(), self.owned_before)

    def scratch(self):
        answer = self.server.post("import os\nprint(os.getcwd())",
                                  path="/scratch")
        return answer["output"].strip()

    def test_nothing_is_made_anywhere(self):
        self.assertInVain(EVERYWHERE, aim={"scratch": ""})

    def test_nothing_is_made_beside_the_scratch_directory(self):
        self.assertInVain(EVERYWHERE, "/scratch",
                          aim={"scratch": self.scratch()})

    def test_process_isolation_lets_nothing_be_made(self):
        self.assertInVain(EVERYWHERE, "/process", aim={"scratch": ""})

    def test_a_file_of_the_same_user_stays_what_it_is(self):
        outcomes = self.assertInVain(
            "assert read(target.owned[0])\n" + CHANGES, "/theirs",
            aim={"owned": [self.owned], "mine": []})
        self.assertGreater(len(outcomes), 20)

    def test_files_stay_what_they_are_beside_a_scratch_directory(self):
        self.assertInVain(CHANGES, "/scratch", aim={
            "owned": self.canaries.files, "mine": ["main.py"]})

    def test_process_isolation_lets_nothing_be_changed(self):
        self.assertInVain(CHANGES, "/process", aim={
            "owned": [*self.canaries.files, self.owned], "mine": []})

    def test_what_the_kernel_shows_as_files_is_not_written(self):
        self.assertInVain(KERNEL)

    def test_process_isolation_lets_none_of_it_be_written(self):
        self.assertInVain(KERNEL, "/process")


if __name__ == "__main__":
    main()
