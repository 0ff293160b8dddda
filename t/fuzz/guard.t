#!/usr/bin/python3

"""Twenty seconds of shapes of calls; "make fuzz-guard" is for more."""

import os
import random
import re
import subprocess

from pyexec_test import PyexecTestCase, main

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SECONDS = os.environ.get("FUZZ_SECONDS", "20")
SEED = os.environ.get("PYEXEC_SEED", str(random.randrange(2 ** 32)))


def fuzz(*words):
    return subprocess.run(words, cwd=ROOT, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          encoding="utf-8", errors="replace")


class ShapesOfCalls(PyexecTestCase):

    def test_nothing_forbidden_passes_and_nothing_allowed_is_refused(self):
        done = fuzz("make", "-s", "fuzz-guard", f"FUZZ_SECONDS={SECONDS}",
                    f"FUZZ_SEED={SEED}")
        self.assertEqual(done.returncode, 0, done.stdout[-4000:])
        found = re.search(r"^Done (\d+) calls in \d+ seconds$", done.stdout,
                          re.M)
        self.assertTrue(found, done.stdout[-4000:])
        self.assertGreater(int(found[1]), 0)
        print(f"# seed {SEED}: {found[0]}")

    def test_it_finds_what_passes_where_there_is_no_guard(self):
        """A check that cannot fail proves nothing."""
        done = fuzz("/usr/bin/python3", "-I",
                    os.path.join(HERE, "guard_shapes.py"),
                    os.path.join(ROOT, "build", "fuzz"), "20", SEED,
                    "--plain")
        self.assertEqual(done.returncode, 1, done.stdout[-4000:])
        self.assertRegex(done.stdout, "(?m)^(seed|batch) .*(passed|imported"
                                      "|ended with)")


if __name__ == "__main__":
    main()
