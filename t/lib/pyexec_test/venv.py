"""A virtual environment, made in no time."""

import os
import shutil
import sys
import tempfile

from .server import WORKER_USER

PYTHON = f"python{sys.version_info[0]}.{sys.version_info[1]}"


class VirtualEnvironment:
    """As python3 -m venv makes one for /usr/bin/python3, without packages.

    Its folder is a new one that everybody can read, unless one is named; who
    makes it removes it.
    """

    def __init__(self, folder=None):
        self.folder = folder or tempfile.mkdtemp(prefix="pyexec-venv-")
        self.bin = os.path.join(self.folder, "bin")
        self.python = os.path.join(self.bin, "python3")
        self.site = os.path.join(self.folder, "lib", PYTHON, "site-packages")

        os.makedirs(self.bin)
        os.makedirs(self.site)
        os.chmod(self.folder, 0o755)
        os.symlink(f"/usr/bin/{PYTHON}", self.python)
        os.symlink("python3", os.path.join(self.bin, "python"))
        write(os.path.join(self.folder, "pyvenv.cfg"),
              "home = /usr/bin\ninclude-system-site-packages = false\n")

    def module(self, name, text=""):
        """A module of its own; returns its path."""
        path = os.path.join(self.site, name + ".py")
        write(path, text)
        return path

    def package(self, name):
        """Without an __init__.py, so that it has no origin."""
        os.mkdir(os.path.join(self.site, name))
        write(os.path.join(self.site, name, "part.py"), "")

    def site_line(self, line):
        """Runs whenever the interpreter starts."""
        write(os.path.join(self.site, "a.pth"), line + "\n")

    def give_to_workers(self):
        """All of it belongs to the workers' user, where that is another."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, WORKER_USER, WORKER_USER)
            for where, folders, files in os.walk(self.folder):
                for name in folders + files:
                    path = os.path.join(where, name)
                    if not os.path.islink(path):
                        shutil.chown(path, WORKER_USER, WORKER_USER)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
