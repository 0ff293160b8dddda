#!/usr/bin/python3
"""Where the server's own files lie below what runs may read, none sees them."""

import os
import shutil

from pyexec_test import PyexecTestCase, Server, VirtualEnvironment, main

NAME = f"pyexec-hidden-{os.getpid()}"

# Below /usr, as is the prefix of many a server.
FOLDER = f"/usr/local/{NAME}"

LOOK = """\
import os

def look(path):
    try:
        return sorted(os.listdir(path))
    except OSError as error:
        return type(error).__name__

print(look("{folder}/scripts"), look("/usr/lib") != [])
"""

READ = """\
try:
    print(open("{prefix}/nginx.conf").readline() != "")
except OSError as error:
    print(type(error).__name__)
"""


class Prefixed(Server):
    """One with this folder as the prefix of nginx."""

    def argv(self, *options):
        argv = super().argv(*options)
        argv[argv.index("-p") + 1] = FOLDER
        return argv


class HiddenCase(PyexecTestCase):
    def make(self, folder=FOLDER):
        if not os.access(os.path.dirname(folder), os.W_OK):
            self.skipTest("root is needed to make a directory below /usr")

        os.makedirs(folder)
        self.addCleanup(shutil.rmtree, folder)
        os.chmod(folder, 0o755)

    def serve_from(self, kind=Server, folder=FOLDER, isolation="full",
                   more=""):
        """The server, not started yet."""
        server = kind(location=f"""
            pyexec_temp_dir {folder}/scripts;
            pyexec_isolation {isolation};
            pyexec_preload none;
            {more}
        """)
        self.addCleanup(server.remove)
        self.addCleanup(server.kill)
        return server


class TheScriptsOfOthers(HiddenCase):
    def check(self, isolation, seen, folder=FOLDER):
        self.make(folder)
        server = self.serve_from(folder=folder, isolation=isolation).start()
        self.assertRan(server.post(LOOK.format(folder=folder)),
                       f"{seen} True\n")
        self.end(server)

    def test_a_directory_of_scripts_below_usr_is_empty_in_full(self):
        self.check("full", "[]")

    def test_a_directory_of_scripts_below_usr_is_closed_in_process(self):
        self.check("process", "PermissionError")

    def test_no_other_name_of_what_is_above_it_opens_it(self):
        # /lib is the same directory, and is to be read as well.
        self.check("process", "PermissionError", f"/usr/lib/{NAME}")

    def test_a_link_beside_it_opens_nothing(self):
        self.make()
        server = self.serve_from(isolation="process")
        os.symlink(server.prefix, f"{FOLDER}/link")
        server.start()
        self.assertRan(server.post(READ.format(prefix=server.prefix)),
                       "PermissionError\n")
        self.end(server)

    def test_what_may_not_be_listed_beside_it_is_left_out(self):
        self.make()
        os.makedirs(f"{FOLDER}/closed/scripts")
        os.chmod(f"{FOLDER}/closed", 0o711)
        server = self.serve_from(folder=f"{FOLDER}/closed",
                                 isolation="process").start()
        self.assertRan(server.post(LOOK.format(folder=f"{FOLDER}/closed")),
                       "PermissionError True\n")
        self.end(server)


class ThePrefix(HiddenCase):
    def test_nothing_of_it_is_seen(self):
        self.make()
        os.mkdir(f"{FOLDER}/logs")

        for isolation, seen in (("full", "FileNotFoundError"),
                                ("process", "PermissionError")):
            server = self.serve_from(Prefixed, isolation=isolation).start()
            self.assertRan(server.post(LOOK.format(folder=FOLDER).replace(
                "scripts", "logs")), f"{seen} True\n")
            self.end(server)

    def test_an_interpreter_in_it_works(self):
        self.make()
        python = VirtualEnvironment(f"{FOLDER}/venv").python
        program = LOOK.format(folder=FOLDER) + """
import sys
print(sys.prefix, look(f"{sys.prefix}/bin") != [])
"""
        for isolation, seen in ("full", "[]"), ("process", "PermissionError"):
            server = self.serve_from(Prefixed, isolation=isolation,
                                     more=f"pyexec_python {python};").start()
            self.assertRan(server.post(program),
                           f"{seen} True\n{FOLDER}/venv True\n", "")
            self.end(server)


if __name__ == "__main__":
    main()
