#!/usr/bin/python3
"""Process 1 of a run leaves the memory that it shares with its zygote alone.

It has the zygote's errno, heap and locks.  What it may call, once the zygote
goes on, is seen in the machine code: all that can be reached from its entry
and from its handler of signals.
"""

import collections
import os
import re
import subprocess

from pyexec_test import PyexecTestCase, main
from pyexec_test.server import MODULE

# They touch what they are given, and no errno; the last one does not return.
ALLOWED = {"memcpy", "memset", "clock_gettime", "__stack_chk_fail"}

FUNCTION = re.compile(r"^[0-9a-f]+ <([^>]+)>:$")
DIRECT = re.compile(r"<([\w.@]+?)(\+0x[0-9a-f]+)?>")
INDIRECT = re.compile(r"^(call|jmp)\w*\s+\*|^(blr|br)\s")
TLS = re.compile(r"%fs:(?!0x28\b)|tpidr_el0")


# As it is shipped: the one that tests take apart is of other code.
EXTENSION = os.path.join(os.path.dirname(MODULE), "pyexec_zygote.abi3.so")


def disassemble(path):
    """Instructions by function, without their addresses."""
    code = collections.defaultdict(list)
    name = None
    text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", path],
                          check=True, capture_output=True, text=True).stdout

    for line in text.splitlines():
        function = FUNCTION.match(line)

        if function:
            name = function[1]
        elif "\t" in line:
            code[name].append(line.split("\t", 1)[1].strip())

    return code


def reach(code, entry):
    """What an entry leads to: functions of ours, those of others, faults."""
    ours, others, faults = set(), set(), []
    waiting = [entry]

    while waiting:
        name = waiting.pop()

        if name in ours:
            continue

        ours.add(name)

        for line in code[name]:
            if INDIRECT.match(line) or TLS.search(line):
                faults.append(f"{name}: {line}")

            for target, offset in DIRECT.findall(line):
                if target.endswith("@plt"):
                    others.add(target.removesuffix("@plt"))
                elif target in code and not offset:
                    waiting.append(target)

    return ours, others, faults


class ProcessOne(PyexecTestCase):
    @classmethod
    def setUpClass(cls):
        cls.code = disassemble(EXTENSION)

    def assertLeavesMemoryAlone(self, entry):
        self.assertIn(entry, self.code)
        _, others, faults = reach(self.code, entry)
        self.assertEqual(others - ALLOWED, set())
        self.assertEqual(faults, [])

    def test_it_calls_nothing_that_writes_to_the_memory_of_the_zygote(self):
        self.assertLeavesMemoryAlone("pyexec_init")

    def test_nor_does_its_handler_of_signals(self):
        self.assertLeavesMemoryAlone("pyexec_init_kill")

    def test_what_it_does_is_seen(self):
        """Or the tests above would see nothing, and be content."""
        ours, others, _ = reach(self.code, "pyexec_init")
        self.assertIn("pyexec_cgroup_file_events", ours)
        self.assertIn("clock_gettime", others)

        # What the zygote calls for the same message.
        _, others, _ = reach(self.code, "pyexec_wire_send")
        self.assertLessEqual({"__errno_location", "sendmsg"}, others)


if __name__ == "__main__":
    main()
