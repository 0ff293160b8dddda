#!/usr/bin/python3

"""Programs that CPython knows and the parser does not: they run.

CPython compiles such a program, writes it anew from its own tree, and the
policy checks that text; then the program runs as it was sent.
"""

import ast
import glob
import os
import random
import sysconfig
import unicodedata
import unittest
import warnings

from pyexec_test import (Footprint, PyexecTestCase, Server, main,
                         wait_until)

from checker import Checker, rewrite, unpack

CHECKED = "pyexec: program checked by Python's own tree"
UNKNOWN = "x = 1, *[2]\n"

# What the parser does not know, and what it prints.
FORMS = {
    "a star in a tuple without brackets":
        ("x = 1, *[2]\nprint(x)", "(1, 2)\n"),
    "a star alone with a comma":
        ("t = *(int(c) for c in '12'),\nprint(t)", "(1, 2)\n"),
    "stars in a loop":
        ("for x in *[1], *(2,): print(x)", "1\n2\n"),
    "a star that is returned":
        ("def f(): return 1, *[2]\nprint(f())", "(1, 2)\n"),
    "a star that is yielded":
        ("def f():\n yield *[1], 2\nprint(*f())", "(1, 2)\n"),
    "a star in a subscript":
        ("d = {(1, 2): 3}\nprint(d[*[1], 2])", "3\n"),
    "a star beside a slice":
        ("class A:\n def __getitem__(s, k): return k\n"
         "print(A()[1:2, *[3]])", "(slice(1, 2, None), 3)\n"),
    "a star that is matched":
        ("match *[1], 2:\n case [a, b]: print(a, b)", "1 2\n"),
    "a starred tuple of targets":
        ("*(a, b), c = 1, 2, 3\nprint(a, b, c)", "1 2 3\n"),
    "a star in an annotation":
        ("def f(*a: *(int,)): return a\nprint(f(1))", "(1,)\n"),
    "an indentation that is continued":
        ("if 1:\n  print(1)\n\\\n  print(2)", "1\n2\n"),
    "blanks and a tab":
        ("if 1:\n    \tif 1:\n          print(1)\nprint(2)", "1\n2\n"),
    "ninety blocks":
        ("".join("\t" * i + "if 1:\n" for i in range(90))
         + "\t" * 90 + "print('deep')", "deep\n"),
    "a long list of numbers":
        (f"x = [{'1,' * 27000}]\nprint(len(x))", "27000\n"),
    "a keyword of another Python as a name":
        ("match 1:\n case int(_=1): pass\n case _: print(1)", "1\n"),
}

REFUSED = {
    "an import":
        (UNKNOWN + "import  socket", 2, 9, "Disallowed import: socket"),
    "an import from a module":
        (UNKNOWN + "from \\\n  socket import *", 3, 3,
         "Disallowed import: socket"),
    "a relative import":
        (UNKNOWN + "from  .. import a", 2, 7, "Disallowed import: .."),
    "the second name of an import":
        (UNKNOWN + "import os,\\\n socket", 3, 2, "Disallowed import: socket"),
    "an operation":
        (UNKNOWN + "import os as o\nif x:\n      (o.system)('id')", 4, 7,
         "Forbidden operation: os.system"),
    "a mode": ("x = 1, *[open('f', 'w')]", 1, 10,
               "Forbidden operation: open with mode 'w'"),
    "behind characters": ("x = '\xe4\u20ac\U0001f600', *[2]; import ssl",
                          1, 25, "Disallowed import: ssl"),
    "in a formatted string":
        (UNKNOWN + "print(f'{x} {open(\"f\", \"a\")}')", 2, 14,
         "Forbidden operation: open with mode 'a'"),
    "the first of two": (UNKNOWN + "import ssl; import socket", 2, 8,
                         "Disallowed import: ssl"),
}


