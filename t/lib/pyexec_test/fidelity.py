"""A program under the endpoint and under a plain `python3 main.py`.

Each file of fidelity/programs can be run both ways. NAME.stdin and NAME.args
(one a line) go with NAME.py, NAME.repeat says how often the input is repeated.
"""

import collections
import difflib
import glob
import os
import re
import subprocess
import tempfile

from .server import TOP

PYTHON = os.environ.get("PYEXEC_PYTHON", "/usr/bin/python3")
PROGRAMS = os.path.join(TOP, "t", "fidelity", "programs")
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
PATIENCE = 20

Outcome = collections.namedtuple("Outcome", "output error returncode")
ADDRESS = re.compile(r"0x[0-9a-f]+")

# faulthandler names the extension modules in memory: preloaded ones, too.
EXTENSIONS = re.compile(r"\n\nExtension modules: .*\n\Z")


class Program:
    def __init__(self, path):
        self.path = path
        self.name = os.path.basename(path).removesuffix(".py")
        self.source = self.read("py")
        self.args = self.read("args").decode("utf-8").splitlines()
        self.stdin = self.read("stdin") * int(self.read("repeat") or 1)

    def read(self, kind):
        path = f"{self.path.removesuffix('.py')}.{kind}"

        if not os.path.exists(path):
            return b""

        with open(path, "rb") as part:
            return part.read()


def normal(text):
    return EXTENSIONS.sub("\n", ADDRESS.sub("0x", text))


def run_plainly(program):
    with tempfile.TemporaryDirectory(prefix="pyexec-plain-") as folder:
        with open(os.path.join(folder, "main.py"), "wb") as script:
            script.write(program.source)

        done = subprocess.run([PYTHON, "main.py", *program.args], cwd=folder,
                              input=program.stdin, env=ENVIRONMENT,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=PATIENCE)

    def text(data):
        text = data.decode("utf-8", "replace")
        return normal(text.replace(os.path.join(folder, "main.py"), "main.py"))

    return Outcome(text(done.stdout), text(done.stderr), done.returncode)


def run_by_post(server, program, path="/run"):
    answer = server.post(program.source.decode("utf-8"), args=program.args,
                         stdin=program.stdin.decode("utf-8"),
                         path=path, timeout=PATIENCE + 10)

    if answer.status != 200:
        raise AssertionError(f"status {answer.status}: {answer.body[:500]}")

    got = answer.json
    number, error = got["returncode"], got["error"]
    status = "ok" if number == 0 else "error" if number > 0 else "signal"

    if got["status"] != status:
        raise AssertionError(f"status {got['status']} with {number}")

    return Outcome(normal(got["output"]), normal(error), number)


def difference(plain, posted):
    """How the answer differs from the plain run; empty when it does not."""
    lines = []

    if plain.returncode != posted.returncode:
        lines.append(f"returncode {posted.returncode}, not {plain.returncode}")

    for name in ("output", "error"):
        pieces = [ascii(line) for line in getattr(plain, name).split("\n")]
        got = [ascii(line) for line in getattr(posted, name).split("\n")]
        lines += difflib.unified_diff(pieces, got, f"plain {name}",
                                      f"posted {name}", n=1, lineterm="")

    return "\n".join(line[:300] for line in lines[:60])


def all_programs():
    """By their names."""
    return {program.name: program for program in map(Program, sorted(
        glob.glob(os.path.join(PROGRAMS, "*.py"))))}
