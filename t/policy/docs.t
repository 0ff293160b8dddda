#!/usr/bin/python3
"""docs/policy.md has the operations and the words of policy/rules.h."""

import fnmatch
import os
import re
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))

from pyexec_test import main


def read(*path):
    with open(os.path.join(TOP, *path), encoding="utf-8") as text:
        return text.read()


RULES = read("ngx_pyexec_module", "policy", "rules.h")
PAGE = read("docs", "policy.md")


def operations():
    """The table of the rules: (module, function) to when."""
    return {(module, function): when for module, function, when in re.findall(
        r'X\("(\w+)", "(\w+)", (\w+), \d+\)', RULES)}


def words():
    """The messages of the rules: a dict of name to format."""
    joined = re.sub(r'"\s*\\\n\s*"', "", RULES)
    return dict(re.findall(r'define PYEXEC_RULES_(\w+)\s+"(.*)"', joined))


def documented():
    """What the first column of the table of operations names."""
    section = re.search(r"^## Forbidden operations$(.*?)^## ", PAGE,
                        re.M | re.S)[1]
    names = []

    for cell in re.findall(r"^\| (`.*?) \| ", section, re.M):
        module = "builtins"

        for name in re.findall(r"`([\w.*]+)`", cell.split(" with ")[0]):
            if "." in name:
                module, name = name.split(".")
            names.append((module, name))

    return names


class Documentation(unittest.TestCase):
    def test_every_operation_of_the_rules_is_documented(self):
        names = documented()
        missing = [f"{module}.{function}" for module, function in operations()
                   if not any(module == m and fnmatch.fnmatch(function, f)
                              for m, f in names)]
        self.assertEqual(missing, [])

    def test_every_documented_operation_is_one_of_the_rules(self):
        rules = operations()
        wrong = [f"{module}.{function}" for module, function in documented()
                 if not any(module == m and fnmatch.fnmatch(f, function)
                            for m, f in rules)]
        self.assertEqual(wrong, [])
        self.assertGreater(len(documented()), 10)

    def test_the_page_has_the_words_of_every_message(self):
        examples = {
            "IMPORT": ("socket",),
            "COMPUTED": (),
            "CALL": ("os", "system"),
            "MODE": ("w",),
            "SHELL": ("subprocess", "run"),
            "UNKNOWN": (),
        }
        formats = words()

        for name, values in examples.items():
            with self.subTest(name):
                self.assertIn(formats[name] % values, PAGE)


if __name__ == "__main__":
    main()
