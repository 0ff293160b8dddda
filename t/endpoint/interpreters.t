#!/usr/bin/python3

"""Interpreters that are not as they should be, at start and later."""

import os
import time
import unittest

from pyexec_test import (PyexecTestCase, Server, VirtualEnvironment, main,
                         wait_until)


class AVirtualEnvironment(PyexecTestCase):

    def setUp(self):
        self.venv = VirtualEnvironment()
        self.addCleanup(self.venv.remove)

    def serve_it(self, more=""):
        return self.serve(location=f"pyexec_python {self.venv.python}; {more}")

    def test_its_packages_are_there(self):
        self.venv.module("mine", "value = 'here'\n")
        server = self.serve_it("pyexec_allow default mine;")
        self.assertRan(server.post("import mine\nprint(mine.value)"),
                       output="here\n")

    def test_what_a_site_prints_is_no_reason_to_refuse_it(self):
        self.venv.site_line("import sys; sys.stderr.write('a warning\\n')")
        self.assertRan(self.serve_it().post("print(1)"), output="1\n")

    @unittest.skipUnless(os.geteuid() == 0, "nginx is not started by root")
    def test_what_a_site_runs_does_not_run_as_root(self):
        trace = os.path.join(self.venv.folder, "trace")
        os.mkdir(trace)
        os.chmod(trace, 0o777)
        self.venv.site_line("import os; open(os.path.join("
                       f"'{trace}', str(os.geteuid())), 'w').close()")
        self.assertRan(self.serve_it().post("print(1)"), output="1\n")
        self.assertNotIn("0", os.listdir(trace))
        self.assertEqual(len(os.listdir(trace)), 1)

    @unittest.skipUnless(os.geteuid() == 0, "nginx is not started by root")
    def test_one_that_the_workers_cannot_reach_is_found_at_once(self):
        os.chmod(self.venv.folder, 0o700)
        server = Server(location=f"pyexec_python {self.venv.python};")
        status, said = server.test_conf()
        self.assertNotEqual(status, 0)
        self.assertRegex(said, "cannot be used: .* in .*nginx.conf:[0-9]+")

    def test_nginx_is_stopped_when_it_is_gone(self):
        server = self.serve_it()
        self.assertRan(server.post("print(1)"), output="1\n")
        os.unlink(self.venv.python)
        stop = os.spawnv(os.P_WAIT, server.argv()[0],
                         server.argv("-s", "stop"))
        self.assertEqual(stop, 0)
        self.assertTrue(wait_until(lambda: not server.worker_pids(), 5))


class AZygoteThatIsKilled(PyexecTestCase):

    def test_the_log_says_by_what(self):
        server = self.serve(
            location="pyexec_preload none;",
            allow_alarms=[r"zygote \d+ was killed", "zygote"])
        self.assertRan(server.post("print(1)"), output="1\n")
        os.kill(server.zygote_pids()[0], 9)

        # Its reaper says by what, unless the worker has it end before it can.
        server.wait_for_log(r"was killed by signal 9|zygote \d+ died")


class APost(PyexecTestCase):

    def test_many_arguments_do_not_hold_the_worker(self):
        server = self.serve()
        self.assertRan(server.post("print(1)"), output="1\n")
        begin = time.monotonic()
        answer = server.post("import sys; print(len(sys.argv))",
                             args=[""] * 200000)
        self.assertRan(answer, output="200001\n")
        self.assertLess(time.monotonic() - begin, 5)

    def test_conditions_of_a_client_do_not_undo_its_run(self):
        server = self.serve()
        for header in ("If-None-Match", "If-Match"):
            answer = server.post("print(1)", headers={header: "*"})
            self.assertRan(answer, output="1\n")
            answer = server.post("print(1)", headers={header: '"x"'})
            self.assertRan(answer, output="1\n")


if __name__ == "__main__":
    main()
