"""The base class of whole-server tests."""

import unittest

from .footprint import Footprint
from .process import wait_until
from .server import Server


class PyexecTestCase(unittest.TestCase):
    maxDiff = 4000

    # What sets the tests of a subclass apart from those of its base.
    variant = ""

    def __str__(self):
        """The story of the test, as TAP prints it."""
        story = self._testMethodName.removeprefix("test_").replace("_", " ")
        return story + self.variant

    def serve(self, *, allow_alarms=(), **snippets):
        """A started server that is stopped and checked when the test ends."""
        server = Server(**snippets).begin(self.addCleanup)
        self.addCleanup(self.end, server, allow_alarms)

        return server

    @classmethod
    def serve_all(cls, server):
        """Start a server for all tests of the class; checked at their end."""
        server.begin(cls.addClassCleanup)
        cls.addClassCleanup(cls.end, server)

        return server

    @staticmethod
    def end(server, allow_alarms=()):
        """Stop the server, unless the test did, and look for leftovers."""
        server.stop()
        server.check_nothing_left(allow_alarms)

    def assertFootprint(self, server, before, timeout=3):
        """Processes, descriptors and scripts are again what they were."""
        wait_until(lambda: Footprint.of(server) == before, timeout)
        self.assertEqual(Footprint.of(server), before)

    def assertStatus(self, answer, status):
        self.assertEqual(answer.status, status, answer.body[:2000])

    def assertRan(self, answer, output=None, error=None, returncode=0,
                  status=None):
        """A program ran and came to this end; None is not looked at."""
        self.assertStatus(answer, 200)
        got = answer.json
        self.assertEqual(got["returncode"], returncode, got)

        for name, want in (("output", output), ("error", error),
                           ("status", status)):
            if want is not None:
                self.assertEqual(got[name], want, got)

    def assertRefused(self, answer, status, error):
        self.assertStatus(answer, status)
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertEqual(answer["error"], error)
