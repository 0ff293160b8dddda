"""Limits of time on a machine that is slow, such as an emulated one.

PYEXEC_TEST_PATIENCE is how many times as long everything may take: what a
test waits for, and what a server grants a program.
"""

import os
import re

PATIENCE = int(os.environ.get("PYEXEC_TEST_PATIENCE", 1))

LIMIT = re.compile(r"(pyexec_timeout |pyexec_queue \d+ timeout=)(\d+)")

DEFAULTS = {
    "pyexec_timeout": f"pyexec_timeout {5 * PATIENCE}s;",
    "pyexec_queue": f"pyexec_queue 64 timeout={5 * PATIENCE}s;",
}


def patient(snippets):
    """The snippets of a configuration, with limits that are as much longer."""
    if PATIENCE == 1:
        return snippets

    longer = {
        name: LIMIT.sub(lambda limit: limit[1] + str(int(limit[2]) * PATIENCE),
                        text) if isinstance(text, str) else text
        for name, text in snippets.items()}

    longer["http"] += "".join(line for name, line in DEFAULTS.items()
                              if name not in longer["http"])

    return longer
