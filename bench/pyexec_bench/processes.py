"""What the processes below one take: CPU time, memory, descriptors."""

import os
import time

TICK = 1 / os.sysconf("SC_CLK_TCK")


def stat(pid):
    """The fields of /proc/PID/stat after the name, from the state on."""
    with open(f"/proc/{pid}/stat", encoding="latin-1") as file:
        return file.read().rpartition(")")[2].split()


def tree(root):
    """Every process at and below a pid, in no order."""
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                children.setdefault(int(stat(name)[1]), []).append(int(name))
            except (OSError, IndexError):
                pass

    found = [root]
    for pid in found:
        found.extend(children.get(pid, ()))
    return found


def cpu(root):
    """Seconds, user and system, of a tree and of all that it has reaped.

    Taken again while processes come or go in between, for a second at most:
    one that ends between two reads would be missing, or be counted twice.
    """
    end = time.monotonic() + 1
    while True:
        before = sorted(tree(root))
        ticks = 0
        for pid in before:
            try:
                ticks += sum(map(int, stat(pid)[11:15]))
            except OSError:
                pass
        if sorted(tree(root)) == before or time.monotonic() > end:
            return ticks * TICK


def reaped_faults(root):
    """Minor faults of the processes that a tree has reaped.

    Grows with every process that has come and gone.
    """
    return sum(int(stat(pid)[8]) for pid in tree(root))


def name(pid):
    """A worker's title, or what prctl() has named the process."""
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        title = file.read().rstrip(b"\0").decode("utf-8", "replace")
    if title.startswith("nginx: "):
        return " ".join(title.split()[:2])
    with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
        return file.read().rstrip("\n")


def memory(pid):
    """Bytes of /proc/PID/smaps_rollup by name, or None where it is closed."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            lines = [line.split() for line in file][1:]
    except OSError:
        return None
    return {line[0].rstrip(":"): int(line[1]) * 1024 for line in lines}


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))
