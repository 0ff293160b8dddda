#!/usr/bin/python3
"""Reload, quit, stop and upgrade, with runs in flight."""

import os
import signal
import threading
import time

from pyexec_test import (WAIT, Client, Footprint, Http2, LetGo, PyexecTestCase,
                         Server, find_process, free_port, main,
                         wait_for_waiting, wait_until)
from pyexec_test.process import Adopted, descendants
from pyexec_test.server import CONF

LOCATION = """
    pyexec_preload none;
    pyexec_concurrency %d;
    pyexec_queue 64 timeout=20s;
    pyexec_timeout 20s;
    pyexec_allow default signal;
"""
WORK = "print('begin', flush=True)\n" + WAIT + """
import sys
print('x' * 100000, sys.stdin.read(), 'end')
"""
DAEMON = """\
import os, time
if os.fork() == 0:
    os.setsid()
    time.sleep(60)
time.sleep(60)
"""


class WithRuns(PyexecTestCase):
    def serve_ready(self, concurrency=8, location="", **snippets):
        self.server = self.serve(location=LOCATION % concurrency + location,
                                 **snippets)
        self.assertRan(self.server.post("print(1)"), "1\n")
        self.before = Footprint.settled(self.server)
        return self.server

    def start_work(self, count=1, running=None):
        """Send some work; returns when as many as there are places run."""
        sent = [self.server.send_and_keep(WORK, stdin=f"input {i}")
                for i in range(count)]
        wait_for_waiting(self.server, count if running is None else running)

        # All have been taken in when a later request has an answer.
        self.server.request("OPTIONS")
        return sent

    def assertWorked(self, sent):
        with LetGo(self.server):
            for i, connection in enumerate(sent):
                self.assertRan(self.server.read_answer(connection),
                               f"begin\n{'x' * 100000} input {i} end\n", "")

    def assertGone(self, pids, timeout=2):
        wait_until(lambda: not any(map(find_process, pids)), timeout)
        self.assertEqual([p for p in map(find_process, pids) if p], [])

    def tree(self, worker):
        return [worker] + [p.pid for p in descendants(worker)]


class AReload(WithRuns):
    def test_runs_finish_in_the_old_worker_which_then_exits(self):
        server = self.serve_ready()
        work = self.start_work(3)
        old = self.tree(server.worker_pids()[0])
        server.reload()
        self.assertRan(server.post("print('new')"), "new\n")
        self.assertTrue(all(map(find_process, old)), "the old ones work")
        self.assertWorked(work)
        self.assertGone(old)
        self.assertFootprint(server, self.before)

    def test_new_requests_use_the_new_configuration_meanwhile(self):
        server = self.serve_ready(1, location="pyexec_allow zlib;")
        work = self.start_work(3, running=1)
        self.assertStatus(server.post("import ast"), 400)

        server.reload(location=LOCATION % 1 + "pyexec_allow ast;")
        self.assertRan(server.post("import ast; print('new')"), "new\n")
        self.assertRefused(server.post("import zlib"), 400,
                           "Code is not safe: Disallowed import: zlib")
        self.assertEqual(len(server.run_pids()), 1, "the work is still there")

        # One ran and two waited, in the old worker.
        self.assertWorked(work)
        self.assertFootprint(server, self.before)

    def test_a_run_over_http2_finishes_in_the_old_worker(self):
        port = free_port()
        server = self.serve_ready(server=f"listen 127.0.0.1:{port} http2;")
        http2 = Http2(port)
        self.addCleanup(http2.close)
        stream = http2.post(WORK)
        wait_for_waiting(server, 1)
        old = self.tree(server.worker_pids()[0])
        server.reload()

        with LetGo(server):
            answer = http2.read_answer(stream)

        self.assertEqual(answer["output"][-4:], "end\n")
        http2.close()
        self.assertGone(old)

    def test_the_old_worker_still_kills_what_takes_too_long(self):
        server = self.serve_ready()
        sent = server.send_and_keep(DAEMON, run_timeout=0.5)
        self.assertTrue(wait_until(lambda: len(server.run_pids()) == 2))
        old = self.tree(server.worker_pids()[0])
        server.reload()
        self.assertRan(server.read_answer(sent), returncode=-9,
                       status="timeout")
        self.assertGone(old)
        self.assertFootprint(server, self.before)

    def test_the_old_worker_exits_when_its_last_client_has_left(self):
        server = self.serve_ready()
        sent = server.send_and_keep(DAEMON)
        self.assertTrue(wait_until(lambda: len(server.run_pids()) == 2))
        old = self.tree(server.worker_pids()[0])
        server.reload()
        sent.close()
        self.assertGone(old)
        self.assertFootprint(server, self.before)

    def test_a_zygote_killed_under_the_old_worker_is_no_reason_to_stay(self):
        server = self.serve_ready()
        sent = server.send_and_keep(DAEMON)
        self.assertTrue(wait_until(lambda: len(server.run_pids()) == 2))
        old = self.tree(server.worker_pids()[0])
        server.reload()
        os.kill(next(pid for pid in old
                     if find_process(pid).comm == "pyexec-zygote"),
                signal.SIGKILL)
        self.assertStatus(server.read_answer(sent), 500)
        self.assertGone(old)
        self.assertFootprint(server, self.before)

    def test_a_wrong_configuration_changes_nothing(self):
        server = self.serve_ready()
        work = self.start_work()
        server.write_conf(location="pyexec_timeout never;")
        server.signal(signal.SIGHUP)
        server.wait_for_log(r"\[emerg\].*pyexec_timeout")
        self.assertWorked(work)
        self.assertRan(server.post("print(1)"), "1\n")
        self.assertFootprint(server, self.before)
        os.truncate(os.path.join(server.prefix, "error.log"), 0)

    def test_twenty_reloads_under_load_fail_no_request(self):
        server = self.serve_ready()
        server.reload()
        self.assertRan(server.post("print(1)"), "1\n")
        before = Footprint.settled(server)
        over, failures, counts = threading.Event(), [], [0, 0, 0]

        def load(number):
            while not over.is_set():
                counts[number] += 1

                try:
                    answer = server.post(f"print({counts[number]})")

                    if answer["output"] != f"{counts[number]}\n":
                        failures.append(answer)
                except Exception as error:
                    failures.append(error)

        threads = [threading.Thread(target=load, args=(i,))
                   for i in range(len(counts))]

        for thread in threads:
            thread.start()

        for _ in range(20):
            sum_before = sum(counts)
            server.reload()
            wait_until(lambda: sum(counts) > sum_before + 10)

        over.set()

        for thread in threads:
            thread.join()

        self.assertEqual(failures, [])
        self.assertGreater(sum(counts), 200)
        self.assertFootprint(server, before)


