"""The limit: a warm interpreter that forks, runs a program, and waits.

Usage: forks.py CLIENTS SECONDS EXPECTED MAIN.PY [MODULE ...]

There is no HTTP, no isolation and no policy.  The modules are imported once,
then up to 4 processes fork at the same time; CLIENTS programs run at any time
between them.  A child compiles the program, runs it and leaves with _exit().
A time is from before the fork to after the wait.  Prints what starts.c prints.
"""

import gc
import importlib
import json
import os
import resource
import sys
import time

FORKERS = 4


def run(code, out):
    """In the child: the program, its output, the end."""
    status = 1
    try:
        os.dup2(out, 1)
        names = {"__name__": "__main__", "__builtins__": __builtins__}
        exec(compile(code, "main.py", "exec"), names)
        sys.stdout.flush()
        status = 0
    finally:
        os._exit(status)


def forker(places, deadline, code, expected):
    """Keep so many children until the deadline: times in ms, wrong ones."""
    source, out = os.pipe()
    begun = {}
    times = []
    wrong = 0

    while True:
        while len(begun) < places and time.perf_counter() < deadline:
            start = time.perf_counter()
            pid = os.fork()
            if pid == 0:
                run(code, out)
            begun[pid] = start

        if not begun:
            return times, wrong

        pid, status = os.waitpid(-1, 0)
        end = time.perf_counter()

        # All children of a forker share the pipe: with several of them, what
        # is read may be of another, as long as all have printed the same.
        printed = (os.read(source, len(expected))
                   if expected and status == 0 else b"")
        if status == 0 and printed == expected:
            times.append((end - begun[pid]) * 1e3)
        else:
            wrong += 1
        del begun[pid]


def percentiles(times):
    times.sort()

    def rank(share):
        return times[max(0, -int(-share * len(times) // 1) - 1)]

    return {"n": len(times), "mean": sum(times) / len(times),
            "p50": rank(0.5), "p90": rank(0.9), "p99": rank(0.99),
            "max": times[-1]} if times else None


def cpu():
    return sum(usage.ru_utime + usage.ru_stime
               for usage in map(resource.getrusage, (
                   resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def main():
    clients, seconds = int(sys.argv[1]), float(sys.argv[2])
    expected = sys.argv[3].encode()
    with open(sys.argv[4], encoding="utf-8") as file:
        code = file.read()
    for module in sys.argv[5:]:
        importlib.import_module(module)

    gc.collect()
    gc.freeze()

    forkers = min(clients, FORKERS)
    gate, open_gate = os.pipe()
    results = []
    pids = []

    for number in range(forkers):
        source, result = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.read(gate, 1)
            before, start = cpu(), time.perf_counter()
            places = len(range(number, clients, forkers))
            times, wrong = forker(places, start + seconds, code, expected)
            taken = time.perf_counter() - start
            with open(result, "w", encoding="utf-8") as file:
                json.dump([taken, cpu() - before, wrong, times], file)
            os._exit(0)
        os.close(result)
        results.append(open(source, encoding="utf-8"))
        pids.append(pid)

    os.write(open_gate, b"g" * forkers)
    parts = [json.load(file) for file in results]
    for pid in pids:
        os.waitpid(pid, 0)

    times = [ms for part in parts for ms in part[3]]
    print(json.dumps({
        "seconds": max(part[0] for part in parts), "right": len(times),
        "wrong": sum(part[2] for part in parts),
        "cpu": sum(part[1] for part in parts), "times": percentiles(times)}))


main()
