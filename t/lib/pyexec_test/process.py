"""What /proc says about processes, never looked up by a global name."""

import collections
import ctypes
import os
import signal
import time

from .patience import PATIENCE

PR_SET_CHILD_SUBREAPER = 36

Process = collections.namedtuple(
    "Process", "pid ppid comm state session start cmdline")


def adopt_orphans():
    """Make this process the parent of every orphan among its descendants.

    What a killed worker leaves behind is then found below the test, however
    it was forked or which session it made, and cannot hide below pid 1.
    """
    libc = ctypes.CDLL(None, use_errno=True)

    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == -1:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def find_process(pid):
    """The process as it is now, or None when it is gone (a zombie is gone)."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            text = stat.read().decode("utf-8", "replace")

        with open(f"/proc/{pid}/cmdline", "rb") as cmdline:
            argv = cmdline.read().decode("utf-8", "replace")

    except (FileNotFoundError, ProcessLookupError):
        return None

    # The name may hold spaces and parentheses: the last one ends it.
    comm = text[text.index("(") + 1:text.rindex(")")]
    fields = text[text.rindex(")") + 2:].split()

    if fields[0] in "ZXx":
        return None

    return Process(pid, int(fields[1]), comm, fields[0], int(fields[3]),
                   int(fields[19]), argv.replace("\0", " ").strip())


def is_alive(process):
    """Whether this very process lives, and not another with its number."""
    now = find_process(process.pid)
    return now is not None and now.start == process.start


def all_processes():
    pids = (int(name) for name in os.listdir("/proc") if name.isdigit())
    return [p for p in map(find_process, pids) if p is not None]


def children(pid):
    return [p for p in all_processes() if p.ppid == pid]


def descendants(pid, without=()):
    """Every process below pid; the trees of the pids in without left out."""
    below = collections.defaultdict(list)

    for process in all_processes():
        below[process.ppid].append(process)

    found, parents = [], [pid]

    while parents:
        for process in below[parents.pop()]:
            if process.pid not in without:
                found.append(process)
                parents.append(process.pid)

    return sorted(found)


def open_fds(pid):
    """The open descriptors of a process: a dict of number to target."""
    fds = {}

    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            fds[int(name)] = os.readlink(f"/proc/{pid}/fd/{name}")
        except FileNotFoundError:
            pass

    return fds


class Adopted:
    """A process that became a child of the test; used like a Popen."""

    def __init__(self, pid):
        self.pid = pid
        self.returncode = None

    def poll(self):
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)

            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)

        return self.returncode

    def wait(self, timeout=60):
        if not wait_until(lambda: self.poll() is not None, timeout):
            raise TimeoutError(f"process {self.pid} did not end")

        return self.returncode

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)


def mounts():
    """The mount points and sources this process can see."""
    with open("/proc/self/mountinfo", encoding="utf-8",
              errors="replace") as mountinfo:
        return set(mountinfo.read().splitlines())


def wait_until(condition, timeout=10, interval=0.02):
    """Wait until condition() is true; the last value is the answer."""
    deadline = time.monotonic() + timeout * PATIENCE

    while True:
        value = condition()

        if value or time.monotonic() >= deadline:
            return value

        time.sleep(interval)
