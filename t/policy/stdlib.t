#!/usr/bin/python3
"""The policy reads the standard library as CPython does.

Every file of it that fits the code limit and that CPython can compile goes
through the checker: none may be taken for a program with an error, and the
imports that the checker sees are those that CPython's own parser sees. The
files and directories in PYEXEC_STDLIB, if any, are read in its place.
"""

import ast
import os
import subprocess
import sysconfig
import unittest
import warnings

from pyexec_test import main
from pyexec_test.imports import CHECKER, imports_of

PLACES = os.environ.get("PYEXEC_STDLIB",
                        sysconfig.get_path("stdlib")).split()
LIMIT = 64 * 1024


def python_files(place):
    if os.path.isfile(place):
        yield place

    for directory, directories, names in os.walk(place):
        directories.sort()

        for name in sorted(names):
            if name.endswith(".py"):
                yield os.path.join(directory, name)


def read_program(path):
    """The text of a file as a client would send it; None if none could."""
    with open(path, "rb") as file:
        code = file.read()

    try:
        text = code.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None

    text = text.replace("\r\n", "\n").replace("\r", "\n")

    if "\0" in text or len(text.encode("utf-8")) > LIMIT:
        return None

    return text


class StandardLibrary(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.imports = {}

        for place in PLACES:
            for path in python_files(place):
                cls.add(path)

        answers = subprocess.run(
            [CHECKER], input="".join(f"{path}\n" for path in cls.imports),
            stdout=subprocess.PIPE, encoding="utf-8", check=True)

        cls.answers = dict(zip(cls.imports, (
            line.split("\t") for line in answers.stdout.splitlines())))

    @classmethod
    def add(cls, path):
        text = read_program(path)

        if text is None:
            return

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(text)
                compile(text, path, "exec", dont_inherit=True)
        except SyntaxError:
            return

        cls.imports[path] = set(imports_of(tree))

    def test_there_are_files_to_read(self):
        self.assertGreater(len(self.imports), 500 if PLACES[0] ==
                           sysconfig.get_path("stdlib") else 0)
        self.assertEqual(len(self.answers), len(self.imports))

    def test_no_file_is_taken_for_one_with_an_error(self):
        wrong = [f"{path}:{answer[1]}: {answer[3]}"
                 for path, answer in self.answers.items()
                 if answer[0] not in ("allowed", "refused")]
        self.assertEqual(wrong, [])

    def test_the_imports_are_those_that_cpython_sees(self):
        wrong = [f"{path}: {sorted(seen ^ set(answer[4].split()))}"
                 for path, seen in self.imports.items()
                 for answer in [self.answers[path]]
                 if seen != set(answer[4].split())]
        self.assertEqual(wrong, [])

    def test_some_files_are_refused_and_more_are_allowed(self):
        outcomes = [answer[0] for answer in self.answers.values()]
        self.assertGreater(outcomes.count("refused"), 0)
        self.assertGreater(outcomes.count("allowed"),
                           outcomes.count("refused"))


if __name__ == "__main__":
    main()