class AShutdownTimeout(WithRuns):
    def assertCut(self, connection):
        """nginx closes all connections, in an order that is its own."""
        try:
            self.assertStatus(self.server.read_answer(connection), 500)
        except ConnectionError:
            pass

    def test_a_reload_ends_long_runs_of_the_old_worker_in_time(self):
        server = self.serve_ready(1, main="worker_shutdown_timeout 500ms;")
        sent = [server.send_and_keep(DAEMON) for _ in range(2)]
        self.assertTrue(wait_until(lambda: len(server.run_pids()) == 2))
        server.request("OPTIONS")
        old = self.tree(server.worker_pids()[0])
        server.reload()
        begin = time.monotonic()
        self.assertRan(server.post("print('new')"), "new\n")
        self.assertGone(old, timeout=3)
        self.assertLess(time.monotonic() - begin, 2)

        for connection in sent:
            self.assertCut(connection)

        self.assertFootprint(server, self.before)

    def test_a_quit_ends_long_runs_in_time(self):
        server = self.serve_ready(main="worker_shutdown_timeout 500ms;")
        sent = server.send_and_keep(DAEMON)
        self.assertTrue(wait_until(lambda: len(server.run_pids()) == 2))
        begin = time.monotonic()
        self.assertEqual(server.quit(), 0)
        self.assertLess(time.monotonic() - begin, 2)
        self.assertCut(sent)
        server.check_nothing_left()


class TheEnd(WithRuns):
    def test_a_quit_finishes_the_runs_and_the_queue(self):
        server = self.serve_ready(2)
        work = self.start_work(5, running=2)
        status = []
        thread = threading.Thread(target=lambda: status.append(server.quit()))
        thread.start()
        self.assertWorked(work)
        thread.join()
        self.assertEqual(status, [0])

        with self.assertRaises(ConnectionRefusedError):
            server.connect()

        server.check_nothing_left()

    def test_a_stop_kills_the_runs_and_the_queue(self):
        server = self.serve_ready(2)
        sent = [server.send_and_keep(DAEMON) for _ in range(4)]
        self.assertTrue(wait_until(lambda: len(server.run_pids()) == 4))
        server.request("OPTIONS")
        self.assertEqual(len(server.scripts()), 2)
        begin = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - begin, 2)
        self.assertEqual(server.scripts(), [])
        server.check_nothing_left(timeout=1)

        for connection in sent:
            self.assertEqual(connection.recv(1), b"")
            connection.close()

    def test_a_stop_during_a_quit_kills_the_runs(self):
        # What nginx says of the one client that it leaves; later than 1.22 it
        # says nothing of it at a stop.
        server = self.serve_ready(allow_alarms=[
            r"open socket #\d+ left in connection", "aborting"])
        sent = server.send_and_keep(DAEMON)
        self.assertTrue(wait_until(lambda: len(server.run_pids()) == 2))
        server.signal(signal.SIGQUIT)
        server.wait_for_log("gracefully shutting down")
        self.assertEqual(server.stop(), 0)
        self.assertEqual(sent.recv(1), b"")
        self.assertLessEqual(server.error_log().count("open socket"), 1)


