#!/usr/bin/python3
"""A program that imports no heavy module runs without any of them."""

from pyexec_test import PyexecTestCase, Server, VirtualEnvironment, main
from pyexec_test.process import children

LOADED = "import sys\nprint([n in sys.modules for n in (%s)])\n"


def loaded(*names):
    return LOADED % ", ".join(map(repr, (*names, "")))


class Zygotes(PyexecTestCase):
    """What the zygotes of a server were told to import."""

    def assertZygotes(self, server, *preloads):
        # A worker that answers has started all that it needs.
        self.assertRan(server.post("print(1)"), output="1\n")
        worker, = server.worker_pids()
        found = [p.cmdline.partition(" -- ")[2] for p in children(worker)]
        self.assertEqual(sorted(found), sorted(preloads))

    def assertLoaded(self, answer, *expected):
        self.assertRan(answer, output=f"{[*expected, False]}\n", error="")


class ByDefault(PyexecTestCase):

    @classmethod
    def setUpClass(cls):
        cls.server = cls.serve_all(Server(server="""
            location /importlib { pyexec on; pyexec_allow default importlib; }
            location /any { pyexec on; pyexec_allow *; }
            location /process { pyexec on; pyexec_isolation process; }
            location /ready {
                pyexec on; pyexec_spares 2; pyexec_memory 300m;
            }
        """))

    def assertSees(self, program, numpy, requests, path="/run"):
        """What was in memory before the first line, whatever came later."""
        before = ("import sys\n"
                  "seen = ['numpy' in sys.modules, 'requests' in sys.modules,"
                  " 'decimal' in sys.modules]\n")
        self.assertRan(
            self.server.post(before + program + "\nprint(seen)", path=path),
            output=f"{[numpy, requests, True]}\n", error="")

    def test_a_program_has_the_standard_library_alone(self):
        self.assertSees("", False, False)

    def test_a_program_that_imports_a_heavy_module_has_them_all(self):
        self.assertSees("import numpy", True, True)
        self.assertSees("import requests", True, True)

    def test_every_form_of_an_import_counts(self):
        for form in ("import math, numpy as np", "import numpy.linalg",
                     "from numpy import array", "from numpy.fft import *",
                     "__import__('numpy')",
                     "def never(): import numpy"):
            with self.subTest(form):
                self.assertSees(form, True, True)

    def test_a_heavy_modules_name_is_no_import(self):
        self.assertSees("'import numpy'; numpy = 'requests'  # import numpy",
                        False, False)

    def test_any_allowed_import_counts_the_same(self):
        self.assertSees("import ast", False, False, "/any")
        self.assertSees("import numpy", True, True, "/any")

    def test_it_is_the_same_without_namespaces(self):
        self.assertSees("", False, False, "/process")
        self.assertSees("import numpy", True, True, "/process")

    def test_it_is_the_same_of_interpreters_that_are_ready(self):
        for _ in range(4):
            self.assertSees("", False, False, "/ready")
            self.assertSees("import numpy", True, True, "/ready")
            self.assertSees("exec('import numpy')", False, False, "/ready")

    def test_an_import_that_only_the_run_can_see_works(self):
        self.assertSees("exec('import numpy; assert numpy.dot([2], [3]) == 6')",
                        False, False)
        self.assertSees("exec('import requests; requests.Session()')",
                        False, False)
        self.assertSees("exec('import numpy')", False, False, "/process")

    def test_an_import_by_a_computed_name_works(self):
        self.assertSees("import importlib\n"
                        "importlib.import_module('num' + 'py').zeros(3)",
                        False, False, "/importlib")

    def test_an_import_of_a_heavy_module_is_still_in_the_policy(self):
        answer = self.server.post("exec('import scipy')")
        self.assertRan(answer, returncode=1)
        self.assertIn("Disallowed import: scipy", answer["error"])

    def test_a_program_takes_less_memory_for_it(self):
        light = self.server.post("print(1)")
        heavy = self.server.post("import numpy")
        self.assertRan(light)
        self.assertRan(heavy)
        self.assertLess(light["memory"] + 2 ** 20, heavy["memory"])

    def test_random_numbers_are_the_runs_own_in_both(self):
        for program in ("import random; print(random.random())",
                        "import random, numpy; print(random.random())"):
            one, two = (self.server.post(program) for _ in range(2))
            self.assertRan(one)
            self.assertNotEqual(one["output"], two["output"])

    def test_a_syntax_error_is_told(self):
        answer = self.server.post("import numpy\nprint(")
        self.assertRan(answer, output="", returncode=1)
        self.assertIn("SyntaxError", answer["error"])


