#!/usr/bin/python3
"""Many requests leave what few leave; too many are told so."""

import concurrent.futures
import http.client
import json
import os
import re
import shutil
import signal
import tempfile

from pyexec_test import (WAIT, Footprint, LetGo, PyexecTestCase, main,
                         wait_for_waiting, wait_until)

REQUESTS = 2000
CLIENTS = 4

# What may stick to a process of some megabytes in 2000 runs, bytes.
GROWTH = 512 * 1024

# An interpreter that does not serve before there is a file.
SLOW = """\
#!/bin/sh
while [ "$3" = serve ] && [ ! -e {go} ]; do sleep 0.05; done
exec /usr/bin/python3 "$@"
"""


def memory(pid):
    """Resident bytes that are the process's own."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"RssAnon:\s+(\d+) kB", status.read())[1]) * 1024


class ManyRequests(PyexecTestCase):
    def client(self, numbers):
        """Half of the requests share a connection; wrong answers."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.server.port, timeout=60)
        wrong = []

        for number in numbers:
            code = f"print({number} * 2)"

            if number % 2:
                got = self.server.post(code).body
            else:
                connection.request(
                    "POST", "/run", json.dumps({"code": code}),
                    {"Content-Type": "application/json"})
                got = connection.getresponse().read()

            if json.loads(got).get("output") != f"{number * 2}\n":
                wrong.append(got)

        connection.close()
        return wrong

    def run_all(self, count):
        """Returns the wrong answers."""
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            return sum(pool.map(self.client, (
                range(i, count, CLIENTS) for i in range(CLIENTS))), [])

    def test_two_thousand_programs_leave_what_some_have_left(self):
        server = self.server = self.serve(
            location="pyexec_concurrency 8; pyexec_preload json;",
            http="keepalive_requests 100000;")
        self.assertEqual(self.run_all(200), [])
        before = Footprint.settled(server)
        pids = {"worker": server.worker_pids()[0],
                "zygote": server.zygote_pids()[0],
                "reaper": server.reaper_pids()[0]}
        sizes = {name: memory(pid) for name, pid in pids.items()}

        self.assertEqual(self.run_all(REQUESTS), [])
        self.assertFootprint(server, before)
        self.assertEqual(before.zombies, 0)

        for name, pid in pids.items():
            with self.subTest(f"memory of the {name}"):
                self.assertLess(memory(pid) - sizes[name], GROWTH)


