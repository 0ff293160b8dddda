"""Why a test of CPython's comes out otherwise in a run than by python3."""

import re

from .cpython import differences

# In this order, the first that fits: a name; what is said of it in the
# documentation; where it holds, as a pattern of the modes; a pattern of the
# test's name and its message.
BY_DESIGN = (
    ("no network", "A run has no network, and no loopback either: `socket()` "
     "fails for all families but those of `socketpair()`.", ".*",
     r"Network is unreachable|Address family not supported|IPv6 |IPv6$"
     r"|functional unix bind|Can not create socket|server\.sockets|srv_socks"
     r"|srv\.sockets|socket\.gaierror: \[Errno -3\]|dualstack_ipv6"
     r"|requires (ip|ifconfig)$"
     r"|test_audit\..*\.test_socket$|SysLog.*\.test_udp_reconnection$"),
    ("no terminals", "There are no terminals, and no devices to make some.",
     ".*", r"openpty|out of pty devices|tcsetpgrp|pty\.fork"),
    ("no files", "Without `pyexec_scratch` no file can be written, and "
     "processes have no semaphores in common.", "run",
     r"Forbidden operation: (open with mode|os\.open for writing)"
     r"|No usable temporary directory|Permission denied|os\.chmod\(\)"
     r"|symlink implementation|extended attribute|'temp_dir'"
     r"|No such file or directory: '@test_|Unexpected handlers: "
     r"|_multiprocessing\.SemLock"),
    ("the library", "What Python needs is read-only: to delete a file that "
     "is not there says so, and not that it is not there.", ".*",
     r"Read-only file system: '.*/(lib|cpython)/"),
    ("the policy", "The policy refuses shells, and processes that are "
     "started by `os`, to libraries as well.", ".*",
     r"Forbidden operation: (os\.|subprocess\.)|\.test_fexecve$"),
    ("python3 -I -B", "The interpreter of a run is started with `-I` and "
     "`-B`: it reads no environment and writes no bytecode.", ".*",
     r"-E was given|ignore_environment|PYTHONSAFEPATH|writing bytecode"
     r"|dont_write_bytecode|byte-compile disabled"),
    ("the limits", "No file is larger than the scratch space, and no limit can "
     "be raised.", ".*",
     r"File too large|largefile support|start new thread"
     r"|test_fsize_ismax|raise maximum limit|test_no_leaking$"),
    ("the kernel's calls", "The seccomp filter has no rule for it.", ".*",
     r"memfd_create|fcntl_64_bit|set(re|res)[ug]id|extended attribute"),
    ("users", "A run knows one user, itself.", ".*", r"in test_chown_"),
)


def reason(mode, test, message):
    """Its name, or None."""
    text = f"{test}\n{message}"
    for name, _, modes, pattern in BY_DESIGN:
        if re.fullmatch(modes, mode) and re.search(pattern, text, re.M):
            return name
    return None


def explained(results, mode):
    """The tests of a module that differ in a mode: to their reason, or None.

    What differs without a scratch and does not with one, differs for that.
    """
    found = {test: reason(mode, test, message) for test, (_, _, message)
             in differences(results["plain"], results[mode]).items()}
    if mode == "run" and "scratch" in results:
        other = differences(results["plain"], results["scratch"])
        for test, name in found.items():
            if name is None and test not in other:
                found[test] = "no files"
    return found
