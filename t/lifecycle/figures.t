#!/usr/bin/python3
"""What a run is said to have used is what it and its own processes used.

Where runs have no process 1, what they leave behind becomes a child of the
zygote.  Here the zygote is held until several runs are over, so that it finds
all of it at once.
"""

import os
import signal

from pyexec_test import PyexecTestCase, find_process, main, wait_until

WAIT = 30
SECOND = os.sysconf("SC_CLK_TCK")

LOCATION = """
    pyexec_isolation off;
    pyexec_concurrency 4;
    pyexec_timeout 5m;
    pyexec_preload none;
"""

IDLE = "import time; time.sleep(300)"

# Its child is busy until it is killed.
BUSY = """
import os, time

if os.fork() == 0:
    {leave}
    while True:
        pass

time.sleep(300)
"""


def used(pid):
    """Ticks of processor time, or 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            fields = stat.read().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0

    return int(fields[11]) + int(fields[12])


class WhatAStrayUsed(PyexecTestCase):
    def setUp(self):
        self.server = self.serve(location=LOCATION, spares=0)
        self.assertRan(self.server.post("print(1)"), "1\n")
        self.zygote = self.server.zygote_pids()[0]

    def runs(self):
        return {process.pid for process in self.server.processes("pyexec-run")
                if process.ppid == self.zygote}

    def start(self, program):
        """A run that has come to its program: (connection, pid)."""
        before = self.runs()
        connection = self.server.send_and_keep(program, timeout=2 * WAIT)
        self.assertTrue(wait_until(lambda: self.runs() - before, WAIT))
        return connection, (self.runs() - before).pop()

    def start_busy(self, leave="pass"):
        """One whose child has used more than a second."""
        connection, pid = self.start(BUSY.format(leave=leave))
        self.assertTrue(wait_until(
            lambda: any(used(process.pid) > SECOND
                        for process in self.server.processes()
                        if process.ppid == pid), 2 * WAIT))
        return connection, pid

    def kill_at_once(self, *runs):
        """The zygote sees all of them dead, or none; answers in order."""
        os.kill(self.zygote, signal.SIGSTOP)

        try:
            for _, pid in runs:
                os.kill(pid, signal.SIGKILL)

            self.assertTrue(wait_until(
                lambda: all(find_process(pid) is None for _, pid in runs),
                WAIT))
        finally:
            os.kill(self.zygote, signal.SIGCONT)

        answers = [self.server.read_answer(connection)
                   for connection, _ in runs]

        for answer in answers:
            self.assertRan(answer, returncode=-9, status="signal")

        return [answer["cpu_time"] for answer in answers]

    def test_is_its_runs_whichever_was_first(self):
        idle, busy, late = (self.start(IDLE), self.start_busy(),
                            self.start(IDLE))
        times = self.kill_at_once(idle, busy, late)
        self.assertLess(times[0], 0.9)
        self.assertGreater(times[1], 0.9)
        self.assertLess(times[2], 0.9)

    def test_is_the_only_runs_even_where_it_has_left_its_session(self):
        self.assertGreater(
            self.kill_at_once(self.start_busy("os.setsid()"))[0], 0.9)

    def test_is_nobodys_where_that_cannot_be_known(self):
        idle, busy = self.start(IDLE), self.start_busy("os.setsid()")
        self.assertLess(self.kill_at_once(idle, busy)[0], 0.9)


if __name__ == "__main__":
    main()
