#!/usr/bin/python3
"""Each program runs as under python3 when its own imports are all it may do.

The modules that a program of fidelity/programs imports itself, as its syntax
tree has them, are its list. What its libraries need is theirs. Names of
programs as arguments run only these.
"""

import ast
import concurrent.futures
import sys
import unittest

from pyexec_test import PyexecTestCase, Server, main
from pyexec_test.fidelity import (PATIENCE, PYTHON, all_programs, difference,
                                  run_by_post, run_plainly)

THREADS = 4

# No process can be started where subprocess is not allowed.
STARTING = {
    "async_subprocess", "subprocess_fork_flushes_twice", "subprocess_fork",
    "subprocess_multiprocessing",
}

LOCATION = """
    location /{number} {{
        pyexec on;
        pyexec_allow {allow};
    }}
"""


def roots(program):
    """Of what a program imports; those of one that is none: nothing."""
    try:
        tree = ast.parse(program.source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()

    found = {"subprocess"} if program.name in STARTING else set()

    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])

    return frozenset(found - {"__future__", "__main__"})


class Suite:
    """Every run of both kinds, in the background; tests ask for outcomes."""

    programs = all_programs()
    pool = concurrent.futures.ThreadPoolExecutor(THREADS)
    plain, posted = {}, {}

    @classmethod
    def start(cls):
        lists = {name: roots(program)
                 for name, program in cls.programs.items()}
        numbers = {allow: number for number, allow in enumerate(
            sorted(set(lists.values()), key=sorted))}
        server = Server(
            spares=0,
            http=f"""
                client_max_body_size 8m;
                pyexec_python {PYTHON};
                pyexec_timeout {PATIENCE}s;""",
            server="".join(
                LOCATION.format(number=number,
                                allow=" ".join(sorted(allow)) or "none")
                for allow, number in numbers.items()))
        server.begin(unittest.addModuleCleanup)

        for name, program in cls.programs.items():
            cls.plain[name] = cls.pool.submit(run_plainly, program)
            cls.posted[name] = cls.pool.submit(
                run_by_post, server, program, f"/{numbers[lists[name]]}")


def setUpModule():
    Suite.start()


class WithItsOwnList(PyexecTestCase):

    def check(self, name):
        found = difference(Suite.plain[name].result(),
                           Suite.posted[name].result())
        self.assertFalse(found, "\n" + found)


class TheLists(PyexecTestCase):

    def test_the_lists_differ_and_have_what_is_imported(self):
        lists = [roots(program) for program in Suite.programs.values()]
        self.assertIn("json", frozenset().union(*lists))
        self.assertGreater(len(set(lists)), 1)


if __name__ == "__main__":
    chosen = sys.argv[1:]
    del sys.argv[1:]

    if chosen:
        Suite.programs = {name: Suite.programs[name] for name in chosen}

    for program_name in Suite.programs:
        setattr(WithItsOwnList, f"test_{program_name}_runs_as_under_python3",
                lambda self, name=program_name: self.check(name))

    main(*([] if chosen else [TheLists]), WithItsOwnList)
