#!/usr/bin/python3
"""However a run ends, all that it started ends with it, and at once.

Timeout, output limit, a client that leaves and a program that simply ends:
each with programs that try to leave something behind. In full isolation the
end of a run's pid namespace takes them along; all is tried again without it,
where the zygote looks for them.
"""

import os
import signal
import socket
import struct
import subprocess
import time
import unittest

from pyexec_test import (WAIT, Footprint, Http2, LetGo, PyexecTestCase, Server,
                         free_port, main, wait_for_waiting, wait_until)

# One place: only a run that is gone in the server's books, too, lets the
# next one in.
LOCATION = """
    pyexec_concurrency 1;
    pyexec_preload none;
    pyexec_output_limit 256k;
    pyexec_allow default ctypes signal;
    pyexec_processes 64;
"""

# What each program begins with: a child calls begun() when it is what it is
# meant to be, the program goes on when all() have.
PRELUDE = """\
import ctypes, os, signal, subprocess, sys, time

ready, told = os.pipe()

def begun():
    os.write(told, b".")

def all(count):
    for _ in range(count):
        os.read(ready, 1)

def close_streams():
    null = os.open("/dev/null", os.O_RDWR)
    for fd in range(3):
        os.dup2(null, fd)

def fork():
    while True:
        try:
            return os.fork()
        except BlockingIOError:
            pass

def daemon(prepare=lambda: None):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            prepare()
            begun()
            time.sleep(60)
        os._exit(0)

def ignore_everything():
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
"""

# Name: how many processes it adds, and the program.
HOSTILE = {
    "a_daemon": (1, """
daemon(close_streams)
all(1)
"""),
    "a_daemon_that_holds_the_pipes": (1, """
daemon()
all(1)
"""),
    "its_process_groups": (4, """
for _ in range(2):
    if os.fork() == 0:
        os.setpgid(0, 0)
        if os.fork() == 0:
            os.setpgid(0, 0)
        begun()
        time.sleep(60)
all(4)
"""),
    "children_that_ignore_every_signal": (2, """
for _ in range(2):
    if os.fork() == 0:
        ignore_everything()
        begun()
        time.sleep(60)
all(2)
"""),
    "a_child_that_is_stopped": (1, """
child = os.fork()
if child == 0:
    os.kill(os.getpid(), signal.SIGSTOP)
os.waitpid(child, os.WUNTRACED)
"""),
    "its_commands": (3, """
sleeping = "echo; sleep 60 & echo; wait"
one = subprocess.Popen(["sh", "-c", sleeping], stdout=told)
two = subprocess.Popen(["sleep", "60"], start_new_session=True)
os.read(ready, 1)
os.read(ready, 1)
"""),
    "orphans_that_are_not_its_own": (1, """
PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
daemon()
all(1)
"""),
    "processes_that_fork_faster_than_one_looks": (1, """
for _ in range(4):
    if fork() == 0:
        os.setsid()
        begun()
        while True:
            if fork():
                os._exit(0)
all(4)
if fork() == 0:
    time.sleep(60)
"""),
}

SLEEP = "time.sleep(60)\n"
FLOOD = "while True:\n    os.write(1, b'x' * 65536)\n"


class LeavesNothing(PyexecTestCase):
    """One server for all tests, until one leaves something in it."""

    isolation = "full"
    shared = {}

    def setUp(self):
        if (self.isolation not in self.shared
                or Footprint.of(self.mine()[0]) != self.mine()[1]):
            self.share()

        self.server, self.before, self.idle, self.http2_port = self.mine()
        os.truncate(self.log_path(), 0)

    def mine(self):
        return self.shared[self.isolation]

    def share(self):
        http2_port = free_port()
        server = Server(
            location=LOCATION + f"pyexec_isolation {self.isolation};",
            http="client_max_body_size 8m;"
                 "log_format run '$status $pyexec_status $pyexec_run_id';",
            server=f"listen 127.0.0.1:{http2_port} http2;"
                   "access_log runs.log run;")
        server.begin(unittest.addModuleCleanup)
        self.assertRan(server.post("print(1)"), "1\n")
        before = Footprint.settled(server)
        self.shared[self.isolation] = (server, before, len(server.counted()),
                                       http2_port)

    def log_path(self):
        return os.path.join(self.server.prefix, "runs.log")

    def extra(self):
        """How many processes there are beyond those of an idle server."""
        return len(self.server.counted()) - self.idle

    def wait_for_run(self, children=0):
        self.assertTrue(wait_until(lambda: self.extra() >= 1 + children),
                        self.server.processes())

    def assertGone(self, within=5):
        """Nothing is left, and the one place is free again."""
        wait_until(lambda: not self.server.scripts() and self.extra() == 0,
                   within)
        self.assertEqual(self.extra(), 0, self.server.processes())
        self.assertEqual(self.server.scripts(), [])

        begin = time.monotonic()
        self.assertRan(self.server.post("print('next')"), "next\n")
        self.assertLess(time.monotonic() - begin, 1)

        self.assertFootprint(self.server, self.before)

    def logged(self, pattern):
        with open(self.log_path(), encoding="ascii") as log:
            return [line for line in log if line.startswith(pattern)]


