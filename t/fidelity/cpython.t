#!/usr/bin/python3
"""Thirty modules of CPython's own tests come out in runs as by python3.

But for what is known, and why: see docs/cpython-tests.md, and t/fidelity/
cpython, which runs all of them. build-aux/setup unpacks the tests.
"""

import collections
import concurrent.futures
import os
import sys
import unittest

from pyexec_test import PyexecTestCase, cpython, main
from pyexec_test.cpython_reasons import explained

THREADS = 2

# How many tests differ for which reason, without a scratch and with one, with
# the tests of this version.
VERSION = "3.11.2-6+deb12u9"
KNOWN = {
    "test_asyncgen": ({}, {}),
    "test_asynchat": ({"no network": 22}, {"no network": 22}),
    "test_builtin": ({"no files": 3, "no terminals": 1, "python3 -I -B": 4},
                     {"no terminals": 1, "python3 -I -B": 4}),
    "test_collections": ({}, {}),
    "test_contextlib": ({"no files": 1}, {}),
    "test_dataclasses": ({}, {}),
    "test_enum": ({}, {}),
    "test_exceptions": ({"no files": 3}, {}),
    "test_fcntl": ({"no files": 5, "the kernel's calls": 1},
                   {"the kernel's calls": 1}),
    "test_functools": ({}, {}),
    "test_generators": ({}, {}),
    "test_glob": ({"no files": 14}, {}),
    "test_hashlib": ({"no files": 32}, {}),
    "test_inspect": ({"no files": 2}, {}),
    "test_json": ({"no files": 7}, {}),
    "test_linecache": ({"no files": 15}, {}),
    "test_mmap": ({"no files": 19}, {"the limits": 4}),
    "test_os": ({"no files": 315, "no terminals": 2},
                {"no network": 5, "no terminals": 2, "the kernel's calls": 6,
                 "the policy": 21, "users": 1}),
    "test_pathlib": ({"no files": 147}, {"no network": 2}),
    "test_posix": ({"no files": 160},
                   {"the kernel's calls": 2, "the policy": 36}),
    "test_pty": ({"no terminals": 4}, {"no terminals": 4}),
    "test_random": ({}, {}),
    "test_re": ({}, {}),
    "test_resource": ({"no files": 1, "the limits": 2}, {"the limits": 2}),
    "test_shutil": ({"no files": 166}, {}),
    "test_struct": ({}, {}),
    "test_sys": ({}, {}),
    "test_tempfile": ({"no files": 85}, {"the policy": 1}),
    "test_traceback": ({"no files": 8}, {}),
    "test_typing": ({}, {}),
}


class TheComparison(PyexecTestCase):
    """A check that cannot fail proves nothing: it is shown to fail here."""

    @staticmethod
    def of(**tests):
        return {"status": "ok", "tests": {
            f"test.test_x.Case.{name}": outcome
            for name, outcome in tests.items()}}

    def differ(self, plain, other):
        found = cpython.differences(plain, other)
        return {test.rpartition(".")[2]: (before, now)
                for test, (before, now, _) in found.items()}

    def test_what_comes_out_otherwise_is_found(self):
        self.assertEqual(self.differ(
            self.of(same=["ok", ""], bad=["ok", ""], gone=["ok", ""],
                    better=["failed", ""], left=["skipped", "why"]),
            self.of(same=["ok", ""], bad=["failed", "x"], better=["ok", ""],
                    left=["ok", ""])),
            {"bad": ("ok", "failed"), "gone": ("ok", "absent"),
             "better": ("failed", "ok"), "left": ("skipped", "ok")})

    def test_an_error_and_a_failure_are_both_wrong(self):
        self.assertEqual(self.differ(self.of(one=["error", "x"]),
                                     self.of(one=["failed", "y"])), {})

    def test_what_kept_a_test_from_running_is_told(self):
        plain = self.of(one=["ok", ""])
        for cause in ("setUpClass (test.test_x.Case)",
                      "setUpModule (test.test_x)", "test.test_x"):
            other = {"status": "ok", "tests": {cause: ["error", "the cause"]}}
            with self.subTest(cause):
                self.assertEqual(
                    cpython.differences(plain, other),
                    {"test.test_x.Case.one":
                     ("ok", "absent", f"{cause}: the cause")})

    def test_a_test_that_ends_all_is_found(self):
        mark = cpython.MARK
        got = cpython.outcome(
            "signal", -11, f'noise{mark}["test.one", "begun", ""]\n'
            f'{mark}["test.one", "ok", ""]\nnoise'
            f'{mark}["test.two", "begun", ""]\n', "Segmentation fault")
        self.assertEqual(got["tests"]["test.one"], ["ok", ""])
        self.assertEqual(got["tests"]["test.two"],
                         ["ended", "signal -11\nSegmentation fault"])

    def test_what_no_reason_fits_stays_unexplained(self):
        plain, bad = self.of(one=["ok", ""]), self.of(one=["failed", "2 != 3"])
        results = {"plain": plain, "run": bad, "scratch": bad}
        for mode in cpython.POSTED:
            self.assertEqual(explained(results, mode),
                             {"test.test_x.Case.one": None})

    def test_what_only_a_scratch_mends_is_for_want_of_files(self):
        plain, bad = self.of(one=["ok", ""]), self.of(one=["failed", "2 != 3"])
        results = {"plain": plain, "run": bad, "scratch": plain}
        self.assertEqual(explained(results, "run"),
                         {"test.test_x.Case.one": "no files"})


class ThirtyModules(PyexecTestCase):
    """Run in the background; each test asks for what its module came to."""

    @classmethod
    def setUpClass(cls):
        cls.both = cpython.Comparison(THREADS)
        cls.both.__enter__()
        cls.addClassCleanup(cls.both.__exit__)
        pool = concurrent.futures.ThreadPoolExecutor(THREADS)
        cls.addClassCleanup(pool.shutdown, cancel_futures=True)
        cls.results = {name: pool.submit(cls.run_all, name) for name in KNOWN}

    @classmethod
    def run_all(cls, name):
        return {mode: cls.both.run(mode, name) for mode in cpython.MODES}

    def check(self, name):
        results = self.results[name].result()
        self.assertGreater(len(results["plain"]["tests"]), 5)

        for mode, known in zip(cpython.POSTED, KNOWN[name]):
            why = explained(results, mode)
            different = cpython.differences(results["plain"], results[mode])
            self.assertEqual({test: different[test] for test in why
                              if why[test] is None}, {}, mode)
            if cpython.version() == VERSION:
                self.assertEqual(dict(collections.Counter(why.values())),
                                 known, mode)


for each in KNOWN:
    setattr(ThirtyModules, f"{each}_comes_out_as_by_python3",
            lambda self, name=each: self.check(name))


if __name__ == "__main__":
    if not os.path.exists(cpython.SUITE):
        print("1..0 # SKIP CPython's tests are not there: build-aux/setup test")
        sys.exit(0)

    main(TheComparison, ThirtyModules)
