#!/usr/bin/python3
"""A worker that is killed leaves nothing; its successor tidies up."""

import os
import signal
import stat
import uuid

from pyexec_test import (WAIT, Client, Footprint, LetGo, PyexecTestCase,
                         find_process, free_port, main, wait_for_waiting,
                         wait_until)
from pyexec_test.process import descendants

LOCATION = """
    pyexec_preload none;
    pyexec_timeout 20s;
    pyexec_concurrency 64;
"""
KILLED = [r"worker process \d+ exited on signal 9"]

SLEEP = "import time; time.sleep(60)"
HOSTILE = """\
import os, signal, time
for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(60)
    os._exit(0)
try:
    os.wait()
except ChildProcessError:
    pass
os.kill(os.getpid(), signal.SIGSTOP)
"""


class WithWorkers(PyexecTestCase):
    isolation = "full"

    def serve_ready(self, **snippets):
        self.server = self.serve(
            location=LOCATION + "pyexec_allow default signal;"
                                f"pyexec_isolation {self.isolation};",
            allow_alarms=KILLED, **snippets)
        workers = self.server.snippets["worker_processes"]
        self.assertTrue(wait_until(
            lambda: len(self.server.zygote_pids()) == workers))
        self.assertRan(self.server.post("print(1)"), "1\n")
        self.before = Footprint.settled(self.server)
        return self.server

    def wait_for_runs(self, count):
        self.assertTrue(wait_until(
            lambda: len(self.server.run_pids()) == count))

    def kill_worker(self, pid):
        """Kill it; returns when its successor is there."""
        workers = len(self.server.worker_pids())
        os.kill(pid, signal.SIGKILL)
        self.assertTrue(wait_until(
            lambda: pid not in self.server.worker_pids()
            and len(self.server.worker_pids()) == workers))


class AWorkerThatIsKilled(WithWorkers):
    # Of a run that is alone, and of a spare: process 1, and itself.
    each = 2

    def test_it_leaves_no_process_and_its_successor_works(self):
        server = self.serve_ready()
        sent = [server.send_and_keep(code) for code in (HOSTILE, SLEEP)]
        self.wait_for_runs(3)
        worker, = server.worker_pids()

        # Reaper and zygote, two runs and a daemon, and what is ready.
        expected = 2 + 2 * self.each + 1 + server.spares * self.each
        self.assertTrue(wait_until(
            lambda: len(descendants(worker)) == expected))
        all_of_it = [worker] + [p.pid for p in descendants(worker)]

        self.kill_worker(worker)
        wait_until(lambda: not any(map(find_process, all_of_it)), 5)
        self.assertEqual([p for p in map(find_process, all_of_it) if p], [])

        for connection in sent:
            with self.assertRaises(ConnectionError):
                server.read_answer(connection)

        self.assertRan(server.post("print('successor')"), "successor\n")
        self.assertFootprint(server, self.before)

    def check_with_stuck(self, comm):
        """Kill a worker when one of the two that clean up is stopped."""
        server = self.serve_ready()
        sent = [server.send_and_keep(code) for code in (HOSTILE, SLEEP)]
        self.wait_for_runs(3)
        worker, = server.worker_pids()
        stuck, = server.processes(comm)
        all_of_it = {p.pid for p in descendants(worker)} - {stuck.pid}
        os.kill(stuck.pid, signal.SIGSTOP)
        self.kill_worker(worker)
        wait_until(lambda: not any(map(find_process, all_of_it)), 5)

        if find_process(stuck.pid):
            os.kill(stuck.pid, signal.SIGCONT)

        for connection in sent:
            connection.close()

        return [p for p in map(find_process, all_of_it) if p]

    def test_it_leaves_no_process_although_its_zygote_is_stuck(self):
        self.assertEqual(self.check_with_stuck("pyexec-zygote"), [])

    def test_it_leaves_no_run_although_its_reaper_is_stuck(self):
        self.assertEqual(self.check_with_stuck("pyexec-reaper"), [])

    def test_it_may_die_while_its_zygote_starts(self):
        server = self.serve_ready()

        for _ in range(5):
            self.kill_worker(server.worker_pids()[0])

        self.assertRan(server.post("print('successor')"), "successor\n")
        self.assertFootprint(server, self.before)


class AWorkerThatIsKilledWithPlainRuns(AWorkerThatIsKilled):
    variant = ", without isolation"
    isolation = "off"
    each = 1


