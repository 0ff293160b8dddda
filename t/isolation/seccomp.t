#!/usr/bin/python3

"""The seccomp filter: rules that look at the arguments of calls."""

import ctypes
import errno
import fcntl
import os
import signal
import struct
import sys
import tempfile
import termios
import unittest

from pyexec_test import main
from pyexec_test.filtered import (
    BAD, EVERYTHING, HIGH, KILLED, NOTHING, PROCESSES, SCRATCH, SIGNALS,
    X86_64, Died, FilterTestCase, build, errno_of, filter_so, forked,
    install, install_base, number, syscall)


class Clones(FilterTestCase):
    SIGCHLD = signal.SIGCHLD
    THREAD = 0x10000
    PARENT = 0x8000
    PTRACE = 0x2000

    def test_clone_into_a_new_namespace_of_any_kind_kills(self):
        for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000,
                     0x20000000, 0x40000000):
            for more in 0, self.THREAD, HIGH:
                self.assertCall(KILLED, EVERYTHING, "clone",
                                flag | more | self.SIGCHLD, 0, 0, 0, 0)
            self.assertCall(KILLED, NOTHING, "clone",
                            flag | self.THREAD, 0, 0, 0, 0)

    def test_no_child_is_beside_the_run_or_traced(self):
        for flag in self.PARENT, self.PTRACE:
            self.assertCall("EPERM", EVERYTHING, "clone",
                            flag | self.SIGCHLD, 0, 0, 0, 0)

    def test_a_run_without_processes_cannot_fork(self):
        for name in "fork", "vfork":
            if number(name) >= 0:
                self.assertCall("EPERM", SIGNALS, name)
        self.assertCall("EPERM", SIGNALS, "clone", self.SIGCHLD, 0, 0, 0, 0)
        self.assertCall("EPERM", SIGNALS, "clone", 0x4111, 0, 0, 0, 0)
        self.assertOutcome("EPERM", SIGNALS, errno_of, os.fork)
        self.assertOutcome("EPERM", SIGNALS, errno_of, os.posix_spawn,
                           "/bin/true", ["true"], {})

    def test_a_run_without_processes_cannot_execute_a_program(self):
        self.assertOutcome("EPERM", SIGNALS, errno_of, os.execv, "/bin/true",
                           ["true"])
        self.assertCall("EPERM", SIGNALS, "execveat", *BAD)

    def test_a_run_with_processes_can(self):
        self.assertOutcome(None, PROCESSES, os.execv, "/bin/true", ["true"])
        self.assertOutcome(None, PROCESSES, errno_of, self.fork)

    @staticmethod
    def fork():
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)


