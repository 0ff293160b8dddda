#!/usr/bin/python3
"""A zygote that dies is started again; its runs get the server's error.

What a run leaves is found in another way where it has no namespace of its
own: the tests of that are run again without isolation.
"""

import os
import re
import resource
import shutil
import signal
import time
import unittest

from pyexec_test import (WAIT, Footprint, LetGo, PyexecTestCase, Server,
                         find_process, main, wait_until)

LOCATION = """
    pyexec_preload none;
    pyexec_concurrency %d;
    pyexec_allow default signal;
"""
PLAIN = "pyexec_isolation off;"

SLEEP = "import time; time.sleep(60)"
DAEMON = """\
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(60)
    os._exit(0)
time.sleep(60)
"""

KILL_PARENT = """\
import os
print(os.getppid())
try:
    os.kill(os.getppid(), 9)
except PermissionError:
    pass
print('alive')
"""

DIED = "An unexpected error occurred: the Python interpreter died"
CANNOT_START = ("An unexpected error occurred: "
                "the Python interpreter cannot start")

# Younger than this, a zygote that dies is one that cannot live.
STEADY = 1


def setUpModule():
    AZygoteThatIsStuck.begin()
    APlainZygoteThatIsStuck.begin()
    Prepared.start()


class Prepared:
    """Servers that grow old together, for the tests that need an old one."""

    kinds = {
        "wide": [{"location": LOCATION % 8}] * 6,
        "bare": [{"location": LOCATION % 8, "spares": 0}],
        "plain": [{"location": LOCATION % 8 + PLAIN}] * 5,
        "narrow": [{"location": LOCATION % 1}],
        "two": [{"location": LOCATION % 8,
                 "server": "location /other { pyexec on;"
                           "                  pyexec_allow default signal;"
                           "                  pyexec_preload json; }"}],
    }
    servers = {}

    @classmethod
    def start(cls):
        for kind, snippets in cls.kinds.items():
            cls.servers[kind] = [Server(**each) for each in snippets]

            for server in cls.servers[kind]:
                server.begin(unittest.addModuleCleanup)
                server.post("print(1)")

        cls.ready = time.monotonic()


class WithAZygote(PyexecTestCase):
    def take(self, kind, allow_alarms=()):
        """A server whose zygote is so old that its death is an accident."""
        self.server = Prepared.servers[kind].pop()
        self.addCleanup(self.end, self.server, allow_alarms)
        self.grow_steady(Prepared.ready)
        self.before = Footprint.settled(self.server)

    @staticmethod
    def grow_steady(since):
        time.sleep(max(0, since + STEADY + 0.05 - time.monotonic()))

    def zygotes(self):
        """A run that has just been forked still has its zygote's name."""
        reapers = self.server.reaper_pids()
        return [p for p in self.server.processes("pyexec-zygote")
                if p.ppid in reapers]

    def kill(self, process, number):
        os.kill(process, number)
        self.assertTrue(wait_until(lambda: find_process(process) is None))

    def kill_zygote(self, number=signal.SIGKILL):
        self.kill(self.zygotes()[0].pid, number)

    def kill_reaper(self, number):
        self.kill(self.server.reaper_pids()[0], number)

    def gone(self, process):
        return wait_until(lambda: find_process(process.pid) is None)

    def start_runs(self, *programs):
        """Send programs and wait until their processes are there."""
        idle = len(self.server.counted())
        sent = [self.server.send_and_keep(program) for program in programs]
        expected = idle + len(sent) + programs.count(DAEMON)
        self.assertTrue(wait_until(
            lambda: len(self.server.counted()) == expected))
        return sent

    def assertDied(self, connection):
        answer = self.server.read_answer(connection)
        self.assertRefused(answer, 500, DIED)
        self.assertEqual(list(answer.json), ["error"])

    def wait_for_recovery(self, timeout=10):
        def answered():
            return self.server.post("print('again')").status == 200

        self.assertTrue(wait_until(answered, timeout))

    def delays(self):
        return [int(number) for number in re.findall(
            r"it is started again in (\d+)ms", self.server.error_log())]


