#!/usr/bin/python3
"""Each layer of the isolation matters: without it an attack comes through.

One program attacks all layers.  With all of them in place every attempt is in
vain; with one of them taken away, that one's is not.
"""

import ctypes
import os
import socket
import unittest

from pyexec_test import (MODULE, AttackCase, StartFailure, WithoutLayers,
                         main)

MEMORY = 32 << 20

ATTACKS = """
import fcntl, mmap

def namespace(kind):
    number = os.stat("/proc/self/ns/" + kind).st_ino
    return found([kind] if number in target.namespaces[kind] else [])

def lines(path, text):
    with open(path, "rb") as file:
        return found(line for line in file if text in line)

def filled():
    area = mmap.mmap(-1, 2 * target.memory)
    for offset in range(0, len(area), 4096):
        area[offset] = 1
    return len(area)

def descriptors():
    try:
        for _ in range(1000):
            last = os.dup(0)
        return last
    finally:
        os.closerange(3, 2000)

def capabilities():
    data = (ctypes.c_uint * 6)()
    call("capget", (ctypes.c_uint * 2)(0x20080522, 0), data)
    return found(word for word in data if word)

IN_VAIN = ("InVain", "ENOENT", "EACCES", "EPERM", "ESRCH", "ENOMEM",
           "EROFS", "EBADF", "Forbidden operation: os.system")

for name, attack in {
    "guard: a shell": lambda: vars(os)["sys" + "tem"]("true"),
    "userns: the interpreter's users": lambda: namespace("user"),
    "pid: the interpreter's processes": lambda: namespace("pid"),
    "pid: a process of the host": lambda: os.getsid(target.pid),
    "mount: the interpreter's mounts": lambda: namespace("mnt"),
    "view: a file of the host": lambda: unlike(read(target.files[0])),
    "view: a file of nginx":
        lambda: read(os.path.join(target.prefix, "nginx.conf")),
    "net: the host's network": lambda: namespace("net"),
    "net: a socket of the host": lambda: lines(
        "/proc/self/net/unix", target.abstract.encode()),
    "ipc: the host's memory": lambda: namespace("ipc"),
    "uts: the host's name": lambda: namespace("uts"),
    "cgroup: the host's groups": lambda: namespace("cgroup"),
    "proc: a process of the host in /proc":
        lambda: read(f"/proc/{target.pid}/stat"),
    "landlock: a device": lambda: os.close(
        call("openat", AT_FDCWD, b"/dev/random", os.O_WRONLY)),
    "seccomp: a userfaultfd": lambda: call("userfaultfd", 1),
    "seccomp: io_uring": lambda: call("io_uring_setup", 4, bytes(120)),
    "rlimits: more memory": filled,
    "rlimits: more descriptors": descriptors,
    "nnp: new privileges":
        lambda: found([] if call("prctl", 39, 0, 0, 0, 0) else ["new"]),
    "caps: a capability": capabilities,
    "dumpable: memory as a file":
        lambda: os.close(os.open("/proc/self/mem", os.O_RDONLY)),
}.items():
    attempt(name, attack, *IN_VAIN)
"""

# In process isolation: files are Landlock's alone.
READ = """
attempt("landlock: a file of the host",
        lambda: unlike(read(target.files[-1])), "EACCES")
"""

# As in the header that has the switch.
LAYERS = ("guard", "userns", "pid", "mount", "view", "net", "ipc", "uts",
          "cgroup", "proc", "landlock", "seccomp", "rlimits", "nnp", "caps",
          "dumpable")

# No more than one of the kernel's own conditions holds it: without it nginx
# does not start, and says what failed.
CONDITIONS = {"nnp": "seccomp: Permission denied"}

CONF = {"server": f"""
    pyexec_memory {MEMORY};
    location /process {{ pyexec on; pyexec_isolation process; }}
"""}


@unittest.skipUnless(os.geteuid() == 0, "only root sees whose namespaces "
                     "are those of an interpreter")