class Forms(PyexecTestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.serve_all(Server(location="""
            pyexec_concurrency 1;
            pyexec_code_limit 128k;
            add_header X-Rule "$pyexec_rule." always;
            add_header X-Run-Id $pyexec_run_id always;"""))

    def checked(self):
        return self.server.error_log().count(CHECKED)


def add_form(name, code, output):
    def test(self):
        before = self.checked()
        answer = self.server.post(code)
        self.assertRan(answer, output, "")
        self.assertEqual(answer.headers["X-Rule"], ".")
        self.assertEqual(self.checked(), before + 1)

    setattr(Forms, f"test_{name.replace(' ', '_')}_runs", test)


def add_refusal(name, code, line, column, message):
    def test(self):
        before = self.checked()
        answer = self.server.post(code)
        self.assertRefused(answer, 400, f"Code is not safe: {message}")
        self.assertEqual((answer["line"], answer["column"]), (line, column))
        self.assertNotEqual(answer.headers["X-Rule"], ".")
        self.assertEqual(self.checked(), before + 1)

    setattr(Forms, f"test_{name.replace(' ', '_')}_is_refused_there", test)


for each, (text, printed) in FORMS.items():
    add_form(each, text, printed)

for each, found in REFUSED.items():
    add_refusal(each, *found)


class Runs(PyexecTestCase):
    """What is between the two runs of a program."""

    isolation = ""

    @classmethod
    def setUpClass(cls):
        cls.server = cls.serve_all(Server(location=f"""
            pyexec_concurrency 1;
            pyexec_queue 8 timeout=60s;
            add_header X-Run-Id $pyexec_run_id always;
            {cls.isolation}"""))

    def setUp(self):
        self.assertRan(self.server.post("print(1)"), "1\n")
        self.said = len(self.server.error_log())

    def checked(self):
        return CHECKED in self.server.error_log()[self.said:]

    def test_the_program_runs_as_it_was_sent(self):
        code = UNKNOWN + "print(open(__file__).read())  # as it is"
        self.assertEqual(self.server.post(code)["output"], code + "\n")

    def test_arguments_and_input_are_there(self):
        code = UNKNOWN + "import sys\nprint(sys.argv[1:], input())"
        self.assertRan(self.server.post(code, args=["a", "b"], stdin="c\n"),
                       "['a', 'b'] c\n")

    def test_traceback_shows_the_lines_of_the_program(self):
        answer = self.server.post("x = 1, *[2]   # here\nraise KeyError")
        self.assertRan(answer, "", returncode=1, status="error")
        self.assertIn('File "main.py", line 2', answer["error"])
        answer = self.server.post("x = 1, *None   # here")
        self.assertIn("    x = 1, *None   # here\n", answer["error"])

    def test_one_run_has_one_id_and_one_place(self):
        before = Footprint.settled(self.server)
        ids = set()
        for _ in range(6):
            answer = self.server.post(UNKNOWN + "print(x)")
            self.assertRan(answer, "(1, 2)\n")
            ids.add(answer.headers["X-Run-Id"])
        self.assertEqual(len(ids), 6)
        self.assertFootprint(self.server, before, 30)

    def test_a_syntax_error_is_still_that_of_python(self):
        answer = self.server.post("x = *[2]\nimport socket")
        self.assertRan(answer, "", returncode=1, status="error")
        self.assertIn("SyntaxError: can't use starred", answer["error"])
        self.assertFalse(self.checked())

    def test_a_warning_of_the_compiler_is_told_once(self):
        answer = self.server.post(UNKNOWN + "print(x is 1)")
        self.assertRan(answer, "False\n")
        self.assertEqual(answer["error"].count("SyntaxWarning"), 1, answer)

    def test_a_cookie_says_nothing(self):
        code = "# coding: latin-1\nx = 1, *['\xe9']\nprint(x)"
        self.assertRan(self.server.post(code), "(1, '\xe9')\n")

    def test_a_program_that_nobody_knows_is_refused_as_before(self):
        code = "\n\nx = [" + "b," * 27000 + "]"
        answer = self.server.post(code)
        self.assertRefused(answer, 400, "Code is not safe: cannot be analysed")
        self.assertEqual(answer["line"], 3)

    def test_a_big_one_is_decided_on_in_a_thread(self):
        code = UNKNOWN + "y = 1\n" * 9000
        self.assertRan(self.server.post(code + "print(x)"), "(1, 2)\n")
        answer = self.server.post(code + "import socket")
        self.assertRefused(answer, 400,
                           "Code is not safe: Disallowed import: socket")
        self.assertEqual((answer["line"], answer["column"]), (9002, 8))

    def test_it_runs_where_its_modules_are(self):
        answer = self.server.post(UNKNOWN + "import numpy\n"
                                  "print(numpy.arange(3))")
        self.assertRan(answer, "[0 1 2]\n")

    def test_a_reply_is_shown_to_nobody_whenever_its_run_is_killed(self):
        """Where the machine is slow, it may end in time."""
        for timeout in (0.001, 0.01, 0.03, 0.1, 0.2, 0.3):
            answer = self.server.post(UNKNOWN * 4000, run_timeout=timeout)
            self.assertStatus(answer, 200)
            self.assertIn(answer["status"], ("timeout", "ok"))
            self.assertEqual(answer["output"], "")

    def test_a_client_that_leaves_takes_both_runs_with_it(self):
        before = Footprint.settled(self.server)
        for _ in range(4):
            self.server.send_and_keep(UNKNOWN * 4000
                                      + "while 1: pass").close()
        self.assertRan(self.server.post("print(2)", timeout=120), "2\n")
        self.assertFootprint(self.server, before, 30)

    def test_others_wait_for_its_place(self):
        first = self.server.send_and_keep(
            UNKNOWN + "import time\ntime.sleep(60)")
        self.assertTrue(wait_until(self.checked, 30))
        second = self.server.send_and_keep(UNKNOWN + "print(x)")
        first.close()
        self.assertRan(self.server.read_answer(second), "(1, 2)\n")


class InProcess(Runs):
    isolation = "pyexec_isolation process;"
    variant = " (process)"


class Alone(Runs):
    isolation = "pyexec_isolation off;"
    variant = " (off)"


class Limits(PyexecTestCase):
    def test_the_limit_of_the_output_is_not_that_of_the_reply(self):
        server = self.serve(location="pyexec_output_limit 1k;")
        code = UNKNOWN + "y = 'a'\n" * 1000
        self.assertRan(server.post(code + "print(x)"), "(1, 2)\n")
        answer = server.post(code + "print('a' * 2000)")
        self.assertEqual(answer["status"], "output_limit")
        self.assertEqual(answer["output"], "a" * 1024)

    def test_every_import_is_allowed_with_a_star(self):
        server = self.serve(location="pyexec_allow *;")
        answer = server.post(UNKNOWN + "import socket\n"
                             "print(__import__('s' + 'sl').__name__)")
        self.assertRan(answer, "ssl\n")


class Text(unittest.TestCase):
    """What is written, without a server."""

    def files(self, count):
        paths = glob.glob(os.path.join(sysconfig.get_path("stdlib"),
                                       "**", "*.py"), recursive=True)
        random.Random(1).shuffle(paths)
        for path in sorted(paths[:count]):
            with open(path, "rb") as file:
                code = file.read()
            if b"\r" not in code and not code.startswith(b"\xef\xbb\xbf"):
                try:
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")
                        ast.parse(code.decode("utf-8"))
                except (SyntaxError, ValueError):
                    continue
                yield path, code

    def rewrite(self, code):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return rewrite.rewrite(code)

    def test_the_library_gets_the_same_verdicts_at_the_same_places(self):
        outcomes = []
        with Checker("os", "re", "sys", "abc", "collections", "functools",
                     "itertools", "types", "warnings") as checker:
            for path, code in self.files(60):
                verdict = checker.check(code)
                self.assertEqual(
                    checker.check_reply(code, self.rewrite(code)), verdict,
                    path)
                outcomes.append(verdict[0])
        self.assertGreater(outcomes.count("refused"), 20)
        self.assertGreater(outcomes.count("allowed"), 2)

    def test_the_tree_is_that_of_the_program(self):
        """As ast.dump() has it; the library has none of the odd forms."""
        for path, code in self.files(40):
            text, _ = unpack(self.rewrite(code))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                same = (ast.dump(ast.parse(text))
                        == ast.dump(ast.parse(code.decode("utf-8"))))
            self.assertTrue(same, path)

    def test_every_name_is_marked_where_it_is(self):
        for path, code in self.files(40):
            text, marks = unpack(self.rewrite(code))
            lines = code.decode("utf-8").split("\n")
            self.assertEqual(marks, sorted(marks), path)
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Name):
                    self.assertMarked(node, text, marks, lines, path)

    def assertMarked(self, node, text, marks, lines, path):
        before = text.split("\n")[node.lineno - 1].encode()
        column = len(before[:node.col_offset].decode()) + 1
        line, start, old_line, old_column = max(
            mark for mark in marks if mark[:2] <= (node.lineno, column))
        self.assertEqual(line, node.lineno, (path, node.id))
        there = lines[old_line - 1][old_column - 1 + column - start:]
        if not in_string(lines, old_line):
            self.assertTrue(unicodedata.normalize("NFKC", there)
                            .startswith(node.id), (path, node.id, there))

    def test_another_tree_has_no_reply(self):
        parse, calls = rewrite.parse, []

        def lying(source, mode="exec"):
            calls.append(source)
            return parse(source if len(calls) == 1 else "other", mode)

        rewrite.parse = lying
        try:
            self.assertIsNone(rewrite.rewrite(b"x = 1"))
        finally:
            rewrite.parse = parse
        self.assertEqual(len(calls), 2)
        self.assertIsNotNone(rewrite.rewrite(b"x = 1"))

    def test_trees_are_the_same_to_the_last_field(self):
        pairs = [("a", "b"), ("1", "1.0"), ("1", "True"), ("0.0", "-0.0"),
                 ("'a'", "u'a'"), ("'a'", "b'a'"), ("a", "(a,)"),
                 ("[a]", "[a, a]"), ("a", "del a"), ("a + b", "a - b"),
                 ("a: int", "(a): int"), ("f'{a}'", "f'{a!r}'")]
        for one, other in pairs:
            self.assertFalse(rewrite.same(ast.parse(one), ast.parse(other)),
                             (one, other))
            self.assertTrue(rewrite.same(ast.parse(one), ast.parse(one)))


def in_string(lines, number):
    """Before CPython 3.12, places in formatted strings are a guess."""
    return any(quote in lines[number - 1] for quote in ("f'", 'f"', "{"))


if __name__ == "__main__":
    main()