class Interpreters(Zygotes):

    def test_there_is_one_for_each_half(self):
        server = self.serve(location="pyexec_preload json numpy decimal;")
        self.assertZygotes(server, "json numpy decimal", "json decimal")

    def test_a_heavy_module_alone_leaves_nothing_to_preload(self):
        server = self.serve(location="pyexec_preload numpy;")
        self.assertZygotes(server, "numpy", "")
        self.assertLoaded(server.post(loaded("numpy")), False)
        self.assertLoaded(server.post("import numpy\n" + loaded("numpy")),
                          True)

    def test_a_submodule_goes_with_its_root(self):
        server = self.serve(
            location="pyexec_preload numpy.fft xml.dom.minidom;")
        self.assertZygotes(server, "numpy.fft xml.dom.minidom",
                           "xml.dom.minidom")
        program = loaded("numpy.fft", "xml.dom.minidom")
        self.assertLoaded(server.post(program), False, True)
        self.assertLoaded(server.post("import numpy.linalg\n" + program),
                          True, True)

    def test_without_a_heavy_module_there_is_one(self):
        server = self.serve(location="pyexec_preload json decimal;")
        self.assertZygotes(server, "json decimal")

    def test_without_any_module_there_is_one(self):
        server = self.serve(location="pyexec_preload none;")
        self.assertZygotes(server, "")
        self.assertLoaded(server.post("import numpy\n" + loaded("numpy")),
                          True)

    def test_what_is_not_installed_is_not_heavy(self):
        server = self.serve(location="pyexec_allow math no_such_module;")
        self.assertZygotes(server, "math no_such_module")

    def test_locations_that_agree_share_both(self):
        server = self.serve(
            location="pyexec_preload json numpy;",
            server="location /two { pyexec on;"
                   "                pyexec_preload json numpy;"
                   "                pyexec_timeout 1s; }")
        self.assertZygotes(server, "json numpy", "json")

    def test_locations_whose_light_half_agrees_share_that(self):
        server = self.serve(
            location="pyexec_preload json numpy;", server="""
                location /two { pyexec on; pyexec_preload requests json; }
                location /light { pyexec on; pyexec_preload json; }
            """)
        self.assertZygotes(server, "json numpy", "requests json", "json")

        program = loaded("json", "numpy", "requests")
        for path in ("/run", "/two", "/light"):
            self.assertLoaded(server.post(program, path=path),
                              True, False, False)
        # By itself, requests may bring numpy; numpy does not bring requests.
        self.assertLoaded(server.post("import numpy\n" + program),
                          True, True, False)

    def test_locations_that_differ_otherwise_share_nothing(self):
        server = self.serve(
            location="pyexec_preload json numpy;",
            server="location /two { pyexec on; pyexec_memory 300m;"
                   "                pyexec_preload json numpy; }")
        self.assertZygotes(server, *["json numpy", "json"] * 2)

    def test_a_reload_finds_what_is_heavy_now(self):
        server = self.serve(location="pyexec_preload json;")
        server.reload(location="pyexec_preload json numpy;")
        self.assertZygotes(server, "json numpy", "json")

    def test_beyond_the_modules_that_are_told_apart_all_count_as_heavy(self):
        names = " ".join(f"no_such_module_{i}" for i in range(70))
        server = self.serve(
            location=f"pyexec_allow sys json {names} numpy textwrap;")
        program = loaded("numpy")
        self.assertLoaded(server.post("import json\n" + program), False)
        self.assertLoaded(server.post("import numpy\n" + program), True)
        self.assertLoaded(server.post("import textwrap\n" + program), True)


