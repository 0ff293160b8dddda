"""The tools that start, fork and ask, and the programs that they run."""

import json
import os
import subprocess

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
TOOLS = os.path.join(TOP, "build", "bench")
PYTHON = os.environ.get("PYTHON", "/usr/bin/python3")

STANDARD = """math random datetime json string os sys collections re time
    subprocess itertools functools typing statistics decimal hashlib uuid copy
    heapq bisect operator shlex dataclasses textwrap""".split()
FULL = STANDARD + ["numpy", "requests"]


class Program:
    """One of bench/programs/, and what python3 itself says to it."""

    def __init__(self, name):
        self.name = name
        self.path = os.path.join(TOP, "bench", "programs", name + ".py")
        with open(self.path, encoding="utf-8") as file:
            self.code = file.read()

        self.body = os.path.join(TOOLS, name + ".json")
        with open(self.body, "w", encoding="utf-8") as file:
            json.dump({"code": self.code}, file)

        self.refused = name == "refused"
        if self.refused:
            self.output = None
            self.answer = ["400", "error", '"Code is not safe: ']
        else:
            self.output = subprocess.run(
                [PYTHON, "-I", self.path], check=True, text=True,
                stdout=subprocess.PIPE).stdout
            self.answer = ["200", "output", json.dumps(self.output)]


def tool(*argv):
    done = subprocess.run([str(word) for word in argv], cwd=TOP, check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def ask(server, path, program, clients, amount):
    """POST to a server: for a number of seconds, or "xN" for N requests."""
    return tool(os.path.join(TOOLS, "load"), clients, amount, server.port,
                path, program.body, *program.answer)


def start(argv, expected, clients, seconds):
    """Start a program with fork and exec."""
    return tool(os.path.join(TOOLS, "starts"), clients, seconds, expected,
                *argv)


def fork(modules, program, clients, seconds):
    """Fork an interpreter that has imported some modules."""
    return tool(PYTHON, "-I", os.path.join(TOP, "bench", "forks.py"), clients,
                seconds, program.output, program.path, *modules)
