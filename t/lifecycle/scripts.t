#!/usr/bin/python3
"""The script of a run: there while it runs, gone however it ended."""

import os
import pwd
import re
import shutil
import signal
import stat
import subprocess

from pyexec_test import WAIT, LetGo, PyexecTestCase, main, wait_until
from pyexec_test.server import WORKER_USER

LOCATION = """
    pyexec_preload none;
    pyexec_concurrency 8;
    pyexec_output_limit 4k;
    pyexec_allow default signal;
    add_header X-Run-Id $pyexec_run_id always;
"""
UUID = (r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}"
        r"-[0-9a-f]{12}")
SLEEP = "import time; time.sleep(60)"
PATH = re.compile(r"/tmp/|temp_scripts|[0-9a-f]{8}-[0-9a-f]{4}-")


class AScript(PyexecTestCase):
    isolation = ""

    def setUp(self):
        self.server = self.serve(location=LOCATION + self.isolation)
        self.assertRan(self.server.post("print(1)"), "1\n")

    def path(self, name=""):
        return os.path.join(self.server.temp_dir, name)

    def send(self, code, **fields):
        """Send code; returns when its script is there: (socket, name)."""
        others = set(self.server.scripts())
        connection = self.server.send_and_keep(code, **fields)
        new = wait_until(lambda: set(self.server.scripts()) - others)
        self.assertEqual(len(new), 1)
        return connection, new.pop()

    def read_answer(self, connection):
        """When the answer is there, no script is there any more."""
        answer = self.server.read_answer(connection)
        self.assertEqual(self.server.scripts(), [])
        return answer


class WhileARunLasts(AScript):
    def test_it_is_the_code_under_the_name_of_the_run(self):
        code = WAIT + "print('ünï\U0001f40d')\n"
        connection, name = self.send(code)
        self.assertRegex(name, f"^{UUID}\\.py$")

        with open(self.path(name), encoding="utf-8") as script:
            self.assertEqual(script.read(), code)

        with LetGo(self.server):
            answer = self.read_answer(connection)

        self.assertRan(answer, "ünï\U0001f40d\n")
        self.assertEqual(answer.headers["X-Run-Id"] + ".py", name)

    def test_nobody_but_the_worker_can_read_it(self):
        owner = os.geteuid()

        if owner == 0:
            owner = pwd.getpwnam(WORKER_USER).pw_uid

        connection, name = self.send(SLEEP)
        script, folder = os.lstat(self.path(name)), os.lstat(self.path())
        self.assertTrue(stat.S_ISREG(script.st_mode))
        self.assertEqual(stat.S_IMODE(script.st_mode), 0o600)
        self.assertEqual(script.st_uid, owner)
        self.assertEqual(script.st_nlink, 1)
        self.assertEqual(stat.S_IMODE(folder.st_mode), 0o700)
        self.assertEqual(folder.st_uid, owner)
        connection.close()
        self.assertTrue(wait_until(lambda: not self.server.scripts()))

    def test_each_of_several_runs_has_its_own(self):
        sent = [self.send(WAIT + f"print({i})") for i in range(5)]

        for i, (_, name) in enumerate(sent):
            with open(self.path(name), encoding="utf-8") as script:
                self.assertIn(f"print({i})", script.read())

        names = {name for _, name in sent}
        self.assertEqual(len(names), 5)

        with LetGo(self.server):
            for connection, name in sent:
                answer = self.server.read_answer(connection)
                self.assertEqual(answer.headers["X-Run-Id"] + ".py", name)
                names.discard(name)
                self.assertLessEqual(set(self.server.scripts()), names)


