#!/usr/bin/python3

"""No valid program is refused for its form.

Random programs by the productions of CPython's grammar, nested in each other;
those that compile() accepts are checked as the endpoint checks them. What the
parser does not know is written anew, as in a run that only compiles, and so is
everything else: the policy must know that text, and say of it what it says of
the program.

    PYEXEC_SEED=... PYEXEC_PROGRAMS=... t/policy/grammar.t

makes other programs, or more for each production; another interpreter than
/usr/bin/python3 may run it, too.
"""

import collections
import os
import random
import unittest
import warnings

from pyexec_test import PyexecTestCase, Server, main

import productions
from checker import Checker, rewrite, unpack

SEED = int(os.environ.get("PYEXEC_SEED", 1))
PROGRAMS = int(os.environ.get("PYEXEC_PROGRAMS", 2))
TRIES = 6               # for a program that is valid
BUDGETS = (0, 2, 4, 8, 16)
RUN = 24                # by the endpoint


def is_valid(text):
    try:
        compile(text, "main.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def programs(grammar, chance):
    """Valid programs: (production that is in it, text)."""
    for rule, alternative, way in grammar.productions("statements"):
        made = 0
        for _ in range(PROGRAMS * TRIES):
            sentence = productions.Sentence(
                grammar, chance, chance.choice(BUDGETS),
                [*way, (rule, alternative, None)])
            sentence.rule("statements")
            text = productions.frame(sentence.text(), chance)
            if is_valid(text):
                yield None if sentence.way else (rule, id(alternative)), text
                made += 1
                if made == PROGRAMS:
                    break


@unittest.skipUnless(productions.find(), "CPython's grammar is not here")
class Grammar(PyexecTestCase):
    @classmethod
    def setUpClass(cls):
        print(f"# seed {SEED}")
        grammar = productions.load()
        cls.all = len(grammar.productions("statements"))
        cls.covered = set()
        cls.known = []
        cls.unknown = []
        cls.wrong = []
        cls.different = []
        with warnings.catch_warnings(), Checker() as checker:
            warnings.simplefilter("ignore")
            for production, text in programs(grammar, random.Random(SEED)):
                cls.covered.add(production)
                cls.check(checker, text)
        print(f"# {len(cls.known) + len(cls.unknown)} programs, of which the"
              f" parser does not know {len(cls.unknown)}; {len(cls.covered)}"
              f" of {cls.all} productions")

    @classmethod
    def check(cls, checker, text):
        code = text.encode("utf-8")
        verdict = checker.check(code)
        is_known = verdict[0] != "unanalysable"
        (cls.known if is_known else cls.unknown).append(text)
        try:
            reply = rewrite.rewrite(code)
        except Exception as error:
            cls.wrong.append((text, error))
            return
        if reply is None:
            cls.wrong.append((text, "another tree"))
            return
        anew = checker.check_reply(code, reply)
        if anew[0] == "unanalysable":
            cls.wrong.append((text, unpack(reply)[0]))
        elif is_known and anew != verdict:
            cls.different.append((text, verdict, anew))

    def test_most_productions_are_in_a_program_that_is_valid(self):
        self.assertGreater(len(self.covered), self.all // 2)
        self.assertGreater(len(self.known) + len(self.unknown), self.all)

    def test_the_parser_alone_does_not_know_them_all(self):
        self.assertGreater(len(self.unknown), RUN)

    def test_every_program_can_be_written_in_words_that_it_knows(self):
        self.assertEqual(self.wrong, [])

    def test_the_policy_says_the_same_of_a_program_written_anew(self):
        self.assertEqual(self.different, [])

    def test_the_endpoint_runs_what_the_parser_does_not_know(self):
        server = self.serve(location="pyexec_allow *; pyexec_timeout 30s;")
        texts = [text for text in self.unknown if "while" not in text]
        statuses = collections.Counter()
        for text in texts[:RUN]:
            answer = server.post(text, run_timeout=30)
            self.assertEqual(answer.status, 200, (text, answer.body))
            statuses[answer["status"]] += 1
            self.assertNotIn("SyntaxError", answer["error"])
        self.assertEqual(server.error_log().count("Python's own tree"), RUN)
        self.assertGreater(statuses["error"] + statuses["ok"], RUN // 2)


if __name__ == "__main__":
    main()