class AProgramThatEnds(LeavesNothing):
    def check(self, program, children):
        begin = time.monotonic()
        answer = self.server.post(program + "print('done')\nsys.exit(3)\n")

        # The answer comes when the program ends, not when its children like.
        self.assertRan(answer, "done\n", "", 3, "error")
        self.assertLess(time.monotonic() - begin, 2)
        self.assertGone(within=0)


class ATimeout(LeavesNothing):
    def check(self, program, children, last=SLEEP):
        # A busy machine may be late to look at what is there.
        for seconds in 0.3, 3:
            begin = time.monotonic()
            connection = self.server.send_and_keep(program + last,
                                                   run_timeout=seconds)
            seen = wait_until(lambda: self.extra() >= 1 + children, seconds)
            answer = self.server.read_answer(connection)

            self.assertRan(answer, "", f"Execution timed out after {seconds} "
                           "seconds", -9, "timeout")
            self.assertLess(time.monotonic() - begin, seconds + 1)
            self.assertGone(within=0)

            if seen:
                break

        self.assertTrue(seen, "what should have been left was never there")

    def test_a_timeout_ends_a_program_that_ignores_every_signal(self):
        self.check(PRELUDE + "ignore_everything()\n", 0)

    def test_a_timeout_ends_a_program_that_has_stopped_itself(self):
        self.check(PRELUDE, 0, "os.kill(os.getpid(), signal.SIGSTOP)\n")

    def test_a_timeout_ends_a_program_that_has_closed_its_descriptors(self):
        self.check(PRELUDE, 0, "os.closerange(0, 256)\n" + SLEEP)

    def test_a_timeout_ends_a_program_that_computes(self):
        self.check("", 0, "while True: pass\n")


class AnOutputLimit(LeavesNothing):
    def check(self, program, children, last=FLOOD):
        begin = time.monotonic()
        answer = self.server.post(program + last)

        self.assertRan(answer, returncode=-9, status="output_limit")
        self.assertEqual(answer["error"].splitlines()[-1],
                         "Output limit of 262144 bytes exceeded")
        self.assertLess(time.monotonic() - begin, 2)
        self.assertGone(within=0)

    def test_a_flood_of_standard_error_ends_a_run(self):
        self.check(PRELUDE, 0, FLOOD.replace("1,", "2,"))

    def test_a_flood_from_a_daemon_ends_a_run_that_ignores_signals(self):
        self.check(PRELUDE, 0, "ignore_everything()\n"
                   "def flood():\n"
                   "    while True:\n"
                   "        os.write(1, b'x' * 65536)\n"
                   "daemon(flood)\n" + SLEEP)


