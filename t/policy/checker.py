"""The check of a program, and what writes one anew, without a server."""

import importlib.util
import os
import struct
import subprocess
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))))
CHECKER = os.environ.get("PYEXEC_POLICY_CLI",
                         os.path.join(TOP, "build", "unit", "policy_cli"))
REWRITE = os.path.join(TOP, "ngx_pyexec_module", "zygote", "rewrite.py")


def load_rewrite():
    spec = importlib.util.spec_from_file_location("pyexec_rewrite", REWRITE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


rewrite = load_rewrite()


def unpack(reply):
    """The text of a reply, and its marks."""
    assert reply.startswith(rewrite.MAGIC)
    start = len(rewrite.MAGIC)
    length, count = struct.unpack_from("=II", reply, start)
    marks = [struct.unpack_from("=IIII", reply, start + 8 + 16 * i)
             for i in range(count)]
    text = reply[start + 8 + 16 * count:]
    assert len(text) == length
    return text.decode("utf-8"), marks


class Checker:
    """A checker that allows these imports, or all; a context."""

    def __init__(self, *allow):
        self.allow = allow

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="pyexec-check-")
        self.process = subprocess.Popen(
            [CHECKER, *self.allow], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, encoding="utf-8", errors="replace")
        return self

    def __exit__(self, *error):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
        self.directory.cleanup()

    def check(self, code):
        """(outcome, line, column, message) of a program, of bytes."""
        return self.ask(self.file("program", code))

    def check_reply(self, code, reply):
        """The same by a reply to it alone."""
        return self.ask(self.file("program", code) + "\t"
                        + self.file("reply", reply))

    def file(self, name, content):
        path = os.path.join(self.directory.name, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        outcome, line, column, message, *_ = \
            self.process.stdout.readline().rstrip("\n").split("\t")
        return outcome, int(line), int(column), message
