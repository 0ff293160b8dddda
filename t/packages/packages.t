#!/usr/bin/python3
"""A program for each of many packages prints what it prints by python3.

It runs with and without a scratch space, by an interpreter that has imported
the package before. A program whose package is not installed is skipped.
"""

from concurrent.futures import ThreadPoolExecutor

from pyexec_test import PyexecTestCase, Server, fidelity, main
from pyexec_test.fidelity import difference, run_by_post, run_plainly
from pyexec_test.packages import all_packages, allowed

fidelity.PATIENCE = 120

CONF = """
    pyexec_timeout 120s;
    pyexec_queue 64 timeout=120s;
    pyexec_allow default {allowed};
"""

SCRATCH = """
    location /scratch { pyexec on; pyexec_scratch 64m; }
"""

# Two at a time: so many processors has the smallest machine.
AT_A_TIME = 2


class Packages(PyexecTestCase):
    @classmethod
    def setUpClass(cls):
        cls.programs = all_packages()
        cls.there = [program for program in cls.programs.values()
                     if not program.missing]
        conf = CONF.format(allowed=" ".join(allowed(cls.there)))
        cls.server = cls.serve_all(Server(
            http=conf, server=SCRATCH, spares=1))

        with ThreadPoolExecutor(AT_A_TIME) as pool:
            cls.plain = dict(zip((program.name for program in cls.there),
                                 pool.map(run_plainly, cls.there)))

    def check(self, program, path):
        plain = self.plain[program.name]
        self.assertEqual(plain.returncode, 0, plain.error)
        posted = run_by_post(self.server, program, path)
        self.assertEqual(difference(plain, posted), "")

    def add(name, program):
        def test(self):
            if program.missing:
                self.skipTest("there is no " + ", ".join(program.missing))

            if not program.needs_scratch:
                self.check(program, "/run")

            self.check(program, "/scratch")

        return test

    for name, program in all_packages().items():
        locals()[f"test_{name}_with_what_it_needs"] = add(name, program)

    del add, name, program


if __name__ == "__main__":
    main()
