#!/usr/bin/python3

"""The seccomp filter, call by call: what no run may make.

The arguments are no good, so that a call which the filter lets through fails
with another errno, and does no harm.
"""

import os
import platform
import tempfile
import unittest

from pyexec_test import main
from pyexec_test.filtered import (
    BAD, EVERYTHING, KILLED, NOTHING, PROCESSES, X86_64, FilterTestCase,
    filter_so, filtered, forked, number, syscall)

# Each of these is one test, under the least and the most that runs may do.

ATTACKS = """
    ptrace process_vm_readv process_vm_writev pidfd_getfd kcmp
    bpf perf_event_open userfaultfd modify_ldt lookup_dcookie
    add_key request_key keyctl
    mount umount2 pivot_root fsopen fsconfig fsmount fspick open_tree
    move_mount mount_setattr open_by_handle_at fanotify_init fanotify_mark
    init_module finit_module delete_module kexec_load kexec_file_load reboot
    swapon swapoff quotactl quotactl_fd acct iopl ioperm
"""

REFUSED = """
    unshare setns chroot sethostname setdomainname settimeofday
    clock_settime clock_adjtime adjtimex syslog
    setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid
    capset
    inotify_init inotify_init1 inotify_add_watch inotify_rm_watch
    memfd_create memfd_secret shmget shmat semget msgget mq_open
    setxattr lsetxattr fsetxattr removexattr
    sync syncfs name_to_handle_at vmsplice tee io_setup io_submit
    move_pages migrate_pages process_madvise process_mrelease
    sched_setattr
"""

MISSING = """
    clone3 openat2 io_uring_setup io_uring_enter io_uring_register
    seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self
"""


class Calls(FilterTestCase):
    """Filled below: a test for each call."""

    def check(self, call, outcome):
        if isinstance(call, str) and number(call) < 0:
            self.skipTest(f"this architecture has no {call}()")

        for options in NOTHING, EVERYTHING:
            self.assertCall(outcome, options, call, *BAD)


def add(story, call, outcome):
    setattr(Calls, "test_" + story.replace(" ", "_"),
            lambda self: self.check(call, outcome))


for name in ATTACKS.split():
    add(f"{name} kills", name, KILLED)

for name in REFUSED.split():
    add(f"{name} is refused", name, "EPERM")

for name in MISSING.split():
    add(f"{name} is not there", name, "ENOSYS")

for new in 451, 600, 100000:
    add(f"call {new} of newer kernels is not there", new, "ENOSYS")


@unittest.skipUnless(X86_64, "other ABIs of the processor are x86's")
class Abis(FilterTestCase):

    def test_a_32_bit_call_kills(self):
        if forked(filter_so.filter_abi_getpid32)[0] != 0:
            self.skipTest("this kernel has no 32-bit calls")

        self.assertOutcome(KILLED, NOTHING, filter_so.filter_abi_getpid32)
        self.assertOutcome(KILLED, EVERYTHING, filter_so.filter_abi_getpid32)

    def test_an_x32_call_kills(self):
        for name in "getpid", "ptrace", "read":
            self.assertCall(KILLED, EVERYTHING, 0x40000000 | number(name))

    def test_the_number_minus_one_does_nothing(self):
        code, words = filtered(EVERYTHING, syscall, 2 ** 64 - 1)
        self.assertEqual(code, 0)
        self.assertIn(words, ("'EPERM'", "'ENOSYS'"))


# Begins at 0x10054, calls getpid() and then exit(0):
#     mov r7, #20; svc 0; mov r7, #1; mov r0, #0; svc 0
ARM = bytes.fromhex(
    "7f454c4601010100" + "00" * 8 +
    "02002800" "01000000" "54000100" "34000000" "00000000" "00000005"
    "3400" "2000" "0100" "0000" "0000" "0000"
    "01000000" "00000000" "00000100" "00000100" "68000000" "68000000"
    "05000000" "00000100"
    "1470a0e3" "000000ef" "0170a0e3" "0000a0e3" "000000ef")


@unittest.skipUnless(platform.machine() == "aarch64",
                     "programs of 32 bits are Arm's")
class ArmPrograms(FilterTestCase):

    def test_a_32_bit_program_is_killed_by_its_first_call(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "program")

            with open(path, "wb") as file:
                file.write(ARM)

            os.chmod(path, 0o755)

            if forked(lambda: os.execv(path, [path]))[0] != 0:
                self.skipTest("this processor has no 32-bit programs")

            for options in PROCESSES, EVERYTHING:
                self.assertOutcome(KILLED, options, os.execv, path, [path])


if __name__ == "__main__":
    main()
