#!/usr/bin/python3
"""To a program, the endpoint and a plain `python3 main.py` are the same.

Each file of fidelity/programs is run both ways; output, error and return code
must be equal to the byte. Names of programs as arguments run only these;
PYEXEC_SEED repeats the order of a run, PYEXEC_TEST_ISOLATION takes another
isolation than full, and PYEXEC_TEST_SCRATCH gives each run a scratch of that
size.
"""

import collections
import concurrent.futures
import os
import random
import sys
import unittest

from pyexec_test import PyexecTestCase, Server, main, wait_until
from pyexec_test.fidelity import (PATIENCE, PYTHON, Program, all_programs,
                                  difference, run_by_post, run_plainly)

THREADS = 4
ROUNDS = 2
ISOLATION = os.environ.get("PYEXEC_TEST_ISOLATION", "full")
SCRATCH = os.environ.get("PYEXEC_TEST_SCRATCH", "off")
SEED = int(os.environ.get("PYEXEC_SEED", random.randrange(2 ** 32)))

LOCATION = f"""
    pyexec_python {PYTHON};
    pyexec_timeout {PATIENCE}s;
    pyexec_allow default;
    pyexec_allow __future__ __main__ abc argparse asyncio atexit builtins
                 concurrent contextlib csv ctypes enum faulthandler fileinput
                 gc importlib inspect io linecache locale logging
                 multiprocessing pickle queue select signal struct
                 threading traceback types unicodedata unittest warnings
                 weakref;
    pyexec_isolation {ISOLATION};
    pyexec_scratch {SCRATCH};
"""

# What starts a process, which no program may in process isolation.
STARTING = {
    "async_subprocess", "signal_every_default_death", "signal_from_child",
    "subprocess_child_reads_our_stdin", "subprocess_devnull_and_stderr",
    "subprocess_failures", "subprocess_fork_flushes_twice",
    "subprocess_fork", "subprocess_multiprocessing",
    "subprocess_of_other_programs", "subprocess_pipeline", "subprocess_run",
    "subprocess_same_interpreter", "subprocess_timeout",
}


class Suite:
    """Every run of both kinds, in the background; tests ask for outcomes."""

    programs = all_programs()
    pool = concurrent.futures.ThreadPoolExecutor(THREADS)
    server = None
    plain, posted, shuffled = {}, {}, collections.defaultdict(list)

    @classmethod
    def start(cls):
        """Submit the runs in the order in which they are reported."""
        cls.server = Server(location=LOCATION,
                            http="client_max_body_size 8m;")
        cls.server.begin(unittest.addModuleCleanup)

        for name, program in cls.programs.items():
            cls.plain[name] = cls.pool.submit(run_plainly, program)
            cls.posted[name] = cls.pool.submit(run_by_post, cls.server,
                                               program)

        order = random.Random(SEED)

        for _ in range(ROUNDS):
            names = list(cls.programs)
            order.shuffle(names)

            for name in names:
                cls.shuffled[name].append(cls.pool.submit(
                    run_by_post, cls.server, cls.programs[name]))


def setUpModule():
    Suite.start()


class TheComparison(PyexecTestCase):
    """A check that cannot fail proves nothing: it is shown to fail here."""

    def outcome(self, source):
        program = Program("none.py")
        program.source = source
        return run_plainly(program)

    def test_the_comparison_finds_one_byte_more_on_stdout(self):
        self.assertTrue(difference(self.outcome(b"print('a')"),
                                   self.outcome(b"print('a ')")))

    def test_the_comparison_finds_a_missing_last_newline_on_stderr(self):
        self.assertTrue(difference(
            self.outcome(b"import sys; sys.exit('gone')"),
            self.outcome(b"import sys; sys.stderr.write('gone')\n"
                         b"sys.exit(1)")))

    def test_the_comparison_finds_another_return_code(self):
        self.assertTrue(difference(self.outcome(b"raise SystemExit(3)"),
                                   self.outcome(b"raise SystemExit(4)")))

    def test_the_comparison_overlooks_folder_and_addresses(self):
        source = b"print(__file__, object())\n1 / 0\n"
        self.assertEqual(difference(self.outcome(source),
                                    self.outcome(source)), "")


class TheSameAsPlainPython(PyexecTestCase):
    def check(self, name):
        found = difference(Suite.plain[name].result(),
                           Suite.posted[name].result())
        self.assertFalse(found, "\n" + found)


class TheSameInAnyOrder(PyexecTestCase):
    def check(self, name):
        for future in Suite.shuffled[name]:
            found = difference(Suite.plain[name].result(), future.result())
            self.assertFalse(found, f"seed {SEED}\n{found}")


class TheServerAfterwards(PyexecTestCase):
    def test_the_server_has_left_nothing_behind(self):
        Suite.pool.shutdown()
        self.assertEqual(Suite.server.scripts(), [])
        # The end of a run is told before the process is gone.
        self.assertTrue(wait_until(lambda: not Suite.server.run_pids()))
        Suite.server.stop()
        Suite.server.check_nothing_left()


def add_tests(case, story, names):
    """One test a program."""
    for name in names:
        setattr(case, f"test_{name}_{story}",
                lambda self, name=name: self.check(name))


if __name__ == "__main__":
    chosen = sys.argv[1:]
    del sys.argv[1:]

    if ISOLATION == "process":
        chosen = chosen or sorted(Suite.programs.keys() - STARTING)

    if chosen:
        Suite.programs = {name: Suite.programs[name] for name in chosen}

    add_tests(TheSameAsPlainPython, "runs_as_under_python3",
              Suite.programs)
    add_tests(TheSameInAnyOrder, "runs_the_same_among_others",
              Suite.programs)

    main(TheComparison, TheSameAsPlainPython, TheSameInAnyOrder,
         TheServerAfterwards)