class AZygoteThatDies(WithAZygote):
    kind = "wide"

    def check(self, kill):
        self.take(self.kind)
        runs = self.start_runs(SLEEP, DAEMON, DAEMON, SLEEP)
        self.assertEqual(len(self.server.scripts()), 4)

        kill()

        # The next request waits for the next zygote, nothing worse.
        self.server.wait_for_log("it is started again")
        self.assertRan(self.server.post("print('next')"), "next\n")

        for run in runs:
            self.assertDied(run)

        self.assertFootprint(self.server, self.before)
        self.assertEqual(self.delays(), [1])

    def test_a_killed_zygote_is_started_again_and_its_runs_are_gone(self):
        self.check(self.kill_zygote)

    def test_a_terminated_zygote_is_started_again(self):
        self.check(lambda: self.kill_zygote(signal.SIGTERM))

    def test_a_terminated_reaper_takes_zygote_and_runs_with_it(self):
        self.check(lambda: self.kill_reaper(signal.SIGTERM))

    def check_killed_reaper(self, *programs):
        self.take(self.kind, [r"process \d+ exited on signal 9"])
        runs = self.start_runs(*programs)
        zygote, = self.zygotes()
        self.kill_reaper(signal.SIGKILL)
        # It dies of its parent's death, some time after it.
        self.assertTrue(self.gone(zygote))
        self.server.wait_for_log("it is started again")
        self.assertRan(self.server.post("print('next')"), "next\n")

        for run in runs:
            self.assertDied(run)

        self.assertFootprint(self.server, self.before)

    def test_a_killed_reaper_takes_zygote_and_runs_with_it(self):
        self.check_killed_reaper(SLEEP, DAEMON)

    def test_a_program_that_kills_its_zygote(self):
        """It finds process 1 of its own namespace instead, and in vain."""
        self.take(self.kind)
        run, = self.start_runs(SLEEP)
        zygote, = self.zygotes()
        self.assertRan(self.server.post(KILL_PARENT), "1\nalive\n")
        self.assertEqual(self.zygotes(), [zygote])
        self.assertEqual(len(self.server.run_pids()), 1)
        run.close()
        self.assertFootprint(self.server, self.before)


class APlainZygoteThatDies(AZygoteThatDies):
    variant = ", without isolation"
    kind = "plain"

    def test_a_killed_reaper_takes_zygote_and_runs_with_it(self):
        # What these started would stay alive.
        self.check_killed_reaper(SLEEP, SLEEP)

    def test_a_program_that_kills_its_zygote(self):
        self.take(self.kind)
        self.assertDied(self.server.send_and_keep(KILL_PARENT + "input()"))
        self.assertRan(self.server.post("print(2)"), "2\n")
        self.assertFootprint(self.server, self.before)


class WhatGoesOn(WithAZygote):
    def test_a_request_that_comes_while_its_zygote_dies_is_answered(self):
        self.take("bare")
        worker, = self.server.worker_pids()
        connection = self.server.connect()
        self.assertTrue(wait_until(
            lambda: Footprint.of(self.server) != self.before))
        os.kill(worker, signal.SIGSTOP)

        # The worker comes to the request before it comes to the death.
        request = self.server.encode("print('still')")
        connection.sendall(request)
        self.kill_zygote()
        os.kill(worker, signal.SIGCONT)

        self.assertRan(self.server.read_answer(connection), "still\n")
        self.assertFootprint(self.server, self.before)

    def test_requests_in_the_queue_get_their_answer_of_the_next_zygote(self):
        self.take("narrow")
        run, = self.start_runs(SLEEP)
        queued = [self.server.send_and_keep(f"print({i})") for i in range(3)]
        self.server.request("OPTIONS")
        self.kill_zygote()
        self.assertDied(run)

        for i, connection in enumerate(queued):
            self.assertRan(self.server.read_answer(connection), f"{i}\n")

        self.assertFootprint(self.server, self.before)

    def test_the_runs_of_another_zygote_go_on(self):
        self.take("two")
        zygote, = (p.pid for p in self.zygotes()
                   if not p.cmdline.endswith(" json"))
        self.server.post("print(1)", path="/other")
        run, = self.start_runs(SLEEP)
        other = self.server.send_and_keep(
            WAIT + "print('other')", path="/other")
        self.assertTrue(wait_until(lambda: len(self.server.run_pids()) == 2))
        self.kill(zygote, signal.SIGKILL)
        self.assertDied(run)

        with LetGo(self.server):
            self.assertRan(self.server.read_answer(other), "other\n")

        self.assertRan(self.server.post("print(3)"), "3\n")
        self.assertFootprint(self.server, self.before)


