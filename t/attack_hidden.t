#!/usr/bin/python3
"""Where the server's own files lie below what runs may read, none sees them."""

import os
import shutil
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "lib"))

from pyexec_test import PyexecTestCase, main

# Below /usr, as is the prefix of many a server.
FOLDER = f"/usr/local/pyexec-hidden-{os.getpid()}"
LOOK = f"""\
import os

def look(path):
    try:
        return sorted(os.listdir(path))
    except OSError as error:
        return type(error).__name__

print(look("{FOLDER}/scripts"), look("/usr/lib") != [])
"""


class TheScriptsOfOthers(PyexecTestCase):
    def check(self, isolation, seen):
        os.makedirs(FOLDER)
        os.chmod(FOLDER, 0o755)
        self.addCleanup(shutil.rmtree, FOLDER)
        server = self.serve(location=f"""
            pyexec_temp_dir {FOLDER}/scripts;
            pyexec_isolation {isolation};
            pyexec_preload none;
        """)
        self.assertRan(server.post(LOOK), f"{seen} True\n")

    def test_a_directory_of_scripts_below_usr_is_empty_in_full(self):
        self.check("full", "[]")

    def test_a_directory_of_scripts_below_usr_is_closed_in_process(self):
        self.check("process", "PermissionError")


if __name__ == "__main__":
    main(TheScriptsOfOthers)