class TheScriptsOfADeadWorker(WithWorkers):
    def runs_of(self, worker):
        return [p for p in descendants(worker) if p.comm == "pyexec-run"]

    def run_in_each(self, code):
        """Send code until each worker has a run: sockets by worker."""
        sent = {pid: [] for pid in self.server.worker_pids()}

        while not all(sent.values()):
            counts = {pid: len(self.runs_of(pid)) for pid in sent}
            connection = self.client.send_and_keep(code)

            self.assertTrue(wait_until(lambda: any(
                len(self.runs_of(pid)) > counts[pid] for pid in sent)))

            for pid in sent:
                if len(self.runs_of(pid)) > counts[pid]:
                    sent[pid].append(connection)

        return sent

    def check(self, which):
        """Of two workers with runs, kill the one with this number."""
        # The kernel gives each worker its part of the connections.
        self.client = Client(free_port())
        server = self.serve_ready(
            worker_processes=2,
            server=f"listen 127.0.0.1:{self.client.port} reuseport;")
        sent = self.run_in_each(WAIT + "print('done')")
        scripts = set(server.scripts())
        dead, live = sorted(sent, reverse=bool(which))
        self.assertEqual(len(scripts), len(sent[dead] + sent[live]))

        self.kill_worker(dead)
        wait_until(lambda: len(server.scripts()) == len(sent[live]), 1)
        self.assertEqual(len(server.scripts()), len(sent[live]))
        self.assertLess(set(server.scripts()), scripts)

        with LetGo(server):
            for connection in sent[live]:
                self.assertRan(server.read_answer(connection), "done\n")

        self.assertFootprint(server, self.before)

    def test_scripts_of_the_first_worker_are_swept_not_the_seconds(self):
        self.check(0)

    def test_scripts_of_the_second_worker_are_swept_not_the_firsts(self):
        self.check(1)

    def test_a_reload_sweeps_no_script_of_the_old_worker(self):
        server = self.serve_ready()
        sent = server.send_and_keep(WAIT + "print(1)")
        wait_for_waiting(server, 1)
        script = server.scripts()
        server.reload()
        self.assertRan(server.post("print(2)"), "2\n")
        self.assertEqual(server.scripts(), script)

        with LetGo(server):
            self.assertRan(server.read_answer(sent), "1\n")

        self.assertEqual(server.scripts(), [])

    def test_only_what_has_the_name_of_a_script_is_swept(self):
        server = self.serve_ready()
        folder = server.temp_dir
        bystander = os.path.join(server.prefix, "bystander")
        swept = [f"{uuid.uuid4()}.py" for _ in range(3)]
        files = ["notes.txt", "main.py", f"{uuid.uuid4()}",
                 f"{uuid.uuid4()}.pyc", f"{uuid.uuid4()}.py.bak",
                 f"x{uuid.uuid4()}.py", f"{uuid.uuid4()}.py\n",
                 f"{uuid.uuid4()}.py".upper(), f".{uuid.uuid4()}.py"]
        symlink, directory, fifo = (f"{uuid.uuid4()}.py" for _ in range(3))

        for name in swept + files:
            open(os.path.join(folder, name), "w").close()

        open(bystander, "w").close()
        os.symlink(bystander, os.path.join(folder, symlink))
        os.mkdir(os.path.join(folder, directory))
        owner = os.stat(folder)

        for name in [*swept, symlink, directory]:
            os.chown(os.path.join(folder, name), owner.st_uid, owner.st_gid,
                     follow_symlinks=False)

        self.kill_worker(server.worker_pids()[0])
        self.assertRan(server.post("print(1)"), "1\n")
        self.assertEqual(server.scripts(),
                         sorted(files + [symlink, directory]))
        self.assertTrue(os.path.exists(bystander))
        self.assertTrue(stat.S_ISLNK(
            os.lstat(os.path.join(folder, symlink)).st_mode))
        server.wait_for_log("deleted 3 scripts that a worker left")

        os.rmdir(os.path.join(folder, directory))

        for name in files + [symlink]:
            os.unlink(os.path.join(folder, name))

    def test_what_a_crash_of_the_machine_left_is_swept_at_start(self):
        server = self.serve_ready()
        server.stop()
        script = os.path.join(server.temp_dir, f"{uuid.uuid4()}.py")
        open(script, "w").close()
        os.chown(script, os.stat(server.temp_dir).st_uid, -1)
        server.start()
        self.assertRan(server.post("print(1)"), "1\n")
        self.assertEqual(server.scripts(), [])


if __name__ == "__main__":
    main(AWorkerThatIsKilled, AWorkerThatIsKilledWithPlainRuns,
         TheScriptsOfADeadWorker)
