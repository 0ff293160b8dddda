#!/usr/bin/python3
"""A spare is a fresh interpreter: it carries nothing to its program."""

import os
import signal

from pyexec_test import PyexecTestCase, Server, main, wait_until
from pyexec_test.attack import DEBUG_MODULE

LOCATION = "pyexec_allow *;"

# All that a program finds: the same in a spare and in a run forked for it.
STATE = """\
import gc, sys
names = sorted(globals())
modules = sorted(sys.modules)
import os, random, threading, warnings
print(names)
print(modules)
print(sys.argv, sys.flags, sys.path, sys.getrecursionlimit())
print(sorted(vars(sys)), gc.get_stats(), gc.get_count()[1:], gc.garbage)
print([t.name for t in threading.enumerate()], threading._newname('%d'),
      len(warnings.filters))
print(sorted(os.listdir('/proc/self/fd')), os.getcwd(), dict(os.environ))
print(sys.stdout.encoding, sys.stdout.line_buffering, sys.stdin.read())
print(random.getstate()[0], sys.getswitchinterval(), sys.gettrace())
"""

TRACE = """\
import builtins, math, sys
print(hasattr(builtins, 'left'), hasattr(math, 'left'), 'left' in globals())
builtins.left = math.left = left = 1
sys.modules['left'] = sys
sys.setrecursionlimit(500)
"""

DRAW = """\
import random, uuid
print(random.random(), uuid.uuid4())
"""

DRAW_NUMPY = """\
import numpy
print(numpy.random.random(), numpy.random.randint(1 << 40))
"""


class ASpare(PyexecTestCase):
    @classmethod
    def setUpClass(cls):
        cls.with_spares = cls.serve_all(Server(location=LOCATION, spares=4))
        cls.without = cls.serve_all(Server(location=LOCATION, spares=0))

        for server in cls.with_spares, cls.without:
            server.post("print(1)")

    def spares(self):
        return [p for p in self.with_spares.processes("pyexec-spare")]

    def wait_for_spares(self):
        full = 4 * len(self.with_spares.reaper_pids())
        self.assertTrue(wait_until(lambda: len(self.spares()) == full))

    def test_a_program_finds_what_it_finds_without_spares(self):
        self.wait_for_spares()
        plain = self.without.post(STATE)

        for _ in range(3):
            spare = self.with_spares.post(STATE)
            self.assertEqual(spare["output"], plain["output"])
            self.assertEqual(spare["error"], plain["error"])

    def test_nothing_of_a_program_is_in_the_next(self):
        for _ in range(12):
            self.assertRan(self.with_spares.post(TRACE),
                           "False False False\n")

    def test_no_two_of_them_draw_the_same_numbers(self):
        for program in DRAW, DRAW_NUMPY:
            drawn = {self.with_spares.post(program)["output"]
                     for _ in range(12)}
            self.assertEqual(len(drawn), 12, drawn)

    def test_each_is_used_once_and_replaced(self):
        self.wait_for_spares()
        before = {p.pid for p in self.spares()}

        for _ in range(len(before)):
            self.with_spares.post("pass")

        self.wait_for_spares()
        light = [pid for pid in before if pid in
                 {p.pid for p in self.spares()}]
        self.assertLessEqual(len(light), len(before) - 4)

    def test_one_that_dies_is_replaced_in_time(self):
        self.wait_for_spares()
        victim = self.spares()[0]
        os.kill(victim.pid, 9)
        self.assertTrue(wait_until(
            lambda: victim.pid not in {p.pid for p in self.spares()}))
        self.wait_for_spares()
        self.assertRan(self.with_spares.post("print(2)"), "2\n")


class ASpareThatWasTouched(PyexecTestCase):
    """It is thrown away with a word in the log: no request gets it."""

    LIGHT = "pyexec_preload none;"

    def setUp(self):
        # One that was seen: its pipes say so, its end may not be known yet.
        self.server = self.serve(location=self.LIGHT, spares=1)
        self.assertRan(self.server.post("print(1)"), "1\n")
        self.spare = self.one_spare()

    def one_spare(self):
        def alone():
            found = self.server.processes("pyexec-spare")
            return found if len(found) == 1 else None

        return wait_until(alone)[0]

    def check(self):
        self.assertRan(self.server.post("print('whole')"), "whole\n",
                       error="")
        self.server.wait_for_log("a spare interpreter .* is thrown away")

        for number in range(3):
            self.assertRan(self.server.post(f"print({number})"),
                           f"{number}\n")

    def hold(self):
        """Stop the worker: what happens now it learns all at once."""
        worker, = self.server.worker_pids()
        os.kill(worker, signal.SIGSTOP)
        self.addCleanup(os.kill, worker, signal.SIGCONT)
        return worker

    def check_after(self, touch):
        worker = self.hold()
        connection = self.server.send_and_keep("print('whole')")
        touch()
        os.kill(worker, signal.SIGCONT)
        self.assertRan(self.server.read_answer(connection), "whole\n",
                       error="")

    def test_one_that_has_written_is_not_used(self):
        for stream in 1, 2:
            with self.subTest(stream=stream):
                spare = self.one_spare()

                with open(f"/proc/{spare.pid}/fd/{stream}", "wb",
                          buffering=0) as pipe:
                    pipe.write(b"!")
                self.check()

    def test_one_that_was_killed_is_not_used(self):
        self.check_after(lambda: os.kill(self.spare.pid, signal.SIGKILL))

    def test_one_that_is_killed_with_the_program_on_its_way_runs_nothing(self):
        os.kill(self.spare.pid, signal.SIGSTOP)
        connection = self.server.send_and_keep("print('whole')")
        self.assertTrue(wait_until(self.server.scripts))
        os.kill(self.spare.pid, signal.SIGKILL)
        self.assertRan(self.server.read_answer(connection), "whole\n",
                       error="")
        self.server.wait_for_log("another one gets it")


class ASpareThatNobodyTakes(PyexecTestCase):
    """In a build where that can take a second."""

    def count(self, server, number):
        self.assertTrue(wait_until(
            lambda: len(server.processes("pyexec-spare")) == number))

    def test_is_one(self):
        server = self.serve(module=DEBUG_MODULE, spares=4,
                            main="env PYEXEC_SPARE_IDLE=1000;")
        server.post("print(1)")
        self.assertEqual(len(server.reaper_pids()), 2)

        # All of them first: on the way there it is any number.
        self.count(server, 8)
        self.count(server, 2)

        for _ in range(3):
            self.assertRan(server.post("print(2)"), "2\n")

        self.count(server, 5)
        self.count(server, 2)
        self.assertRan(server.post("import numpy; print(3)"), "3\n")
        self.count(server, 5)


if __name__ == "__main__":
    main(ASpare, ASpareThatWasTouched, ASpareThatNobodyTakes)
