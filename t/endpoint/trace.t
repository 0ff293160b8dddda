#!/usr/bin/python3
"""What a request does is in the debug log, step by step, with its run's id."""

import re

from pyexec_test import PyexecTestCase, main, wait_until

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"

LINE = re.compile(r"\[debug\] \d+#\d+: (?:\*\d+ )?(pyexec .*)$", re.M)
OVER = re.compile("pyexec request (finished|left)")


class Trace(PyexecTestCase):
    def trace(self, code, location="",
              send=lambda server, code: server.post(code)):
        """The server, and what the module says until the request is over."""
        server = self.serve(log_level="debug", location=location)
        before = len(server.error_log())
        send(server, code)

        def lines():
            return LINE.findall(server.error_log()[before:])

        wait_until(lambda: any(OVER.match(line) for line in lines()))
        return server, lines()

    def assertSteps(self, lines, *patterns):
        """The patterns are found one after the other."""
        rest = list(lines)

        for pattern in patterns:
            while rest and not re.search(pattern, rest[0]):
                rest.pop(0)

            self.assertTrue(rest, f"no {pattern!r} in its place in\n"
                            + "\n".join(lines))
            rest.pop(0)

    def test_a_program_that_runs(self):
        _, lines = self.trace("print(1)")
        found = re.search(f"run ({UUID}) submitted", "\n".join(lines))
        self.assertTrue(found, lines)
        run = found[1]
        self.assertSteps(
            lines, r"^pyexec body of \d+ bytes", "^pyexec checked",
            f"^pyexec run {run} submitted", f"^pyexec run {run} begins",
            f"^pyexec run {run} done",
            f"^pyexec request finished, run: {run}, .*status: 200")

    def test_a_program_that_is_refused(self):
        _, lines = self.trace("import socket")
        self.assertSteps(lines, "^pyexec body of", "^pyexec checked",
                         "^pyexec request finished.*status: 400")
        self.assertNotIn("submitted", "\n".join(lines))

    def test_one_that_waits_for_a_place(self):
        def both(server, code):
            first = server.send_and_keep("import time; time.sleep(0.3)")
            wait_until(server.run_pids)
            server.post(code)
            server.read_answer(first)

        _, lines = self.trace("print(2)", "pyexec_concurrency 1;", both)
        self.assertSteps(lines, "submitted", "begins", "submitted",
                         "waits for a place", "done", "begins", "done")

    def test_a_client_that_leaves(self):
        def leave(server, code):
            connection = server.send_and_keep(code)
            wait_until(server.run_pids)
            connection.close()

        server, lines = self.trace("import time; time.sleep(60)", send=leave)
        self.assertSteps(lines, "begins", "is abandoned",
                         r"^pyexec child \d+ kill", "^pyexec request left")
        server.wait_for_log(f"pyexec run {UUID} done")


if __name__ == "__main__":
    main()
