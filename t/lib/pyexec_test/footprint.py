"""What a server takes of the machine, to be compared before and after."""

import collections
import os
import re
import time

from . import process
from .patience import PATIENCE

INODE = re.compile(r"\[\d+\]$")


class Footprint(collections.namedtuple(
        "Footprint", "processes descriptors zombies scripts")):
    """Counted by kind, not by number: a replaced process counts the same."""

    @classmethod
    def of(cls, server):
        workers = server.worker_pids()
        processes = server.processes()
        descriptors = collections.defaultdict(collections.Counter)

        for one in processes:
            kind = "worker" if one.pid in workers else one.comm
            descriptors[kind] += descriptor_kinds(one.pid)

        return cls(collections.Counter(p.comm for p in processes),
                   dict(descriptors),
                   zombies({p.pid for p in processes}),
                   server.scripts())

    @classmethod
    def settled(cls, server, timeout=5):
        """The footprint once all spares are there and nothing moves."""
        deadline = time.monotonic() + timeout * PATIENCE
        process.wait_until(
            lambda: len(server.processes("pyexec-spare"))
            == server.spares * len(server.reaper_pids()), timeout)
        now, same = cls.of(server), 0

        while same < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
            last, now = now, cls.of(server)
            same = same + 1 if now == last else 0

        return now


def descriptor_kinds(pid):
    """None of a process that is not dumpable, unless root looks."""
    try:
        targets = process.open_fds(pid).values()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return collections.Counter()

    return collections.Counter(INODE.sub("", target) for target in targets)


def zombies(parents):
    """How many dead children these processes have not waited for."""
    found = 0

    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", "rb") as stat:
                state, parent = stat.read().rpartition(b")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue

        found += state == b"Z" and int(parent) in parents

    return found
