#!/usr/bin/python3

"""Half a minute of each fuzzer; "make fuzz FUZZ_SECONDS=..." is for more."""

import glob
import os
import subprocess
import unittest

from pyexec_test import main

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SECONDS = os.environ.get("FUZZ_SECONDS", "30")
NAMES = sorted(os.path.basename(path)[:-len("_fuzz.c")]
               for path in glob.glob(os.path.join(HERE, "*_fuzz.c")))


class HalfAMinuteOfFuzzing(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        """All at once: they run for a time, not for a number of inputs."""
        cls.fuzzers = {
            name: subprocess.Popen(
                ["make", "-s", f"fuzz-{name}", f"FUZZ_SECONDS={SECONDS}"],
                cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            for name in NAMES}

    def check(self, name):
        output, _ = self.fuzzers[name].communicate()
        text = output.decode(errors="replace")
        self.assertEqual(self.fuzzers[name].returncode, 0, text[-4000:])
        self.assertRegex(text, r"Done \d+ runs in \d+ second")
        print(f"# {name}: {text.strip().splitlines()[-1]}")


for fuzzed in NAMES:
    def test(self, name=fuzzed):
        self.check(name)

    setattr(HalfAMinuteOfFuzzing, f"test_{fuzzed}_holds_for_{SECONDS}_seconds",
            test)


if __name__ == "__main__":
    main()
