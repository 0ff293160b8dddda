"""docs/cpython-tests.md, of what t/fidelity/cpython has found."""

import collections
import os
import sys

from .cpython import LEFT_OUT, POSTED, WAITING
from .cpython_reasons import BY_DESIGN, explained
from .server import TOP

PAGE = os.path.join(TOP, "docs", "cpython-tests.md")

TEXT = """\
# Python's own tests

CPython has tests for itself: {modules} modules of them, {tests:,} tests, are
run by `python3 main.py` and by the endpoint, with `pyexec_allow *` and generous
limits, without and with `pyexec_scratch`. What CPython does not test unless it
is asked to, as the network and what takes long, is not tested here. Each test
is to come out the same. This page says which do not, and why; it is written by

```sh
make test-cpython           # an hour or so; DOCS=1 writes this page, too
t/fidelity/cpython test_os  # some modules, after it
```

What each test came to is in `build/cpython/results/`. `t/fidelity/cpython.t`
runs thirty of the modules with every `make test`. The suite is that of Debian's
package `libpython{version}-testsuite`, which is unpacked and not installed: it
would bring Python itself to its own version.

| | without a scratch | with one |
|---|--:|--:|
{figures}

## Why they differ

By design:

| reason | | without a scratch | with one |
|---|---|--:|--:|
{reasons}

{others}

## Module by module

Tests that differ, of those that differ at all:

| module | tests | without a scratch | with one | reasons |
|---|--:|--:|--:|---|
{table}

## What is left out

{left_out}

{waiting}
"""

def write(results):
    """results: a dict of module to what each of the modes found of it."""
    why = {(name, mode): explained(found, mode)
           for name, found in results.items() for mode in POSTED}
    with open(PAGE, "w", encoding="utf-8") as page:
        page.write(TEXT.format(
            modules=len(results),
            version="%d.%d" % sys.version_info[:2],
            tests=sum(len(found["plain"]["tests"])
                      for found in results.values()),
            figures=figures(results, why), reasons=reasons(why),
            others=others(why), table=table(results, why),
            left_out=bullets(LEFT_OUT.items()), waiting=waiting()))


def figures(results, why):
    def row(text, number):
        return f"| {text} | " + " | ".join(
            f"{number(mode):,}" for mode in POSTED) + " |"

    def differing(mode, names):
        return sum(name in names for (_, where), tests in why.items()
                   if where == mode for name in tests.values())

    def same(mode):
        return sum(len(found["plain"]["tests"]) - len(why[name, mode])
                   for name, found in results.items())

    designed = {name for name, *_ in BY_DESIGN}
    return "\n".join([
        row("come out the same", same),
        row("differ by design", lambda mode: differing(mode, designed)),
        row("differ otherwise", lambda mode: differing(mode, {None}))])


def counted(why):
    """How often each reason holds in each mode."""
    found = collections.Counter()
    for (_, mode), tests in why.items():
        for name in tests.values():
            found[name, mode] += 1
    return found


def reasons(why):
    found = counted(why)
    return "\n".join(
        f"| {name} | {text} | {found[name, 'run']:,} | "
        f"{found[name, 'scratch']:,} |"
        for name, text, *_ in BY_DESIGN
        if found[name, "run"] or found[name, "scratch"])


def others(why):
    tests = sorted({test for found in why.values()
                    for test, given in found.items() if given is None})
    if not tests:
        return "No test differs for another reason."
    return ("Not by design, or not understood yet: "
            + ", ".join(f"`{test.removeprefix('test.')}`" for test in tests)
            + ".")


def table(results, why):
    rows = []
    for name, found in results.items():
        here = [why[name, mode] for mode in POSTED]
        if any(here):
            given = collections.Counter(
                reason or "?" for tests in here for reason in tests.values())
            rows.append(f"| {name} | {len(found['plain']['tests']):,} | "
                        + " | ".join(f"{len(tests):,}" for tests in here)
                        + f" | {', '.join(n for n, _ in given.most_common())}"
                        " |")
    return "\n".join(rows)


def bullets(pairs):
    return "\n".join(f"- `{name}`: {text}" for name, text in sorted(pairs))


def waiting():
    return ("Some tests wait for ever for a server in a thread, which has no "
            "socket here, and are left out of their modules:\n\n"
            + bullets((name, ", ".join(f"`{test}`" for test in tests))
                      for name, tests in WAITING.items()))