class AZygoteThatKeepsDying(WithAZygote):
    def test_a_zygote_is_started_with_growing_delays_until_it_lives(self):
        self.take("wide")

        for _ in range(4):
            self.assertTrue(wait_until(self.zygotes))
            waiting = self.server.send_and_keep(SLEEP)
            self.server.request("OPTIONS")
            self.kill_zygote()

            # Running or waiting: the client is told, and at once.
            begin = time.monotonic()
            answer = self.server.read_answer(waiting)
            self.assertLess(time.monotonic() - begin, 0.5)
            self.assertStatus(answer, 500)
            self.assertIn(answer["error"], (DIED, CANNOT_START))

        self.server.wait_for_log("again in 400ms")
        self.assertEqual(self.delays(), [1, 100, 200, 400])

        # Meanwhile nobody waits in vain.
        self.assertRefused(self.server.post("print(1)"), 500, CANNOT_START)
        self.wait_for_recovery()
        recovered = time.monotonic()
        self.assertFootprint(self.server, self.before)

        # Once it has lived for a while, all is forgiven.
        self.grow_steady(recovered)
        self.kill_zygote()
        self.assertRan(self.server.post("print(2)"), "2\n")
        self.assertEqual(self.delays()[-1], 1)

    def test_an_interpreter_that_is_gone_is_an_error_until_it_is_back(self):
        folder = os.path.join("/tmp", f"pyexec-python-{os.getpid()}")
        python = os.path.join(folder, "python3")
        os.mkdir(folder)
        self.addCleanup(shutil.rmtree, folder)
        os.symlink("/usr/bin/python3", python)
        self.allow = [r'starting "/tmp/.*python3" failed \(2:']
        server = self.server = self.serve(
            location=LOCATION % 8 + f"pyexec_python {python};",
            allow_alarms=self.allow)
        self.assertRan(server.post("print(1)"), "1\n")
        before = Footprint.settled(server)

        os.unlink(python)
        self.kill_zygote()
        server.wait_for_log("could not be started", timeout=2)
        self.assertRefused(server.post("print(1)"), 500, CANNOT_START)

        os.symlink("/usr/bin/python3", python)
        self.wait_for_recovery()
        self.assertFootprint(server, before)


class AZygoteThatIsStuck(WithAZygote):
    """Begun before the other tests, as a worker is patient with a zygote."""

    isolation = ""

    @classmethod
    def begin(cls):
        cls.stuck = server = Server(location=LOCATION % 1 + cls.isolation + """
            pyexec_timeout 2s;
            pyexec_queue 2 timeout=1s;
        """)
        server.begin(unittest.addModuleCleanup)
        server.post("print(1)")
        cls.idle = Footprint.settled(server)
        time.sleep(STEADY)
        cls.run_sent = server.send_and_keep(DAEMON)
        wait_until(lambda: len(server.run_pids()) == 2)
        os.kill(server.zygote_pids()[0], signal.SIGSTOP)
        cls.queued = server.send_and_keep("print('queued')")

    def test_a_request_in_the_queue_of_a_stopped_zygote_gives_up(self):
        answer = self.stuck.read_answer(self.queued)
        self.assertRefused(answer, 503, "Too many executions")

    def test_b_run_of_a_stopped_zygote_gets_the_servers_error(self):
        self.assertRefused(self.stuck.read_answer(self.run_sent), 500, DIED)

    def test_c_stopped_zygote_is_replaced_and_nothing_of_it_is_left(self):
        self.assertRan(self.stuck.post("print('next')"), "next\n")
        self.assertFootprint(self.stuck, self.idle)
        self.end(self.stuck)


class APlainZygoteThatIsStuck(AZygoteThatIsStuck):
    variant = ", without isolation"
    isolation = PLAIN


class AMachineWithoutProcesses(WithAZygote):
    isolation, step = "", "clone"

    def test_a_fork_that_fails_is_an_error_until_it_works_again(self):
        self.server = self.serve(
            location=LOCATION % 1 + self.isolation, spares=0,
            allow_alarms=[fr"{self.step} in a zygote failed \(11:"])
        self.assertRan(self.server.post("print(1)"), "1\n")
        before = Footprint.settled(self.server)
        zygote, = self.zygotes()
        self.server.set_soft_limit(zygote.pid, "nproc", 1)

        for _ in range(3):
            self.assertRefused(
                self.server.post("print(2)"), 500,
                f"An unexpected error occurred: {self.step}: Resource "
                "temporarily unavailable")

        soft, _ = resource.getrlimit(resource.RLIMIT_NPROC)
        self.server.set_soft_limit(zygote.pid, "nproc", soft)
        self.assertRan(self.server.post("print(3)"), "3\n")
        self.assertFootprint(self.server, before)


class AMachineWithoutPlainProcesses(AMachineWithoutProcesses):
    variant = ", without isolation"
    isolation, step = PLAIN, "fork"


if __name__ == "__main__":
    main(AZygoteThatDies, APlainZygoteThatDies, WhatGoesOn,
         AZygoteThatKeepsDying, AMachineWithoutProcesses,
         AMachineWithoutPlainProcesses, AZygoteThatIsStuck,
         APlainZygoteThatIsStuck)