class ItIsGone(AScript):
    def test_after_a_program_that_ends_well(self):
        connection, _ = self.send("import time; time.sleep(0.1)")
        self.assertRan(self.read_answer(connection), status="ok")

    def test_after_a_program_that_fails(self):
        connection, _ = self.send("import time; time.sleep(0.1); 1 / 0")
        self.assertRan(self.read_answer(connection), returncode=1,
                       status="error")

    def test_after_a_program_with_a_syntax_error(self):
        self.assertRan(self.server.post("print("), returncode=1)
        self.assertEqual(self.server.scripts(), [])

    def test_after_a_program_that_a_signal_ended(self):
        connection, _ = self.send(
            "import os, time; time.sleep(0.1); os.kill(os.getpid(), 11)")
        self.assertRan(self.read_answer(connection), returncode=-11,
                       status="signal")

    def test_after_a_timeout(self):
        connection, _ = self.send(SLEEP, run_timeout=0.2)
        self.assertRan(self.read_answer(connection), returncode=-9,
                       status="timeout")

    def test_after_too_much_output(self):
        connection, _ = self.send(
            "import time; time.sleep(0.1); print('x' * 100000)")
        self.assertRan(self.read_answer(connection), returncode=-9,
                       status="output_limit")

    def test_after_the_client_left(self):
        connection, _ = self.send(SLEEP)
        connection.close()
        self.assertTrue(wait_until(lambda: not self.server.scripts(), 1))

    def test_after_the_zygote_died(self):
        connection, _ = self.send(SLEEP)
        os.kill(self.server.zygote_pids()[0], signal.SIGKILL)
        self.assertStatus(self.read_answer(connection), 500)

    def test_after_a_stop(self):
        connection, _ = self.send(SLEEP)
        self.server.stop()
        self.assertEqual(self.server.scripts(), [])
        connection.close()

    def test_after_a_quit(self):
        connection, _ = self.send(WAIT + "print(1)")
        self.server.signal(signal.SIGQUIT)

        with LetGo(self.server):
            self.assertRan(self.read_answer(connection), "1\n")

        self.server.quit()

    def test_and_never_was_there_for_a_program_that_was_refused(self):
        before = os.stat(self.path()).st_mtime_ns
        self.assertStatus(self.server.post("import socket"), 400)
        self.assertEqual(os.stat(self.path()).st_mtime_ns, before)


class AfterTricks(AScript):
    def check_trick(self, code):
        """Whether the program may do it or not, it leaves nothing."""
        code = code.replace("\n", "\n    ")
        answer = self.server.post("import os\nhome = os.getcwd()\n"
                                  f"try:\n    {code}\n"
                                  "except OSError: pass\nprint('did')\n")
        self.assertRan(answer, "did\n")
        self.assertEqual(self.server.scripts(), [])

    def test_after_a_program_that_nested_directories(self):
        self.check_trick("for _ in range(200):\n"
                         "    os.mkdir('d')\n"
                         "    os.chdir('d')")

    def test_after_a_program_that_took_its_directorys_permissions(self):
        self.check_trick("os.chmod('.', 0)")

    def test_after_a_program_that_took_a_subdirectorys_permissions(self):
        self.check_trick("os.makedirs('one/two')\nos.chmod('one', 0)")

    def test_after_a_program_that_moved_its_directory(self):
        self.check_trick("os.chdir('..')\nos.rename(home, 'elsewhere')")

    def test_after_a_program_that_deleted_its_own_script(self):
        self.check_trick("os.unlink(home + '.py')\n"
                         "os.unlink('main.py')\nos.rmdir(home)")
        log = os.path.join(self.server.prefix, "error.log")
        os.truncate(log, 0)


class AfterTricksWithoutNamespaces(AfterTricks):
    variant = ", without namespaces"
    isolation = "pyexec_isolation process;"


class WithoutIsolation(AScript):
    isolation = "pyexec_isolation off;"

    def test_what_a_program_makes_in_its_directory_does_not_stay(self):
        answer = self.server.post(
            "import os, subprocess\n"
            "print(os.listdir())\n"
            "made = subprocess.run(['mkdir', 'made'],\n"
            "                      stderr=subprocess.DEVNULL)\n"
            "print(made.returncode)\n"
            "subprocess.run(['rm', '-f', 'main.py'],\n"
            "               stderr=subprocess.DEVNULL)\n")
        self.assertRan(answer, "['main.py']\n1\n")
        self.assertEqual(os.listdir(self.path()), [])


