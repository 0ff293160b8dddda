#!/usr/bin/python3
"""One worker, and whatever programs and clients do to it at the same time:
the next request is answered as if it were alone.

Two programs of five seconds run all the while, one sleeping and one
computing; what they answer is looked at in the end.
"""

import json
import select
import statistics
import time
import unittest

from pyexec_test import Footprint, PyexecTestCase, Server, main, wait_until

LOCATION = """
    pyexec_timeout 10s;
    pyexec_concurrency 64;
    pyexec_preload none;
    pyexec_output_limit 16m;
"""
HTTP = "client_max_body_size 32m;"

# Where a run can make files, so that there is something to remove.
SERVER = f"""
    location /scratch {{ pyexec on; pyexec_scratch 32m; {LOCATION} }}
"""

FIVE_SECONDS = """\
import time
print('begin')
end = time.monotonic() + 5
while time.monotonic() < end:
    %s
print('end')
"""
FLOOD = """\
import os, time
end = time.monotonic() + 0.7
count = 0
while time.monotonic() < end and count < 16 << 20:
    count += os.write(%d, b'x' * %d)
"""
MAKE_DIRECTORIES = """\
import os
try:
    for number in range(3000):
        os.mkdir(str(number))
except OSError as error:
    print(error)
print('made')
"""
STOP = "import os; os.kill(os.getpid(), 19)"

# What a request may take beside all that. Alone it takes some 5 ms; a worker
# that waits for any of the programs here takes 700 at least.
TYPICAL, WORST = 0.1, 0.5


class Suite:
    server = None
    running = {}
    numbers = iter(range(1, 1 << 30))


def setUpModule():
    Suite.server = server = Server(location=LOCATION, http=HTTP,
                                   server=SERVER, worker_processes=1)
    server.begin(unittest.addModuleCleanup)

    for path in "/run", "/scratch":
        server.post("print(1)", path=path)

    Suite.before = Footprint.settled(server)
    Suite.begin = time.monotonic()

    for name, work in ("sleeping", "time.sleep(0.1)"), ("computing", "pass"):
        Suite.running[name] = server.send_and_keep(FIVE_SECONDS % work)

    wait_until(lambda: len(server.run_pids()) == 2)


class WhileProgramsRun(PyexecTestCase):
    def setUp(self):
        self.server = Suite.server

    def probe(self, count=20):
        """Post small programs, one after the other, and look at the time."""
        self.check_times(self.times(count))

    def check_times(self, times):
        self.assertLess(statistics.median(times), TYPICAL)
        self.assertLess(max(times), WORST)

    def times(self, count):
        times = []

        for _ in range(count):
            number = next(Suite.numbers)
            begin = time.monotonic()
            answer = self.server.post(f"print({number})")
            times.append(time.monotonic() - begin)
            self.assertRan(answer, f"{number}\n")

        return times

    def test_a_program_of_five_seconds_sleeps_and_another_computes(self):
        self.probe(50)
        self.assertLess(time.monotonic() - Suite.begin, 5)

    def test_while_a_program_floods_its_output_byte_by_byte(self):
        flood = self.server.send_and_keep(FLOOD % (1, 1))
        self.probe()
        answer = self.server.read_answer(flood)
        self.assertRan(answer)
        self.assertEqual(answer["output"].strip("x"), "")

    def test_while_programs_flood_both_outputs_in_large_pieces(self):
        floods = [self.server.send_and_keep(FLOOD % (fd, 65536))
                  for fd in (1, 2)]
        self.probe()

        for flood, name in zip(floods, ("output", "error")):
            answer = self.server.read_answer(flood)
            self.assertRan(answer)
            self.assertEqual(len(answer[name]), 16 << 20)

    def test_while_a_large_input_is_not_read(self):
        kept = self.server.send_and_keep(
            "import time; time.sleep(0.7); print('never read it')",
            stdin="x" * (16 << 20))
        self.probe()
        self.assertRan(self.server.read_answer(kept), "never read it\n")

    def test_while_a_large_input_is_read_slowly(self):
        kept = self.server.send_and_keep(
            "import os, time\n"
            "for _ in range(7):\n"
            "    os.read(0, 4096)\n"
            "    time.sleep(0.1)\n"
            "os.close(0)\n"
            "print('enough')\n", stdin="x" * (4 << 20))
        self.probe()
        self.assertRan(self.server.read_answer(kept), "enough\n")

    def test_while_a_program_has_stopped_itself(self):
        stopped = self.server.send_and_keep(STOP, run_timeout=0.7)
        self.assertTrue(wait_until(lambda: "T" in [
            p.state for p in self.server.processes("pyexec-run")]))
        self.probe()
        self.assertRan(self.server.read_answer(stopped), returncode=-9,
                       status="timeout")

    def test_while_slow_clients_upload(self):
        body = json.dumps({"code": "print('slow')"}).encode("ascii")
        head = ("POST /run HTTP/1.1\r\nHost: localhost\r\n"
                "Content-Type: application/json\r\nConnection: close\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode("ascii")
        connections = [self.server.connect() for _ in range(20)]

        for connection in connections:
            connection.sendall(head)

        times = []

        for i in range(len(body)):
            for connection in connections:
                connection.sendall(body[i:i + 1])

            if i + 1 < len(body):
                times += self.times(1)

        self.check_times(times)

        for connection in connections:
            self.assertRan(self.server.read_answer(connection), "slow\n")

    def test_while_clients_do_not_read_their_answers(self):
        connections = [self.server.send_and_keep("print('x' * 4000000)")
                       for _ in range(3)]
        wait_until(lambda: len(self.server.run_pids()) <= 2)
        self.probe()

        for connection in connections:
            answer = self.server.read_answer(connection)
            self.assertEqual(len(answer["output"]), 4000001)

    def test_while_the_scratch_space_of_a_program_is_removed(self):
        maker = self.server.send_and_keep(MAKE_DIRECTORIES, path="/scratch")
        times = []

        while not select.select([maker], [], [], 0)[0]:
            times += self.times(1)

        self.assertRan(self.server.read_answer(maker), "made\n")
        self.check_times(times + self.times(20))

    def test_while_many_clients_come_at_once(self):
        connections = [self.server.send_and_keep(
            f"import time; time.sleep(0.3); print({i})") for i in range(40)]

        for i, connection in enumerate(connections):
            self.assertRan(self.server.read_answer(connection), f"{i}\n")


class InTheEnd(PyexecTestCase):
    def check(self, name):
        answer = Suite.server.read_answer(Suite.running[name])
        self.assertRan(answer, "begin\nend\n")
        seconds = float(answer["execution_time"].removesuffix(" seconds"))
        self.assertGreaterEqual(seconds, 5)
        self.assertLess(seconds, 6)

    def test_a_the_sleeping_program_had_its_five_seconds(self):
        self.check("sleeping")

    def test_b_the_computing_program_had_its_five_seconds(self):
        self.check("computing")

    def test_c_the_server_is_what_it_was_and_leaves_nothing(self):
        self.assertFootprint(Suite.server, Suite.before)
        Suite.server.stop()
        Suite.server.check_nothing_left()


if __name__ == "__main__":
    main(WhileProgramsRun, InTheEnd)
