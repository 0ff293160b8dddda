"""Processes under the zygote's seccomp filter, without a zygote."""

import collections
import ctypes
import errno
import os
import platform
import signal
import traceback

from .case import PyexecTestCase
from .patience import PATIENCE

PR_SET_NO_NEW_PRIVS = 38
SECONDS = 20 * PATIENCE

# How a process ended, where a signal ended it, and the filter's way.
Died = collections.namedtuple("Died", "signal")
KILLED = Died(signal.SIGSYS)

# Arguments that are no good: a call that is let through does no harm.
BAD = (2 ** 64 - 1,) * 6

# In the upper half of a register, of which the kernel takes the lower.
HIGH = 1 << 32

LIBRARY = os.path.normpath(os.path.join(
    os.path.dirname(__file__), "..", "..", "..", "build", "unit",
    "filter.so"))

filter_so = ctypes.CDLL(LIBRARY, use_errno=True)
libc = ctypes.CDLL(None, use_errno=True)
libseccomp = ctypes.CDLL("libseccomp.so.2")

libc.syscall.restype = ctypes.c_long
filter_so.filter_abi_getpid32.restype = ctypes.c_long

X86_64 = platform.machine() == "x86_64"


class Options(ctypes.Structure):
    """pyexec_filter_options_t"""
    _fields_ = [(name, ctypes.c_int) for name in (
        "processes", "network", "scratch", "signals")]


NOTHING = {}
PROCESSES = {"processes": 1, "signals": 1}
NETWORK = {"network": 1, "signals": 1}
SCRATCH = {"scratch": 1, "signals": 1}
SIGNALS = {"signals": 1}
EVERYTHING = {"processes": 1, "network": 1, "scratch": 1, "signals": 1}


def number(name):
    """Of a system call; negative where this architecture has none."""
    return libseccomp.seccomp_syscall_resolve_name(name.encode())


def syscall(call, *args):
    """None, or the errno that a raw call of this name or number ends with."""
    if isinstance(call, str):
        call = number(call)

    ctypes.set_errno(0)

    if libc.syscall(*map(ctypes.c_ulong, (call, *args))) == -1:
        return errno.errorcode[ctypes.get_errno()]

    return None


def errno_of(function, *args):
    """None, or the errno of the OSError that the function raises."""
    try:
        function(*args)
    except OSError as error:
        return errno.errorcode[error.errno]

    return None


def check(result, step=b""):
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"{step}: {os.strerror(error)}")


def build(options):
    step = ctypes.c_char_p()
    check(filter_so.pyexec_filter_build(ctypes.byref(Options(**options)),
                                        ctypes.byref(step)), step.value)
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def install_base():
    check(filter_so.pyexec_filter_install_base(), "the base")


def install():
    check(filter_so.pyexec_filter_install(), "the filter")


def forked(function):
    """What a child's function came to: (its exit code, its last words).

    The code is as subprocess has it; what the function returned, if anything,
    is written down as repr() has it, and so is a traceback.
    """
    reader, writer = os.pipe()
    pid = os.fork()

    if pid == 0:
        code = 1

        try:
            os.close(reader)
            signal.alarm(SECONDS)
            value = function()
            words = "" if value is None else repr(value)
            code = 0
        except BaseException:
            words = traceback.format_exc()

        os.write(writer, words.encode(errors="replace")[:60000])
        os._exit(code)

    os.close(writer)

    with open(reader, encoding="utf-8", errors="replace") as pipe:
        words = pipe.read()

    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), words


def filtered(options, function, *args):
    """As forked(), of a process under the filter with these options."""
    def child():
        build(options)
        install()
        return function(*args)

    return forked(child)


class FilterTestCase(PyexecTestCase):

    def assertOutcome(self, want, options, function, *args):
        """It returns what is wanted, or dies as is wanted."""
        if isinstance(want, Died):
            want = -want.signal, ""
        else:
            want = 0, "" if want is None else repr(want)

        self.assertEqual(filtered(options, function, *args), want, options)

    def assertCall(self, want, options, *call):
        self.assertOutcome(want, options, syscall, *call)
