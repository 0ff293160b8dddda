"""Run the tests of a file and stream TAP to standard output."""

import signal
import sys
import unittest

import tap

from .server import Server


def main(*cases):
    """Run these test cases in this order, or all of the file's by name.

    The plan comes last, so that a run that is cut short has none and fails.
    """
    loader = unittest.defaultTestLoader
    module = sys.modules["__main__"]
    names = sys.argv[1:]

    if names:
        suite = loader.loadTestsFromNames(names, module)
    elif cases:
        suite = unittest.TestSuite(map(loader.loadTestsFromTestCase, cases))
    else:
        suite = loader.loadTestsFromModule(module)

    if suite.countTestCases() == 0:
        print("Bail out! No tests in this file.")
        sys.exit(1)

    # A program under test prints anything; TAP is UTF-8, a line at a time.
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace",
                           line_buffering=True)

    plain_signals()
    runner = tap.TAPTestRunner()
    runner.set_stream(True)
    runner.set_format("{method_name}")

    try:
        successful = runner.run(suite).wasSuccessful()
    finally:
        Server.kill_all()

    sys.exit(0 if successful else 1)


def plain_signals():
    """Undo what whoever started us ignores: nginx would inherit it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))

    for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGALRM,
                   signal.SIGUSR1, signal.SIGUSR2, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
