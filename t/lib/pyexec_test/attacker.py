"""What each attacking program begins with; attack.py sends it along.

It runs inside, in an interpreter of its own: nothing of the tests is there.
"""

import ctypes
import errno
import json
import os
import sys
import types

# What the attack is aimed at: names and numbers of the host.
target = types.SimpleNamespace(**json.loads(sys.argv[1]))

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long

libseccomp = ctypes.CDLL("libseccomp.so.2")

AT_FDCWD = -100

# What a call that is not for programs may answer.
REFUSED = ("EPERM", "EACCES", "ENOSYS", "SIGSYS")

attempts = 0


class InVain(Exception):
    """An attack that was not refused, but that came to nothing."""


def found(things):
    """What a search brought home."""
    things = list(things)

    if not things:
        raise InVain

    return things


def call(which, *args):
    """A system call by name or number, without a word of the C library."""
    number = which if isinstance(which, int) else (
        libseccomp.seccomp_syscall_resolve_name(which.encode()))

    # What other processors have, and this one has not.
    if number != which and number < 0:
        raise OSError(errno.ENOSYS, which)

    args = [ctypes.c_long(a) if isinstance(a, int) else a for a in args]
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *args)

    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))

    return result


def attempt(name, attack, *expected):
    """Try one attack and tell how it came out.

    That is an errno's name, an exception's, or "got" with what attack()
    returned; "expected" are those that mean that it failed.  An attack that
    killed the whole program is left out the next time.
    """
    global attempts
    attempts += 1

    if attempts < target.first or attempts in target.deadly:
        return

    tell(attempts, name, expected, None)

    try:
        outcome = f"got {attack()!r}"[:500]
    except OSError as error:
        outcome = errno.errorcode.get(error.errno, str(error))
    except Exception as error:
        outcome = type(error).__name__

    tell(attempts, name, expected, outcome)


def tell(*words):
    os.write(1, b"attempt " + json.dumps(words).encode("ascii") + b"\n")


def read(path):
    with open(path, "rb") as file:
        return file.read(4096)


def unlike(text):
    """What was read, if it is what the host keeps secret."""
    if target.secret.encode("ascii") not in text:
        raise InVain

    return text


def in_child(attack):
    """What attack() returns, or raises, in a process of its own.

    A child that is killed gives the name of its signal, as an exception.
    """
    ours, theirs = os.pipe()
    child = os.fork()

    if child == 0:
        os.close(ours)

        try:
            said = ["got", repr(attack())]
        except OSError as error:
            said = ["errno", error.errno]
        except BaseException as error:
            said = ["raised", type(error).__name__]

        os.write(theirs, json.dumps(said).encode("ascii"))
        os._exit(0)

    os.close(theirs)

    with open(ours, "rb") as pipe:
        said = pipe.read()

    status = os.waitpid(child, 0)[1]

    if not said:
        import signal
        number = os.waitstatus_to_exitcode(status)
        raise type(signal.Signals(-number).name if number < 0
                   else "Ended", (Exception,), {})

    how, what = json.loads(said)

    if how == "errno":
        raise OSError(what, os.strerror(what or 0))

    if how == "raised":
        raise type(what, (Exception,), {})

    return what
