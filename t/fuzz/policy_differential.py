#!/usr/bin/python3
"""Does the policy see every import that CPython sees?

    t/fuzz/policy_differential.py [seconds [seed]]

Pieces of the standard library are changed at random. Whatever CPython still
compiles goes through the checker, build/unit/policy_cli or what
PYEXEC_POLICY_CLI names: it must see the same imports, or say that it cannot
analyse the program. Failures are written to build/fuzz/differential/.
"""

import ast
import glob
import os
import random
import re
import subprocess
import sys
import sysconfig
import tempfile
import time
import warnings

from pyexec_test.imports import CHECKER, imports_of

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
FAILURES = os.path.join(TOP, "build", "fuzz", "differential")
PIECE = 60          # lines
CHANGES = 6

IMPORTS = [
    "import aa", "import aa.bb as cc", "import aa, bb", "from aa import bb",
    "from aa.bb import (cc, dd as ee,)", "from . import aa", "from aa import *",
    "from ..aa import bb", "import \\\n aa", "import aa; import bb",
]

# What the two parsers may read differently.
TOKENS = [
    "(", ")", "[", "]", "{", "}", ":", ";", ",", ".", "=", ":=", "->", "@",
    "*", "**", "#", "\\", "\\\n", "\n", "\n\n", " ", "    ", "\t", "        ",
    "\f", "\r", "\r\n", "'", '"', "'''", '"""', "f'", 'f"', "f'''", "rf'",
    "r'", "b'", "u'", "Rb'", "{{", "}}", "{'", "'}", "!r", "\\N{DASH}", "\\'",
    "\\x41", "`", "$", "?", "!", "if ", "else", "else:", "elif x:", "for ",
    " in ", "while x:", "try:", "except:", "except* E:", "finally:", "with ",
    " as ", "def f():", "async ", "await ", "class A:", "lambda: ", "return ",
    "yield ", "match x:", "case y:", "case ", "match", "type X = ", "type ",
    "print ", "print >>", "exec ", "global x", "nonlocal x", "del ", "pass",
    "not ", "is ", "and ", "or ", "None", "True", "...", "0x1f", "1_0", "1e5",
    "1j", "é", "ｏ", "\ufeff", "\u200b", "\u00a0", "_", "__import__('aa')",
]


def pieces():
    """Runs of whole top-level statements of the standard library."""
    for path in sorted(glob.glob(sysconfig.get_path("stdlib") + "/*.py")):
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines(keepends=True)

        start = 0

        for i, line in enumerate(lines):
            if i - start >= PIECE and re.match(r"[a-zA-Z@#]", line):
                yield "".join(lines[start:i])
                start = i


def change(code, others):
    lines = code.split("\n")
    kind = random.randrange(10)
    at = random.randrange(len(lines))

    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(at, lines[random.randrange(len(lines))])
    elif kind == 2:
        indent = re.match(r"[ \t]*", lines[at]).group()
        lines.insert(at, indent + random.choice(IMPORTS))
    elif kind == 3:
        lines[at] = re.sub(r"^[ \t]*", random.choice(
            ["", " ", "  ", "    ", "\t", "    \t", "\t    ", "        ",
             " \t", "  \t  ", "\f", "\\\n    "]), lines[at])
    elif kind == 4:
        lines[at] += random.choice(["; ", " \\", " # ", "  # \\", ";"])
        lines[at] += random.choice(["", random.choice(IMPORTS)])
    elif kind == 5:
        other = random.choice(others).split("\n")
        there = random.randrange(len(other))
        lines[at:at] = other[there:there + random.randrange(6)]
    else:
        code = "\n".join(lines)
        place = random.randrange(len(code) + 1)
        cut = random.choice([0, 0, 0, 1, 2, 5])
        token = random.choice(TOKENS + IMPORTS)
        return code[:place] + token + code[place + cut:]

    return "\n".join(lines)


def what_cpython_sees(code):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
            compile(code, "main.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None

    return set(imports_of(tree))


class Checker:
    def __init__(self):
        self.process = subprocess.Popen(
            [CHECKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            encoding="utf-8")
        self.file = tempfile.NamedTemporaryFile(suffix=".py")

    def check(self, code):
        self.file.seek(0)
        self.file.truncate()
        self.file.write(code)
        self.file.flush()
        self.process.stdin.write(self.file.name + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().rstrip("\n").split("\t")

        if len(answer) != 5:
            return "crashed", set()

        return answer[0], set(answer[4].split())


def report(code, words):
    os.makedirs(FAILURES, exist_ok=True)
    number = len(os.listdir(FAILURES)) + 1
    path = os.path.join(FAILURES, f"{number}.py")

    with open(path, "wb") as file:
        file.write(code)

    print(f"{path}: {words}", flush=True)


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(2 ** 32)
    random.seed(seed)

    programs = list(pieces())
    checker = Checker()
    end = time.monotonic() + seconds
    tried = compiled = unanalysed = failed = 0

    while time.monotonic() < end:
        code = random.choice(programs)

        for _ in range(random.randrange(1, CHANGES)):
            code = change(code, programs)

        tried += 1
        raw = code.encode("utf-8")
        seen = what_cpython_sees(raw.decode("utf-8"))

        if seen is None and tried % 50:
            continue

        outcome, found = checker.check(raw)

        if outcome == "crashed":
            report(raw, "the checker ended")
            failed += 1
            checker = Checker()
        elif seen is None:
            continue
        elif outcome == "unanalysable":
            unanalysed += 1
        elif found != seen:
            report(raw, f"CPython sees {sorted(seen - found)} besides, "
                        f"the checker {sorted(found - seen)}")
            failed += 1

        compiled += 1

    print(f"seed {seed}: {tried} programs, {compiled} that CPython compiles, "
          f"{unanalysed} of them unanalysable, {failed} failures")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
