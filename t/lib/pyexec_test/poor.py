"""Runs a command on a machine that lacks something.

Usage: python3 poor.py LACK... -- COMMAND...

    call:NAME=ERROR     the system call fails so, ERROR as in errno, or kills
    clone:ERROR         clone() does, where it is to make a namespace
    sysctl:NAME=VALUE   in a user namespace that has all users
    cover:PATH          something is mounted there, as on parts of /proc in
                        containers
    empty:PATH          nothing is below it
    chroot              the root directory is not that of the machine

All but the calls need root.
"""

import ctypes
import errno
import os
import sys
import tempfile

CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
PR_SET_NO_NEW_PRIVS = 38

# Of clone(): time, cgroup, uts, ipc, user, pid, net, mount.
NAMESPACES = (0x80, 0x2000000, 0x4000000, 0x8000000, CLONE_NEWUSER,
              0x20000000, 0x40000000, CLONE_NEWNS)

SCMP_ACT_ALLOW, SCMP_ACT_ERRNO, SCMP_ACT_KILL = 0x7fff0000, 0x50000, 1 << 31
SCMP_FLTATR_CTL_NNP, SCMP_CMP_MASKED_EQ = 3, 7

libc = ctypes.CDLL(None, use_errno=True)


class Comparison(ctypes.Structure):
    _fields_ = [("argument", ctypes.c_uint), ("operator", ctypes.c_int),
                ("mask", ctypes.c_uint64), ("value", ctypes.c_uint64)]


def done(result):
    if result != 0:
        number = ctypes.get_errno() or -result
        raise OSError(number, os.strerror(number))


def forbid(rules):
    """A seccomp filter, for (name, action, bits of the first argument)."""
    seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(seccomp.seccomp_init(SCMP_ACT_ALLOW))

    if os.geteuid() == 0:
        # As in a container, where no_new_privs may not be set.
        done(seccomp.seccomp_attr_set(context, SCMP_FLTATR_CTL_NNP, 0))

    for name, action, bits in rules:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        comparisons = (Comparison * 1)(
            Comparison(0, SCMP_CMP_MASKED_EQ, bits, bits))
        done(seccomp.seccomp_rule_add_array(
            context, ctypes.c_uint(action), number, 1 if bits else 0,
            comparisons))

    done(seccomp.seccomp_load(context))


def action(error):
    if error == "kill":
        return SCMP_ACT_KILL

    return SCMP_ACT_ERRNO | getattr(errno, error)


def private_mounts():
    done(libc.unshare(CLONE_NEWNS))
    done(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None))


def mount(source, path, kind, flags=0):
    done(libc.mount(source.encode(), path.encode(), kind, flags, None))


def all_users():
    """A user namespace in which every user is who it is outside."""
    begin, began = os.pipe()
    mapped, told = os.pipe()
    parent = os.getpid()

    if os.fork() == 0:
        os.read(begin, 1)

        for file in "uid_map", "gid_map":
            with open(f"/proc/{parent}/{file}", "w", encoding="ascii") as ids:
                ids.write("0 0 4294967295\n")

        os.write(told, b".")
        os._exit(0)

    done(libc.unshare(CLONE_NEWUSER))
    os.write(began, b".")
    os.read(mapped, 1)
    os.wait()
    os.closerange(3, max(begin, began, mapped, told) + 1)


def sysctl(name, value):
    all_users()

    with open(f"/proc/sys/{name}", "w", encoding="ascii") as file:
        file.write(value)


def enter(lacks):
    rules = []

    for lack in lacks:
        kind, _, rest = lack.partition(":")
        name, _, value = rest.partition("=")

        if kind == "call":
            rules.append((name, action(value), 0))
        elif kind == "clone":
            rules += [("clone", action(name), bit) for bit in NAMESPACES]
        elif kind == "sysctl":
            sysctl(name, value)
        elif kind == "cover":
            private_mounts()
            mount(name, name, None, MS_BIND)
        elif kind == "empty":
            private_mounts()
            mount("tmpfs", name, b"tmpfs")
        elif kind == "chroot":
            private_mounts()
            mount("/", tempfile.gettempdir(), None, MS_BIND | MS_REC)
            os.chroot(tempfile.gettempdir())
            os.chdir("/")

    if rules:
        forbid(rules)


if __name__ == "__main__":
    end = sys.argv.index("--")
    enter(sys.argv[1:end])
    os.execv(sys.argv[end + 1], sys.argv[end + 1:])
