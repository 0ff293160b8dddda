#!/usr/bin/python3
"""The harness itself: what it promises to notice, it is shown to notice."""

import os
import re
import signal
import subprocess

from pyexec_test import PyexecTestCase, StartFailure, main, open_fds, wait_until
from pyexec_test.attack import DEBUG_MODULE
from pyexec_test.server import MAIN, PATHS

# An nginx without the module: the harness is what is looked at.
PLAIN = MAIN + """
events {{ }}

http {{
""" + PATHS + """
    server {{
        listen 127.0.0.1:{port};
        location /run {{ return 200 '{{"output": "canned"}}'; }}
        {server}
    }}
}}
"""


class TheHarness(PyexecTestCase):
    def plain(self, **snippets):
        return self.serve(configuration=PLAIN, **snippets)

    def left_by(self, server, allow=()):
        """What is found of a server after its stop, at once."""
        server.stop()
        return server.left_over(allow, timeout=0.3)

    def test_a_post_returns_status_headers_and_parsed_json(self):
        answer = self.plain().post("print(1)")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer["output"], "canned")
        self.assertIn("nginx", answer.headers["Server"])

    def test_a_request_can_be_sent_now_and_read_later(self):
        server = self.plain()
        connection = server.send_and_keep("print(1)")
        self.assertEqual(server.read_answer(connection)["output"], "canned")

    def test_a_configuration_error_is_reported_with_what_nginx_said(self):
        with self.assertRaisesRegex(StartFailure, "no_such_directive"):
            self.plain(main="no_such_directive 1;")

    def test_workers_are_counted_and_replaced_by_a_reload(self):
        server = self.plain(worker_processes=2)
        before = set(server.worker_pids())
        self.assertEqual(len(before), 2)
        self.assertEqual(server.reload(), before)
        self.assertFalse(before & set(server.worker_pids()))

    def test_a_quit_ends_the_master_with_status_zero(self):
        self.assertEqual(self.plain().quit(), 0)

    def test_descriptors_of_a_worker_are_listed_with_their_targets(self):
        server = self.plain()
        fds = open_fds(server.worker_pids()[0])
        self.assertTrue([t for t in fds.values() if t.endswith("error.log")])

    def test_a_server_that_leaves_nothing_passes(self):
        self.assertEqual(self.left_by(self.plain()), [])

    def test_a_detached_process_is_found_and_killed_with_the_server(self):
        server = self.plain()
        subprocess.run(["/bin/sh", "-c",
                        "setsid sleep 300 </dev/null >/dev/null 2>&1 &"])
        self.assertTrue(wait_until(lambda: server.processes("sleep")))
        left = self.left_by(server)
        self.assertRegex(" ".join(left), r"process \d+ sleep \(sleep 300\)")
        server.kill()
        self.assertEqual(server.left_over(timeout=0), [])

    def test_a_worker_that_outlives_its_master_is_found(self):
        server = self.plain()
        server.remember()
        os.kill(server.master.pid, signal.SIGKILL)
        server.master.wait()
        left = server.left_over(timeout=0.3)
        self.assertRegex(" ".join(left), "nginx: worker process")
        server.kill()
        self.assertEqual(server.left_over(timeout=0), [])

    def test_a_script_left_in_the_temp_dir_is_found(self):
        server = self.plain()
        os.mkdir(server.temp_dir)
        script = os.path.join(server.temp_dir, "0f2c.py")
        open(script, "w").close()
        self.assertEqual(self.left_by(server), ["script 0f2c.py"])
        os.unlink(script)

    def test_a_core_file_is_found(self):
        server = self.plain()
        core = os.path.join(server.prefix, "cores", "core")
        open(core, "w").close()
        self.assertEqual(self.left_by(server), [f"core {core}"])
        os.unlink(core)

    def test_an_alert_is_found_unless_the_test_allows_it(self):
        server = self.plain()
        worker = server.worker_pids()[0]
        os.kill(worker, signal.SIGKILL)
        server.wait_for_log("exited on signal 9")
        left = self.left_by(server)
        self.assertEqual(len(left), 1, left)
        self.assertRegex(left[0], r"log .*\[alert\].* exited on signal 9")
        self.assertEqual(server.left_over([r"exited on signal 9"]), [])
        self.quiet(server)

    def test_a_sanitizer_report_on_stderr_is_found(self):
        server = self.plain()

        with open(server.stderr_path, "a", encoding="utf-8") as stderr:
            stderr.write("==1==ERROR: AddressSanitizer: heap-use-after-free\n")

        self.assertEqual(len(self.left_by(server)), 1)
        os.truncate(server.stderr_path, 0)

    def test_a_job_that_was_done_twice_or_never_is_found(self):
        server = self.serve(module=DEBUG_MODULE)

        for number in range(3):
            self.assertRan(server.post(f"print({number})"), f"{number}\n")

        self.assertEqual(self.left_by(server), [])
        path = os.path.join(server.prefix, "error.log")
        counted = server.wait_for_log(
            "jobs: submitted 3, done 3, abandoned 0, stopped 0, left 0")

        for wrong in counted.replace("done 3", "done 4"), \
                counted.replace("done 3", "done 2"), \
                counted.replace("left 0", "left 1"):
            with open(path, "w", encoding="utf-8") as log:
                log.write(wrong + "\n")

            self.assertEqual(len(server.left_over()), 1, wrong)

        self.quiet(server)

    def quiet(self, server):
        """Empty the log, so that the check at the end has only news."""
        os.truncate(os.path.join(server.prefix, "error.log"), 0)


class TheTapStream(PyexecTestCase):
    def run_file(self, body):
        """Run a test file made of this body; its exit status and stdout."""
        library = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                               "lib")
        text = (f"import sys\nsys.path.insert(0, {library!r})\n"
                "from pyexec_test import PyexecTestCase, main\n"
                f"{body}\nmain()\n")
        done = subprocess.run(["/usr/bin/python3", "-c", text],
                              capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout

    def test_a_passing_file_ends_with_its_plan_and_status_zero(self):
        status, tap = self.run_file(
            "class T(PyexecTestCase):\n"
            "    def test_one_thing(self): pass\n")
        self.assertEqual(status, 0)
        self.assertRegex(tap, re.compile(r"^ok 1 one thing\n1\.\.1$", re.M))

    def test_a_failing_test_is_not_ok_and_fails_the_file(self):
        status, tap = self.run_file(
            "class T(PyexecTestCase):\n"
            "    def test_one(self): self.assertEqual(1, 2)\n")
        self.assertEqual(status, 1)
        self.assertIn("not ok 1", tap)

    def test_a_file_that_dies_in_the_middle_has_no_plan(self):
        status, tap = self.run_file(
            "import os\n"
            "class T(PyexecTestCase):\n"
            "    def test_a(self): pass\n"
            "    def test_b(self): os._exit(0)\n")
        self.assertIn("ok 1 a", tap)
        self.assertNotRegex(tap, r"1\.\.")

    def test_a_file_without_tests_bails_out(self):
        status, tap = self.run_file("")
        self.assertEqual(status, 1)
        self.assertIn("Bail out!", tap)


if __name__ == "__main__":
    main()
