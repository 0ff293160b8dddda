"""Runs one module of CPython's own tests, and tells how each test came out.

It is posted to the endpoint and given to python3 alike; its arguments are the
module and the tests that are left out.  Each outcome is a line of JSON behind a
mark, written past whatever tests do with sys.stdout.
"""

import importlib
import json
import os
import sys
import traceback
import unittest

# Those of other packages' folders, which the suite brings without the rest.
for package in "unittest", "ctypes", "distutils", "lib2to3":
    for place in sys.path:
        folder = os.path.join(place, package)
        if os.path.isdir(folder):
            found = importlib.import_module(package).__path__
            if folder not in found:
                found.append(folder)

from test import support
from test.support import os_helper, socket_helper

MARK = "\x1e"
LONGEST = 3000

channel = os.dup(1)
process = os.getpid()


def tell(test, outcome, message=""):
    if os.getpid() != process:
        # A test has forked, and its child has come back from it.
        os._exit(1)
    line = MARK + json.dumps([test, outcome, message[-LONGEST:]]) + "\n"
    data = line.encode("ascii")
    while data:
        data = data[os.write(channel, data):]


class Result(unittest.TestResult):
    """Tells of a test when it begins, and when it has ended."""

    wrong = None

    def startTest(self, test):
        super().startTest(test)
        self.wrong = None
        tell(test.id(), "begun")

    def stopTest(self, test):
        super().stopTest(test)
        self.wrong = None

    def addSuccess(self, test):
        if self.wrong is None:
            tell(test.id(), "ok")

    def addError(self, test, err):
        super().addError(test, err)
        self.bad(test, "error", err)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.bad(test, "failed", err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            failed = issubclass(err[0], test.failureException)
            self.bad(test, "failed" if failed else "error", err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        if self.wrong is None:
            tell(test.id(), "skipped", reason)

    def addExpectedFailure(self, test, err):
        tell(test.id(), "ok")

    def addUnexpectedSuccess(self, test):
        tell(test.id(), "failed", "unexpected success")

    def bad(self, test, outcome, err):
        """The first thing that goes wrong is what a test came to.

        What is no test stands for a class or a module that was not set up.
        """
        if self.wrong is None or not isinstance(test, unittest.TestCase):
            tell(test.id(), outcome,
                 "".join(traceback.format_exception(*err)))
        if isinstance(test, unittest.TestCase):
            self.wrong = outcome


def run_suite(suite):
    left(suite).run(Result())


def left(suite):
    """The suite without the tests and classes that are not to be run."""
    if not isinstance(suite, unittest.TestSuite):
        return suite
    return unittest.TestSuite(
        left(test) for test in suite
        if isinstance(test, unittest.TestSuite)
        or not set(test.id().split(".")) & set(sys.argv[2:]))


def look():
    """What modules try when they are imported, and take for granted to work.

    Where it does not, their tests are to be skipped, as on other platforms.
    """
    for name in "chmod", "xattr":
        try:
            getattr(os_helper, "can_" + name)()
        except OSError:
            setattr(os_helper, "_can_" + name, False)
    try:
        socket_helper.skip_unless_bind_unix_socket(look)
    except OSError as error:
        socket_helper._bind_nix_socket_error = error


def main():
    name = "test." + sys.argv[1]
    look()
    support.use_resources = []
    support.verbose = 0
    support._run_suite = run_suite
    support.record_original_stdout(sys.stdout)

    try:
        module = importlib.import_module(name)
        if hasattr(module, "test_main"):
            module.test_main()
        else:
            loader = unittest.TestLoader()
            suite = loader.loadTestsFromModule(module)
            for error in loader.errors:
                tell(name, "error", error)
            run_suite(suite)
        tell(name, "ok")
    except unittest.SkipTest as skip:
        tell(name, "skipped", str(skip))
    except Exception:
        tell(name, "error", traceback.format_exc())


if __name__ == "__main__":
    main()
