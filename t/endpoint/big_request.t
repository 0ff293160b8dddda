#!/usr/bin/python3

"""Requests that are big enough to be decided on in a thread."""

import signal
import time

from pyexec_test import PyexecTestCase, main, wait_until


LINE = "value = [number * 2 for number in range(10)]  # one of many lines\n"


def big(code, size=60000):
    """A program of that size which does what "code" does."""
    return code + "\n" + LINE * ((size - len(code)) // len(LINE))


class ABigRequest(PyexecTestCase):

    def setUp(self):
        self.server = self.serve(location="pyexec_code_limit 1m;")

    def test_it_is_run_as_a_small_one_is(self):
        self.assertRan(self.server.post(big("print('big')")), output="big\n")

    def test_it_is_refused_as_a_small_one_is(self):
        for code, status, error in (
                (big("import socket"), 400,
                 "Code is not safe: Disallowed import: socket"),
                (big("import os\nos.system('id')"), 400,
                 "Code is not safe: Forbidden operation: os.system"),
                (big("print(1)", 1100000), 413,
                 "Request exceeds the limit of 1048576 bytes")):
            self.assertRefused(self.server.post(code), status, error)

        answer = self.server.post(raw=b'{"code": "' + b"x" * 60000)
        self.assertRefused(answer, 400, "Invalid JSON")

    def test_its_syntax_error_is_that_of_python(self):
        answer = self.server.post(big("print('never')\nprint(("))
        self.assertRan(answer, returncode=1, status="error")
        self.assertIn("SyntaxError", answer["error"])
        self.assertEqual(answer["output"], "")

    def test_a_client_that_leaves_meanwhile_leaves_nothing(self):
        before = self.server.post("print(1)")
        self.assertRan(before, output="1\n")

        for _ in range(8):
            connection = self.server.send_and_keep(
                big("import time; time.sleep(20)", 200000))
            connection.close()

        self.assertTrue(wait_until(
            lambda: self.server.access_log().count(" 499 ") == 8, 30))
        self.assertTrue(wait_until(lambda: not self.server.run_pids(), 5))
        self.assertRan(self.server.post("print(2)"), output="2\n")

    def test_the_worker_serves_others_meanwhile(self):
        slow = big("import socket", 500000)
        begin = time.monotonic()
        self.assertStatus(self.server.post(slow), 400)
        alone = time.monotonic() - begin

        sent = [self.server.send_and_keep(slow) for _ in range(4)]
        times = []

        while len(times) < 5:
            begin = time.monotonic()
            self.assertStatus(self.server.post("import socket"), 400)
            times.append(time.monotonic() - begin)

        for connection in sent:
            self.assertStatus(self.server.read_answer(connection), 400)

        # Five at once on one processor would take five times as long.
        self.assertLess(min(times), alone / 2)

    def test_a_reload_waits_for_it(self):
        sent = [self.server.send_and_keep(big(f"print({i})", 300000))
                for i in range(3)]
        self.server.signal(signal.SIGHUP)

        for i, connection in enumerate(sent):
            self.assertRan(self.server.read_answer(connection),
                           output=f"{i}\n")


if __name__ == "__main__":
    main()
