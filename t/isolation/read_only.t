#!/usr/bin/python3
"""What an operator shows to runs they can read, and nothing more of it.

A home and a directory for temporary files is there where there is a scratch
space, and psutil is told of the machine what a run may know.
"""

import os
import re
import shutil
import tempfile
import unittest.mock

from pyexec_test import PyexecTestCase, main

READ = """
import os
print(open({path!r}).read())
for way in (lambda: os.open({path!r}, os.O_RDWR), lambda: os.remove({path!r}),
            lambda: os.rename({path!r}, {path!r} + "2"),
            lambda: os.chmod({path!r}, 0o777), lambda: os.utime({path!r}),
            lambda: os.mkdir({path!r} + ".d"), lambda: os.truncate({path!r}, 0),
            lambda: os.mkfifo({path!r} + ".f"),
            lambda: os.write(os.open({path!r} + ".fifo",
                                     os.O_WRONLY|os.O_NONBLOCK), b"x")):
    try:
        way()
        print("done")
    except OSError as error:
        pass
"""

LIST = """
import os
def found(path):
    try:
        return sorted(os.listdir(path))
    except OSError as error:
        return type(error).__name__
print([found(path) for path in {paths!r}])
"""

HOME = """
import os, tempfile
print(os.environ.get("HOME"), os.environ.get("TMPDIR"))
try:
    with tempfile.NamedTemporaryFile() as file:
        print(os.path.dirname(file.name))
    print(os.access(os.path.expanduser("~"), os.W_OK))
except OSError as error:
    print(error.errno)
"""


class Shown(PyexecTestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="pyexec-shown-", dir="/var/tmp")
        self.addCleanup(shutil.rmtree, self.folder)
        os.chmod(self.folder, 0o755)
        self.shown = os.path.join(self.folder, "shown")
        self.other = os.path.join(self.folder, "other")

        for folder in self.shown, self.other:
            os.mkdir(folder)
            os.chmod(folder, 0o777)
            path = os.path.join(folder, "file")

            with open(path, "w", encoding="ascii") as file:
                file.write("well")

            os.chmod(path, 0o666)
            os.mkfifo(path + ".fifo")
            os.chmod(path + ".fifo", 0o666)

    def serve_shown(self, path, more=""):
        return self.serve(spares=1, http=f"""
            pyexec_allow *; pyexec_preload none;
            pyexec_read_only {path};
            {more}
        """, server=f"""
            location /scratch {{ pyexec on; pyexec_scratch 1m; }}
            location /process {{ pyexec on; pyexec_isolation process; }}
            location /none {{ pyexec on; pyexec_read_only none; }}
            location /both {{
                pyexec on;
                pyexec_read_only {self.other};
                pyexec_read_only /etc/hostname {path};
            }}
        """)

    def test_it_is_read_and_not_changed(self):
        server = self.serve_shown(self.shown)
        file = os.path.join(self.shown, "file")

        for path in "/run", "/scratch", "/process", "/both":
            with self.subTest(path):
                with open(os.open(file + ".fifo", os.O_RDONLY | os.O_NONBLOCK),
                          "rb") as reader:
                    answer = server.post(READ.format(path=file), path=path)
                    self.assertRan(answer, "well\n", "")
                    self.assertFalse(reader.read())

        self.assertEqual(sorted(os.listdir(self.shown)),
                         ["file", "file.fifo"])
        self.assertEqual(os.stat(file).st_mode & 0o777, 0o666)

    def test_what_lies_beside_it_is_not_seen(self):
        server = self.serve_shown(self.shown)
        paths = [self.other, self.folder, self.shown]
        wanted = {
            "/run": ["FileNotFoundError", ["shown"], ["file", "file.fifo"]],
            "/none": ["FileNotFoundError"] * 3,
        }

        for path, lists in wanted.items():
            with self.subTest(path):
                answer = server.post(LIST.format(paths=paths), path=path)
                self.assertRan(answer, f"{lists}\n", "")

        answer = server.post(LIST.format(paths=paths[:2]), path="/process")
        self.assertRan(answer, "['PermissionError', 'PermissionError']\n", "")
        answer = server.post(LIST.format(paths=paths[1:2]), path="/both")
        self.assertIn("other", answer["output"])
        self.assertIn("shown", answer["output"])

    def test_a_link_is_followed_when_it_is_shown(self):
        link = os.path.join(self.folder, "link")
        os.symlink(self.shown, link)
        server = self.serve_shown(link)
        answer = server.post(LIST.format(paths=[link, self.shown]))
        self.assertIn("file", answer["output"])
        self.assertIn("FileNotFoundError", answer["output"])

    def test_nginx_is_hidden_below_what_is_shown(self):
        with unittest.mock.patch("tempfile.tempdir", self.folder):
            server = self.serve_shown(self.folder)

        paths = [server.prefix, os.path.join(server.prefix, "client_body")]
        answer = server.post(LIST.format(paths=paths))
        self.assertRan(answer, "[[], 'FileNotFoundError']\n", "")
        answer = server.post(LIST.format(paths=paths), path="/process")
        self.assertRan(answer, "['PermissionError', 'PermissionError']\n", "")


