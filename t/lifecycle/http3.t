#!/usr/bin/python3
"""A client of HTTP/3 that leaves a stream ends its run, and nothing else.

The server has TLS and listens for datagrams; the client is curl. It is skipped
where nginx or curl has no HTTP/3.
"""

import json
import os
import re
import subprocess
import unittest

from pyexec_test import PyexecTestCase, Server, main, wait_until
from pyexec_test.server import NGINX

SLEEP = "import time\ntime.sleep(600)"
PATIENCE = (2, 10, 40)      # seconds, the first one that is enough


def said_by(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, check=True).stdout


class Http3(PyexecTestCase):
    def setUp(self):
        if "--with-http_v3_module" not in said_by(NGINX, "-V"):
            self.skipTest("this nginx has no HTTP/3")

        if not re.search(r"^Features:.* HTTP3\b", said_by("curl", "--version"),
                         re.M):
            self.skipTest("this curl does not speak HTTP/3")

    def test_a_cancelled_stream_ends_its_run_and_spares_the_connection(self):
        server = self.serve_http3()

        for patience in PATIENCE:
            curl = self.ask(server, patience, SLEEP, "print('next')")
            started = wait_until(
                lambda: curl.poll() is not None or server.run_pids(), 60)
            self.assertTrue(started)

            # It is the only place: the second has it when the first is gone.
            seen = server.run_pids()
            answer, told = curl.communicate(timeout=180)
            self.assertEqual(told.split(), ["000:1", "200:0"], answer)
            self.assertEqual(json.loads(answer)["output"], "next\n")

            if seen:
                break
        else:
            self.fail("no run was seen")

        self.assertTrue(wait_until(lambda: not server.run_pids()))
        self.assertRan(server.post("print('still here')"), "still here\n")

    def test_a_client_that_closes_its_connection_ends_its_run(self):
        server = self.serve_http3()

        for patience in PATIENCE:
            curl = self.ask(server, patience, SLEEP)
            wait_until(lambda: curl.poll() is not None or server.run_pids(),
                       60)
            seen = server.run_pids()
            curl.communicate(timeout=180)

            if seen:
                break
        else:
            self.fail("no run was seen")

        self.assertTrue(wait_until(lambda: not server.run_pids()))
        self.assertRan(server.post("print('still here')"), "still here\n")

    def serve_http3(self):
        """One place, a long limit; HTTP/3 on the same port as HTTP/1."""
        server = Server(
            location="pyexec_concurrency 1; pyexec_timeout 900s;"
                     "pyexec_queue 8 timeout=60s; pyexec_preload none;",
            http="ssl_protocols TLSv1.3;")
        certificate = os.path.join(server.prefix, "certificate")

        server.snippets["server"] = (
            f"listen 127.0.0.1:{server.port} quic;"
            f"ssl_certificate {certificate};"
            f"ssl_certificate_key {certificate};")
        said_by("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-days", "2", "-nodes", "-subj",
                "/CN=localhost", "-keyout", certificate + ".key", "-out",
                certificate)

        with open(certificate + ".key", encoding="ascii") as key, \
                open(certificate, "a", encoding="ascii") as both:
            both.write(key.read())

        server.begin(self.addCleanup)
        self.addCleanup(self.end, server)

        return server

    def ask(self, server, patience, *programs):
        """A curl that asks for these, one after the other on a connection.

        It cancels the first of them when its patience is over. On standard
        error it tells of each its status and how often it had to connect.
        """
        argv = ["curl"]

        for code in programs:
            argv += ["-s", "-k", "--http3-only", "-m", str(patience),
                     f"https://127.0.0.1:{server.port}/run",
                     "-H", "Content-Type: application/json",
                     "-w", "%{stderr}%{http_code}:%{num_connects}\n",
                     "-d", json.dumps({"code": code}), "--next"]
            patience = 120

        curl = subprocess.Popen(argv[:-1], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
        self.addCleanup(curl.wait)
        self.addCleanup(curl.kill)

        return curl


if __name__ == "__main__":
    main()