class Signals(FilterTestCase):
    """Signal 0 would be refused or allowed just the same."""

    def test_without_a_pid_namespace_no_other_process_is_signalled(self):
        other = os.getpid()

        for pid in other, 0, -1, -other, 1:
            self.assertOutcome("EPERM", NOTHING, errno_of, os.kill, pid, 0)

        self.assertCall("EPERM", NOTHING, "tgkill", other, other, 0)
        self.assertCall("EPERM", NOTHING, "tkill", other, 0)
        self.assertCall("EPERM", NOTHING, "rt_sigqueueinfo", other, 0, 0)
        self.assertCall("EPERM", NOTHING, "rt_tgsigqueueinfo", other, other,
                        0, 0)
        self.assertCall("EPERM", NOTHING, "pidfd_send_signal", *BAD)

    def test_with_one_it_is(self):
        other = os.getpid()
        self.assertOutcome(None, SIGNALS, errno_of, os.kill, other, 0)
        self.assertCall(None, SIGNALS, "tgkill", other, other, 0)
        self.assertCall("EBADF", SIGNALS, "pidfd_send_signal", *BAD[:1], 0, 0,
                        0)

    def test_it_signals_itself_either_way(self):
        for options in NOTHING, SIGNALS:
            for one in signal.SIGTERM, signal.SIGINT, signal.SIGSEGV:
                self.assertOutcome(Died(one), options, self.end, one)
            self.assertOutcome(Died(signal.SIGABRT), options, os.abort)
            self.assertOutcome(Died(signal.SIGUSR1), options,
                               signal.raise_signal, signal.SIGUSR1)

    @staticmethod
    def end(one):
        signal.signal(one, signal.SIG_DFL)
        os.kill(os.getpid(), one)

    def test_it_is_the_pid_of_each_run_and_not_of_the_first(self):
        def zygote():
            build(NOTHING)
            install_base()
            return [forked(run) for _ in range(2)]

        def run():
            install()
            return errno_of(os.kill, os.getpid(), 0), errno_of(
                os.kill, os.getppid(), 0)

        self.assertEqual(forked(zygote),
                         (0, repr([(0, "(None, 'EPERM')")] * 2)))

    def test_no_descriptor_signals_another_process(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        self.addCleanup(os.close, writer)

        for command in fcntl.F_SETOWN, 15:
            self.assertCall("EPERM", NOTHING, "fcntl", reader, command,
                            os.getpid())
        self.assertCall("EPERM", EVERYTHING, "ioctl", reader, 0x8901, 0)

    def test_no_other_process_is_slowed_down_or_limited(self):
        other = os.getpid()
        who = (("sched_setaffinity", other), ("sched_setparam", other),
               ("sched_setscheduler", other), ("prlimit64", other),
               ("setpriority", 0, other), ("setpriority", 1, 0),
               ("setpriority", 2, 0), ("ioprio_set", 1, other),
               ("ioprio_set", 3, 0))

        for name, *args in who:
            self.assertCall("EPERM", NOTHING, name, *args, 0, 0)

    def test_a_process_changes_itself(self):
        cpus = os.sched_getaffinity(0)

        for options in NOTHING, SIGNALS:
            self.assertOutcome(None, options, os.sched_setaffinity, 0, cpus)
            self.assertOutcome(None, options, os.setpriority,
                               os.PRIO_PROCESS, 0, 19)
            self.assertOutcome(None, options, self.nice)

    @staticmethod
    def nice():
        import resource
        os.nice(1)
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


class Processes(FilterTestCase):

    def prctl(self, want, options, option, *args):
        self.assertCall(want, options, "prctl", option, *args,
                        *(0,) * (4 - len(args)))

    def test_it_does_not_make_itself_dumpable_or_undo_what_was_done(self):
        # DUMPABLE, KEEPCAPS, SECCOMP, CAPBSET_DROP, SECUREBITS, MM,
        # CHILD_SUBREAPER, CAP_AMBIENT, PTRACER
        for option in 4, 8, 22, 24, 28, 35, 36, 47, 0x59616d61:
            for high in 0, HIGH:
                self.prctl("EPERM", EVERYTHING, option | high, 1)

    def test_it_has_the_options_that_programs_use(self):
        self.prctl(None, NOTHING, 15, ctypes.addressof(
            ctypes.create_string_buffer(b"name")))
        self.prctl(None, NOTHING, 38, 1)
        self.prctl(None, NOTHING, 29, 50000)

    def test_only_in_a_pid_namespace_it_chooses_when_to_die(self):
        self.prctl("EPERM", NOTHING, 1, 0)
        self.prctl(None, SIGNALS, 1, signal.SIGKILL)

    def test_personality_is_for_asking(self):
        self.assertCall(None, NOTHING, "personality", 0xffffffff)
        for value in 0, 0x0400000, 0x0040000, 8:
            self.assertCall("EPERM", EVERYTHING, "personality", value)

    @unittest.skipUnless(X86_64, "arch_prctl() is x86's")
    def test_arch_prctl_maps_no_foreign_vdso(self):
        for option in 0x2001, 0x2002, 0x2003:
            self.assertCall("EPERM", EVERYTHING, "arch_prctl", option, 0)

    def test_the_filter_stays_for_programs_that_it_starts(self):
        def execute():
            code = ("import ctypes; "
                    f"ctypes.CDLL(None).syscall({number('ptrace')}, -1, -1)")
            os.execv(sys.executable, [sys.executable, "-IS", "-c", code])

        self.assertOutcome(KILLED, PROCESSES, execute)


class Files(FilterTestCase):

    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.path = os.path.join(self.dir.name, "file")

        with open(self.path, "w", encoding="utf-8") as file:
            file.write("text")

    def test_without_a_scratch_space_modes_owners_and_times_stay(self):
        changes = ((os.chmod, self.path, 0o777),
                   (os.chown, self.path, os.getuid(), os.getgid()),
                   (os.lchown, self.path, os.getuid(), os.getgid()),
                   (os.utime, self.path), (os.truncate, self.path, 0),
                   (self.on_descriptor, os.fchmod, 0o777),
                   (self.on_descriptor, os.fchown, os.getuid(), os.getgid()),
                   (self.on_descriptor, os.utime))

        for change in changes:
            self.assertOutcome("EPERM", SIGNALS, errno_of, *change)
            self.assertOutcome(None, SCRATCH, errno_of, *change)

    def on_descriptor(self, change, *args):
        with open(self.path, "rb") as file:
            change(file.fileno(), *args)

    def test_extended_attributes_are_never_set(self):
        self.assertOutcome("EPERM", SCRATCH, errno_of, os.setxattr, self.path,
                           "user.x", b"x")

    def open(self, flags):
        os.close(os.open(self.path, flags))

    def test_a_file_that_is_read_is_not_truncated(self):
        for mode in os.O_RDONLY, 3:
            self.assertOutcome("EPERM", SIGNALS, errno_of, self.open,
                               mode | os.O_TRUNC)

            if number("open") >= 0:
                path = ctypes.create_string_buffer(self.path.encode())
                self.assertCall("EPERM", SIGNALS, "open",
                                ctypes.addressof(path), mode | os.O_TRUNC)

        self.assertEqual(os.path.getsize(self.path), 4)

    def test_the_null_device_is_opened_in_every_mode(self):
        for mode in "rb", "wb", "ab", "r+b", "w+b":
            self.assertOutcome(None, SIGNALS, errno_of,
                               lambda: open("/dev/null", mode).close())

    def test_only_with_a_scratch_space_there_are_locks(self):
        def flock():
            with open(self.path, "rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)

        def lockf():
            with open(self.path, "r+b") as file:
                fcntl.lockf(file, fcntl.LOCK_EX)

        def test():
            with open(self.path, "rb") as file:
                fcntl.fcntl(file, fcntl.F_GETLK,
                            struct.pack("hhqqi4x", 0, 0, 0, 0, 0))

        for lock in flock, lockf, test:
            self.assertOutcome("EPERM", SIGNALS, errno_of, lock)
            self.assertOutcome(None, SCRATCH, errno_of, lock)

        # F_OFD_*, too; with a bad address for the lock
        for command in (fcntl.F_GETLK, fcntl.F_SETLK, fcntl.F_SETLKW, 36, 37,
                        38):
            self.assertCall("EPERM", SIGNALS, "fcntl", 0, command, 0)
            self.assertCall("EFAULT", SCRATCH, "fcntl", 0, command, 0)

    def test_there_are_no_leases(self):
        def lease():
            with open(self.path, "rb") as file:
                fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)

        self.assertOutcome("EPERM", EVERYTHING, errno_of, lease)

    def test_terminal_input_is_not_forged(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        self.addCleanup(os.close, writer)

        for request in termios.TIOCSTI, termios.TIOCLINUX:
            for high in 0, HIGH:
                self.assertCall(KILLED, EVERYTHING, "ioctl", reader,
                                request | high, 0)

    def test_a_pipe_is_no_terminal(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        self.addCleanup(os.close, writer)

        self.assertOutcome("ENOTTY", NOTHING, self.attributes, reader)
        self.assertOutcome("ENOTTY", NOTHING, errno_of, os.get_terminal_size,
                           reader)
        self.assertCall("EPERM", NOTHING, "ioctl", reader, 0x5437, 0)

    @staticmethod
    def attributes(descriptor):
        try:
            termios.tcgetattr(descriptor)
        except termios.error as error:
            return errno.errorcode[error.args[0]]


class Zygotes(FilterTestCase):
    """The base alone, and what of it a run loses."""

    CALLS = (("unshare", 0), ("mount", *BAD), ("umount2", *BAD),
             ("setns", *BAD), ("clone3", 0, 0), ("capset", *BAD),
             ("setresuid", *BAD[:3]), ("landlock_restrict_self", *BAD),
             ("prctl", 4, 0), ("prctl", 36, 0), ("seccomp", 99, 0, 0))

    def test_the_base_leaves_what_isolates_runs(self):
        def zygote():
            build(NOTHING)
            before = [syscall(*call) for call in self.CALLS]
            install_base()
            after = [syscall(*call) for call in self.CALLS]
            return before == after or (before, after)

        self.assertEqual(forked(zygote), (0, "True"))

    def test_the_base_lets_a_zygote_fork_runs_that_may_not(self):
        def zygote():
            build(NOTHING)
            install_base()
            os.kill(os.getppid(), 0)
            return forked(run)

        def run():
            install()
            return errno_of(os.fork)

        self.assertEqual(forked(zygote), (0, repr((0, "'EPERM'"))))

    def test_the_base_already_keeps_attacks_away(self):
        def zygote(name):
            build(NOTHING)
            install_base()
            syscall(name, *BAD)

        for name in "ptrace", "bpf", "keyctl":
            self.assertEqual(forked(lambda: zygote(name)),
                             (-signal.SIGSYS, ""))

    def test_nothing_is_installed_that_was_not_built(self):
        self.assertEqual(forked(filter_so.pyexec_filter_install)[1], "-1")


if __name__ == "__main__":
    main()