class Layers(AttackCase):
    conf = CONF
    without = ()

    def outcomes(self, server):
        """Of all attempts at this server, in both ways of isolation."""
        server.post("")
        here = {"user", "pid", "mnt", "net", "ipc", "uts", "cgroup"}
        namespaces = {kind: [os.stat(f"/proc/{pid}/ns/{kind}").st_ino
                             for pid in ["self", *server.zygote_pids()]
                             if pid == "self"
                             or kind in ("user", "pid", "mnt")]
                      for kind in here}
        outcomes = self.attack(ATTACKS, server=server, aim={
            "memory": MEMORY, "namespaces": namespaces})
        outcomes.update(self.attack(READ, "/process", server=server))

        return outcomes

    def come_through(self, outcomes):
        return {name.split(":")[0] for name, outcome in outcomes.items()
                if outcome.startswith("got")}

    def test_with_all_layers_every_attempt_is_in_vain(self):
        outcomes = self.outcomes(self.server)
        self.assertEqual(self.come_through(outcomes), set(), outcomes)
        self.assertEqual({name.split(":")[0] for name in outcomes},
                         set(LAYERS))

    def check(self, layer):
        server = WithoutLayers((layer,), **CONF)
        self.addCleanup(server.remove)
        self.addCleanup(server.kill)

        if layer in CONDITIONS:
            with self.assertRaisesRegex(StartFailure, CONDITIONS[layer]):
                server.start()
        else:
            server.start()
            outcomes = self.outcomes(server)
            self.assertIn(layer, self.come_through(outcomes), outcomes)
            self.end(server)


SOCKETS = """
import socket

def connect(family, kind, address):
    with socket.socket(family, kind) as one:
        one.connect(address)
        return "connected"

attempt("TCP", lambda: connect(
    socket.AF_INET, socket.SOCK_STREAM, tuple(target.tcp)), "EACCES")
attempt("UDP", lambda: connect(
    socket.AF_INET, socket.SOCK_DGRAM, tuple(target.udp)), "EACCES")
attempt("unix", lambda: connect(
    socket.AF_UNIX, socket.SOCK_STREAM, target.unix), "EACCES")
"""

# Since which version of Landlock: ABI, socket.
SINCE = {"TCP": 4, "unix": 9, "UDP": 10}


def landlock_abi():
    return ctypes.CDLL(None).syscall(444, None, 0, 1)


class SocketsOfLandlock(AttackCase):
    """Neither seccomp nor a namespace of its own is between it and these."""

    conf = CONF
    without = ("guard", "seccomp")

    def test_each_kind_is_refused_since_a_version(self):
        path = os.path.join(self.server.prefix, "socket")

        with socket.create_server(("127.0.0.1", 0)) as tcp, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, \
                socket.socket(socket.AF_UNIX) as unix:
            udp.bind(("127.0.0.1", 0))
            unix.bind(path)
            unix.listen()
            os.chmod(path, 0o777)
            outcomes = self.attack(SOCKETS, "/process", aim={
                "tcp": tcp.getsockname(), "udp": udp.getsockname(),
                "unix": path})

        abi = landlock_abi()
        self.assertEqual(dict(outcomes), {
            kind: "EACCES" if abi >= since else "got 'connected'"
            for kind, since in SINCE.items()})


@unittest.skipUnless(os.geteuid() == 0, "only root sees what an interpreter "
                     "has loaded")
class TheSwitch(AttackCase):
    """Of a build that is not for tests."""

    conf = CONF
    without = LAYERS

    @classmethod
    def setUpClass(cls):
        cls.conf = {**CONF, "module": MODULE}
        super().setUpClass()

    outcomes = Layers.outcomes
    come_through = Layers.come_through

    def test_no_other_build_has_the_switch(self):
        outcomes = self.outcomes(self.server)
        self.assertEqual(self.come_through(outcomes), set(), outcomes)

    def test_no_other_build_knows_its_name(self):
        answer = self.server.post("import os\nprint(sorted(os.environ))")
        self.assertRan(answer, "['LANG', 'PATH']\n", "")

        for zygote in self.server.zygote_pids():
            with open(f"/proc/{zygote}/maps", encoding="utf-8") as maps:
                loaded = {line.split()[-1] for line in maps
                          if "pyexec_zygote" in line}

            for path in {MODULE, *loaded}:
                with open(path, "rb") as file:
                    self.assertNotIn(b"PYEXEC_WITHOUT", file.read(), path)


def add_tests():
    for layer in LAYERS:
        def test(self, layer=layer):
            self.check(layer)

        story = ("nothing_starts" if layer in CONDITIONS
                 else "an_attack_comes_through")
        setattr(Layers, f"test_without_{layer}_{story}", test)


if __name__ == "__main__":
    add_tests()
    main()