class TooManyRequests(PyexecTestCase):
    SLEEP = "import time; time.sleep(0.3); print('slept')"

    def check(self, server, status, error):
        """Some of many answers are right, the rest say why they are not."""
        self.assertRan(server.post("print(1)"), "1\n")
        before = Footprint.settled(server)
        ran, refused, cut = 0, 0, 0

        for _ in range(2):
            sent = [server.send_and_keep(self.SLEEP) for _ in range(20)]

            for connection in sent:
                try:
                    answer = server.read_answer(connection)
                except (http.client.HTTPException, ConnectionError):
                    cut += 1        # nginx had not even accepted it
                    continue

                if answer.status == 200:
                    self.assertRan(answer, "slept\n")
                    ran += 1
                else:
                    self.assertRefused(answer, status, error)
                    refused += 1

        self.assertGreater(ran, 0)
        self.assertGreater(refused, 0)
        self.assertFootprint(server, before)

        for _ in range(3):
            self.assertRan(server.post("print('again')"), "again\n")

        return cut

    def test_more_than_the_connections_of_a_worker_can_serve(self):
        server = self.serve(
            worker_connections=30,
            location="pyexec_preload none; pyexec_concurrency 64;",
            allow_alarms=[r"\d+ worker_connections are not enough"])
        self.check(server, 503, "Too many executions")

    def test_more_than_the_descriptors_of_a_worker_can_serve(self):
        server = self.serve(
            location="pyexec_preload none; pyexec_concurrency 64;",
            allow_alarms=[r"failed \(24: Too many open files\)"])
        self.assertRan(server.post("print(1)"), "1\n")
        server.set_soft_limit(server.worker_pids()[0], "nofile", 60)
        self.check(server, 500, "An unexpected error occurred: "
                   "Too many open files")

    def test_fewer_descriptors_than_a_run_may_have_are_enough_for_one(self):
        server = self.serve(main="worker_rlimit_nofile 64;")
        self.assertRan(server.post("print(1)"), "1\n", "")

    def test_a_zygote_that_dies_then_is_started_again_when_there_is_room(self):
        server = self.serve(
            worker_connections=20, spares=0,
            location="pyexec_preload none; pyexec_concurrency 64;",
            allow_alarms=[r"\d+ worker_connections are not enough"])
        self.assertRan(server.post("print(1)"), "1\n")
        before = Footprint.settled(server)
        sent = [server.connect() for _ in range(30)]
        os.kill(server.zygote_pids()[0], signal.SIGKILL)
        server.wait_for_log("it is started again")

        for connection in sent:
            connection.close()

        def answered():
            try:
                return server.post("print('again')").status == 200
            except (http.client.HTTPException, ConnectionError):
                return False

        self.assertTrue(wait_until(answered))
        self.assertFootprint(server, before)

    def test_more_than_places_and_queue_get_503_and_when_to_retry(self):
        server = self.serve(location="pyexec_preload none;"
                                     "pyexec_allow default signal;"
                                     "pyexec_concurrency 2; pyexec_queue 3;")
        self.assertRan(server.post("print(1)"), "1\n")
        before = Footprint.settled(server)
        sent = [server.send_and_keep(WAIT) for _ in range(10)]
        answers = [server.read_answer(connection) for connection in sent[5:]]

        with LetGo(server):
            answers = [server.read_answer(connection)
                       for connection in sent[:5]] + answers

        statuses = [answer.status for answer in answers]
        self.assertEqual(statuses, [200] * 5 + [503] * 5)

        for answer in answers[5:]:
            self.assertRefused(answer, 503, "Too many executions")
            self.assertGreater(int(answer.headers["Retry-After"]), 0)

        self.assertFootprint(server, before)

    def test_a_free_place_needs_no_queue_while_the_interpreter_starts(self):
        folder = tempfile.mkdtemp(prefix="pyexec-python-")
        self.addCleanup(shutil.rmtree, folder)
        os.chmod(folder, 0o755)
        python, go = (os.path.join(folder, name) for name in ("python", "go"))

        with open(python, "w", encoding="ascii") as file:
            file.write(SLOW.format(go=go))

        os.chmod(python, 0o755)
        server = self.serve(location=f"pyexec_python {python};"
                                     "pyexec_preload none;"
                                     "pyexec_concurrency 2; pyexec_queue 0;")
        sent = [server.send_and_keep(f"print({i})") for i in range(4)]

        for connection in sent[2:]:
            self.assertRefused(server.read_answer(connection), 503,
                               "Too many executions")

        open(go, "x", encoding="ascii").close()

        for i, connection in enumerate(sent[:2]):
            self.assertRan(server.read_answer(connection), f"{i}\n")

    def test_who_waits_too_long_gets_503_and_starts_nothing(self):
        server = self.serve(location="pyexec_preload none;"
                                     "pyexec_allow default signal;"
                                     "pyexec_concurrency 1;"
                                     "pyexec_queue 9 timeout=300ms;")
        # The interpreter may take longer to start than a request waits.
        wait_until(lambda: server.post("print(1)").status == 200)
        before = Footprint.settled(server)
        long = server.send_and_keep(WAIT + "print(2)")
        wait_for_waiting(server, 1)

        for connection in [server.send_and_keep("print(3)") for _ in "12"]:
            self.assertRefused(server.read_answer(connection), 503,
                               "Too many executions")

        self.assertEqual(len(server.run_pids()), 1)

        with LetGo(server):
            self.assertRan(server.read_answer(long), "2\n")

        self.assertFootprint(server, before)


if __name__ == "__main__":
    main(ManyRequests, TooManyRequests)