class AVirtualEnvironment(Zygotes):
    """With modules of its own."""

    def setUp(self):
        self.venv = VirtualEnvironment()
        self.addCleanup(self.venv.remove)

    def serve_it(self, location):
        return self.serve(
            location=f"pyexec_python {self.venv.python}; {location}")

    def test_its_modules_are_heavy(self):
        self.venv.module("mine")
        self.venv.package("shared")
        server = self.serve_it("pyexec_allow sys mine math shared numpy;")
        self.assertZygotes(server, "sys mine math shared numpy",
                           "sys math numpy")  # which is not installed
        self.assertLoaded(server.post(loaded("mine")), False)
        self.assertLoaded(server.post("import shared.part\n"
                                      + loaded("mine")), True)

    def test_many_of_them_are_found(self):
        names = [f"module_with_a_long_name_of_{i}" for i in range(60)]
        for name in names:
            self.venv.module(name)
        server = self.serve_it(f"pyexec_preload {' '.join(names)} json;")
        self.assertZygotes(server, " ".join([*names, "json"]), "json")

    def test_one_that_cannot_be_imported_is_no_one_elses_trouble(self):
        self.venv.module("broken", "raise RuntimeError('no luck')\n")
        server = self.serve_it("pyexec_preload json broken;"
                               "pyexec_allow default broken;")
        self.assertLoaded(server.post(loaded("json")), True)
        self.assertRan(server.post("print("), returncode=1)
        self.assertRan(server.post("exec('import broken')"), returncode=1)
        self.assertStatus(server.post("import broken"), 500)

    def test_what_a_module_registered_for_forks_is_called(self):
        self.venv.module("forks", "import os\ncalled = []\n"
                             "os.register_at_fork(after_in_child=lambda:"
                             " called.append(os.getpid()))\n")
        server = self.serve_it("pyexec_allow os forks;")
        self.assertRan(server.post("import os, forks\n"
                                   "print(forks.called == [os.getpid()])"),
                       output="True\n")

    def test_memory_that_a_module_reserves_is_not_taken(self):
        def shared():
            with open("/proc/meminfo", encoding="ascii") as info:
                return next(int(line.split()[1]) for line in info
                            if line.startswith("Shmem:"))

        self.venv.module("reserves", "import mmap\n"
                                "area = mmap.mmap(-1, 1 << 30,"
                                " flags=mmap.MAP_PRIVATE)\n"
                                "area[5 << 20] = 7\n")
        before = shared()
        server = self.serve_it("pyexec_allow sys reserves;")
        self.assertRan(server.post("from reserves import area\n"
                                   "print(area[5 << 20], area[1 << 20])"),
                       output="7 0\n")
        self.assertLess(shared() - before, 1 << 18)     # KB

    def test_a_thread_of_a_module_is_not_waited_for(self):
        self.venv.module("threads", "import threading, time\n"
                               "threading.Thread(target=time.sleep,"
                               " args=(3600,), daemon=True).start()\n")
        server = self.serve_it("pyexec_allow sys threads;")
        self.assertRan(server.post("import sys, threads\n"
                                   "print(threads.threading.active_count())"),
                       output="1\n")

    def test_a_site_that_cannot_say_what_a_module_is_hinders_nothing(self):
        self.venv.site_line(
            "import sys; sys.meta_path.insert(0, type('F', (), {"
            "'find_spec': staticmethod(lambda name, *rest: "
            "1 / 0 if name == 'odd' else None)}))")
        server = self.serve_it("pyexec_allow default odd;")
        self.assertRan(server.post("print(1)"), output="1\n")


if __name__ == "__main__":
    main()