class Daemon(Server):
    """A server whose master is not the process that was started."""

    def start(self, timeout=30):
        self.configuration = CONF.replace("daemon off;", "daemon on;")
        self.write_conf()
        os.spawnv(os.P_WAIT, self.argv()[0], self.argv())
        wait_until(lambda: self.pid_in("nginx.pid"), timeout)
        self.master = Adopted(self.pid_in("nginx.pid"))
        Server.running.append(self)
        wait_until(self._accepts, timeout)
        return self

    def pid_in(self, name):
        return int(self._read(name) or 0)


class ABinaryUpgrade(PyexecTestCase):
    def test_the_new_binary_takes_over_while_the_old_one_finishes(self):
        server = Daemon(location=LOCATION % 8).begin(self.addCleanup)
        self.assertRan(server.post("print(1)"), "1\n")
        before = Footprint.settled(server)

        work = server.send_and_keep(WORK)
        wait_for_waiting(server, 1)
        old = server.master
        server.signal(signal.SIGUSR2)
        self.assertTrue(wait_until(
            lambda: server.pid_in("nginx.pid.oldbin") == old.pid
            and server.pid_in("nginx.pid") not in (0, old.pid)))
        new = server.pid_in("nginx.pid")
        self.assertTrue(wait_until(
            lambda: [p for p in descendants(new)
                     if p.comm == "pyexec-zygote"]))
        server.signal(signal.SIGQUIT)

        # The script of the old binary's run is not the new one's to sweep.
        self.assertEqual(len(server.scripts()), 1)
        self.assertRan(server.post("print('new')"), "new\n")

        with LetGo(server):
            answer = server.read_answer(work)

        self.assertEqual(answer["output"][-4:], "end\n")
        self.assertEqual(old.wait(), 0)

        server.master = Adopted(new)
        self.assertRan(server.post("print('still')"), "still\n")
        self.assertFootprint(server, before)
        self.end(server)


class OtherModes(PyexecTestCase):
    def test_a_daemon_runs_a_program_and_leaves_nothing(self):
        server = Daemon(location=LOCATION % 8).begin(self.addCleanup)
        self.assertRan(server.post("print('daemon')"), "daemon\n")
        self.end(server)

    def test_a_server_without_a_master_runs_a_program(self):
        for end in Server.quit, Server.stop:
            server = Single(location=LOCATION % 8, main="master_process off;")
            server.begin(self.addCleanup)
            self.assertRan(server.post("print('single')"), "single\n")
            sent = server.send_and_keep(DAEMON)
            self.assertTrue(wait_until(lambda: len(server.run_pids()) == 2))
            end(server)
            sent.close()
            server.check_nothing_left()

    def test_two_workers_run_programs_of_their_own(self):
        # The kernel gives each worker its part of the connections.
        client = Client(free_port())
        server = self.serve(
            location=LOCATION % 16, worker_processes=2,
            server=f"listen 127.0.0.1:{client.port} reuseport;")
        self.assertTrue(wait_until(lambda: len(server.zygote_pids()) == 2))
        zygotes = server.zygote_pids()
        sent = []

        def with_a_run():
            return [pid for pid in zygotes
                    if any(p.comm == "pyexec-run" for p in descendants(pid))]

        while len(with_a_run()) < 2 and len(sent) < 16:
            sent.append(client.send_and_keep(DAEMON))
            self.assertTrue(wait_until(
                lambda: len(server.run_pids()) == 2 * len(sent)))

        self.assertEqual(with_a_run(), zygotes)

        for connection in sent:
            connection.close()


class Single(Server):
    def worker_pids(self):
        return [self.master.pid]


if __name__ == "__main__":
    main(AReload, AShutdownTimeout, TheEnd, ABinaryUpgrade, OtherModes)
