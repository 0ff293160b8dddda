"""The programs of t/packages, one or more for each package of Debian.

The first line of each is a comment with the packages of Debian that it needs;
others may follow, that it needs a scratch space, and that more modules must be
allowed than those that it imports.
"""

import ast
import functools
import glob
import importlib.util
import os
import sys

from .fidelity import Program
from .server import TOP

FOLDER = os.path.join(TOP, "t", "packages", "programs")


class PackageProgram(Program):
    def __init__(self, path):
        super().__init__(path)
        lines = self.source.decode("utf-8").splitlines()
        self.packages = lines[0].lstrip("# ").split()
        self.needs_scratch = "# needs pyexec_scratch" in lines
        self.allows = [name for line in lines
                       if line.startswith("# allows ")
                       for name in line.removeprefix("# allows ").split()]

    @functools.cached_property
    def roots(self):
        """What it imports, by the first names, in its order."""
        names = []

        for node in ast.walk(ast.parse(self.source)):
            if isinstance(node, ast.Import):
                names += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names.append(node.module)

        return list(dict.fromkeys(name.partition(".")[0] for name in names))

    @functools.cached_property
    def foreign(self):
        """Those of its roots that are no part of Python."""
        return [root for root in self.roots
                if root not in sys.stdlib_module_names]

    @functools.cached_property
    def missing(self):
        return [root for root in self.roots
                if importlib.util.find_spec(root) is None]


def all_packages():
    """The programs, by their names."""
    return {program.name: program for program in map(PackageProgram, sorted(
        glob.glob(os.path.join(FOLDER, "*.py"))))}


def allowed(programs):
    """The names that a location must allow for all of these programs."""
    return sorted({root for program in programs
                   for root in (*program.roots, *program.allows)})