class AClientThatLeaves(LeavesNothing):
    def check(self, program, children, last=SLEEP):
        connection = self.server.send_and_keep(program + last)
        self.wait_for_run(children)
        connection.close()
        self.assertGone()
        self.assertEqual(len(self.logged("499")), 1)

    def test_a_client_that_left_before_its_program_began_ends_its_run(self):
        worker, = self.server.worker_pids()
        os.kill(worker, signal.SIGSTOP)
        self.server.send_and_keep(PRELUDE + SLEEP).close()
        os.kill(worker, signal.SIGCONT)

        # Whether it begins at all is the worker's choice.
        self.assertTrue(wait_until(lambda: self.logged("499"), 2))
        self.assertGone()

    def test_a_client_that_resets_its_connection_ends_its_run(self):
        connection = self.server.send_and_keep(PRELUDE + SLEEP)
        self.wait_for_run()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                              struct.pack("ii", 1, 0))
        connection.close()
        self.assertGone()

    def test_a_killed_curl_ends_its_run(self):
        url = f"http://127.0.0.1:{self.http2_port}/run"
        curl = subprocess.Popen(
            ["curl", "-s", "--http2-prior-knowledge", url, "-d",
             '{"code": "import time; time.sleep(60)"}',
             "-H", "Content-Type: application/json"])
        self.addCleanup(curl.wait)
        self.addCleanup(curl.kill)

        # curl is a child of the test, as nginx is.
        self.wait_for_run(1)
        curl.kill()
        curl.wait()
        self.assertGone()

    def test_a_reset_stream_ends_its_run_and_spares_the_connection(self):
        http2 = Http2(self.http2_port)
        self.addCleanup(http2.close)
        sleeping = http2.post(PRELUDE + SLEEP)
        self.wait_for_run()
        waiting = http2.post("print('waited')")
        http2.reset(sleeping)
        self.assertEqual(http2.read_answer(waiting)["output"], "waited\n")
        http2.close()
        self.assertGone()
        self.assertEqual(len(self.logged("499")), 1)

    def test_a_client_that_leaves_the_queue_starts_nothing(self):
        running = self.server.send_and_keep(WAIT + "print('ran')")
        wait_for_waiting(self.server, 1)
        waiting = [self.server.send_and_keep("print('queued')")
                   for _ in range(3)]
        http2 = Http2(self.http2_port)
        self.addCleanup(http2.close)
        stream = http2.post("print('queued')")

        # The last of them has arrived when a later one is in the log.
        self.server.request("OPTIONS")
        self.assertEqual(self.extra(), 1)
        http2.reset(stream)

        for connection in waiting:
            connection.close()

        self.assertTrue(wait_until(lambda: len(self.logged("499")) == 4))
        self.assertEqual({line.strip() for line in self.logged("499")},
                         {"499 - -"})
        self.assertEqual(self.extra(), 1)

        with LetGo(self.server):
            self.assertRan(self.server.read_answer(running), "ran\n")

        http2.close()
        self.assertGone()

    def test_a_client_that_leaves_while_its_input_is_written(self):
        connection = self.server.send_and_keep(PRELUDE + SLEEP,
                                               stdin="x" * (4 << 20))
        self.wait_for_run()
        connection.close()
        self.assertGone()

    def test_a_client_that_does_not_read_its_answer_and_leaves(self):
        connection = self.server.connect()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.close()
        connection = self.server.send_and_keep("print('x' * 250000)")
        connection.recv(1, socket.MSG_PEEK)
        connection.close()
        self.assertGone()


class AClientThatLeavesDuringTheCheck(PyexecTestCase):
    """A long program is checked in a thread, which must end first."""

    def test_with_a_mirror_that_is_checked_too_ends_both_requests(self):
        server = self.serve(server="""
            location /both { mirror /run; pyexec on; }""")
        long = "# " + "x" * 60000

        for _ in range(60):
            connection = server.send_and_keep(long, path="/both")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                  struct.pack("ii", 1, 0))
            connection.close()

        self.assertRan(server.post("print(1)"), "1\n")

        # nginx says at its end which connections are left.
        server.quit()


class AKillFromOutside(LeavesNothing):
    victims = ["pyexec-run", "pyexec-init"]

    def test_a_run_that_is_killed_from_outside_leaves_nothing(self):
        for comm in self.victims:
            with self.subTest(comm):
                sent = self.server.send_and_keep(
                    PRELUDE + "print(1, flush=True)\ndaemon()\n" + SLEEP)
                self.wait_for_run(1)

                # The youngest is the daemon.
                os.kill(min(self.server.processes(comm),
                            key=lambda process: process.start).pid,
                        signal.SIGKILL)

                answer = self.server.read_answer(sent)
                self.assertRan(answer, "1\n", "", -9, "signal")
                self.assertGone(within=0)


class InTheEnd(PyexecTestCase):
    def test_the_servers_leave_nothing(self):
        for server, *_ in LeavesNothing.shared.values():
            self.end(server)


def plain(case):
    """The same tests of runs that are no more than children of a zygote."""
    return type(case.__name__ + "WithoutIsolation", (case,), {
        "isolation": "off", "variant": ", without isolation",
        "victims": ["pyexec-run"]})


def add_tests(case, story):
    """One test for each hostile program."""
    for name, (children, program) in HOSTILE.items():
        def test(self, program=program, children=children):
            self.check(PRELUDE + program, children)

        setattr(case, f"test_{story}_takes_{name}_along", test)


if __name__ == "__main__":
    add_tests(AProgramThatEnds, "a_program_that_ends")
    add_tests(ATimeout, "a_timeout")
    add_tests(AnOutputLimit, "an_output_limit")
    add_tests(AClientThatLeaves, "a_client_that_leaves")

    cases = [AProgramThatEnds, ATimeout, AnOutputLimit, AClientThatLeaves,
             AKillFromOutside]

    main(*cases, *map(plain, cases), AClientThatLeavesDuringTheCheck, InTheEnd)