class WithoutRoom(PyexecTestCase):
    """Where the program runs beside its script it does not run without.

    The client learns what is wrong, but not where.
    """

    isolation = "pyexec_isolation process;"

    def serve_ready(self, allow_alarms):
        server = self.serve(location=LOCATION + self.isolation,
                            allow_alarms=allow_alarms)
        self.assertRan(server.post("print(1)"), "1\n")
        self.assertTrue(wait_until(lambda: not server.scripts()))
        return server

    def assertFails(self, server, code, details):
        """The code is not begun: a client that repeats it does it once."""
        answer = server.post("import os\nos.write(1, b'begun')\n" + code)
        self.assertRefused(answer, 500,
                           f"An unexpected error occurred: {details}")
        self.assertNotRegex(answer.body.decode(), PATH)
        self.assertNotIn("begun", answer.body.decode())
        self.assertTrue(wait_until(lambda: not server.run_pids()))

    def test_a_directory_that_is_gone_is_an_error_until_it_is_back(self):
        server = self.serve_ready([r'open\(\) ".*" failed \(2:'])
        folder = os.stat(server.temp_dir)
        os.rmdir(server.temp_dir)
        self.assertFails(server, "print(2)", "No such file or directory")

        os.mkdir(server.temp_dir, 0o700)
        os.chown(server.temp_dir, folder.st_uid, folder.st_gid)
        self.assertRan(server.post("print(3)"), "3\n")

    def test_a_directory_that_is_gone_in_the_middle_hurts_no_run(self):
        server = self.serve_ready([r'unlink\(\) ".*" failed \(2:'])
        connection = server.send_and_keep(
            WAIT + "print('unhurt')")
        script, = wait_until(server.scripts)
        shutil.rmtree(server.temp_dir)

        with LetGo(server):
            self.assertRan(server.read_answer(connection), "unhurt\n")

        server.wait_for_log(r"unlink\(\) .* failed")

    def test_a_directory_without_permission_is_an_error(self):
        server = self.serve_ready([r'open\(\) ".*" failed \(13:'])
        os.chmod(server.temp_dir, 0o500)
        self.assertFails(server, "print(2)", "Permission denied")
        os.chmod(server.temp_dir, 0o700)
        self.assertRan(server.post("print(3)"), "3\n")

    def test_a_full_file_system_is_an_error_until_there_is_room(self):
        server = self.serve_ready([r'write\(\) ".*" failed \(28:'])
        folder = os.stat(server.temp_dir)
        mount = ["mount", "-t", "tmpfs", "-o", "size=16k,mode=0700,"
                 f"uid={folder.st_uid},gid={folder.st_gid}", "none",
                 server.temp_dir]

        if subprocess.run(mount, capture_output=True).returncode:
            self.skipTest("no file system can be mounted here")

        self.addCleanup(subprocess.run, ["umount", server.temp_dir],
                        capture_output=True)

        self.assertRan(server.post("print(2)"), "2\n")

        for _ in range(3):
            self.assertFails(server, "#" * 30000,
                             "No space left on device")
            self.assertEqual(server.scripts(), [])

        self.assertRan(server.post("print(3)"), "3\n")
        subprocess.run(["umount", server.temp_dir], check=True)


class WithoutRoomInFullIsolation(WithoutRoom):
    """There the script is the operator's alone: no run fails for it."""

    variant = ", in full isolation"
    isolation = ""

    def assertFails(self, server, code, details):
        before = server.error_log().count(details)
        self.assertRan(server.post("print('ran')\n" + code), None)
        self.assertGreater(server.error_log().count(details), before)
        self.assertEqual(server.scripts(), [])


if __name__ == "__main__":
    main(WhileARunLasts, ItIsGone, AfterTricks, AfterTricksWithoutNamespaces,
         WithoutIsolation, WithoutRoom, WithoutRoomInFullIsolation)