class Refused(PyexecTestCase):
    def test_nginx_refuses_what_may_not_be_shown(self):
        server = self.serve(spares=0, allow_alarms=("emerg",))
        secret = os.path.join(server.prefix, "secret")
        os.mkdir(secret)
        link = tempfile.mktemp(prefix="pyexec-link-")
        os.symlink(server.prefix, link)
        self.addCleanup(os.unlink, link)

        for path, said in {
            "relative": '"relative" is not an absolute path',
            "/nowhere": "does not exist",
            "/": "is the root",
            "/usr/../etc": 'has an empty component, "." or ".."',
            "/dev": "is something of its own in every run",
            "/dev/null": "is something of its own in every run",
            "/proc/self": "is something of its own in every run",
            "/scratch": "does not exist",
            server.prefix: "is a place of nginx that no program may see",
            secret: "is a place of nginx that no program may see",
            link: "is a place of nginx that no program may see",
            "none /usr": 'has "none" beside paths',
        }.items():
            with self.subTest(path):
                status, text = server.test_conf(
                    location=f"pyexec_read_only {path};")
                self.assertEqual(status, 1, text)
                self.assertIn(said, text)

                if "none" not in path and path != "relative":
                    self.assertIn(f'pyexec_read_only "{path}"', text)

        server.write_conf(location="")


class Home(PyexecTestCase):
    def test_a_scratch_space_is_a_home(self):
        server = self.serve(spares=1, http="pyexec_allow *;", server="""
            location /scratch { pyexec on; pyexec_scratch 1m; }
        """)
        self.assertRan(server.post(HOME, path="/scratch"),
                       "/scratch /scratch\n/scratch\nTrue\n", "")
        self.assertRan(server.post(HOME), "None None\n2\n", "")

    def test_nothing_is_left_of_what_a_preload_wrote(self):
        before = self.left()
        server = self.serve(spares=1, http="""
            pyexec_allow *;
            pyexec_preload tempfile json;
        """, server="""
            location /scratch { pyexec on; pyexec_scratch 1m; }
            location /process { pyexec on; pyexec_isolation process; }
        """)

        for path in "/run", "/scratch", "/process":
            with self.subTest(path):
                self.assertRan(server.post(
                    "import os, tempfile\n"
                    "print(tempfile.tempdir, os.listdir('.'))\n", path=path),
                    "None ['main.py']\n", "")

        self.assertLessEqual(self.left(), before)

    @staticmethod
    def left():
        """What is not a test's."""
        return {name for name in os.listdir("/tmp")
                if re.fullmatch("pyexec-[0-9a-f]{16}", name)}


if __name__ == "__main__":
    main()
