#!/usr/bin/python3
"""Whoever nginx runs as, a run is nobody of importance.

Workers of www-data below a root master, workers that are root themselves, and
an nginx that was never root.
"""

import os
import pwd
import shutil
import unittest

from pyexec_test import (PROCESS, AttackCase, WithoutLayers, main,
                         wait_until)
from pyexec_test.server import CONF

MODES = ("/run", "/process", "/off")
LOCATIONS = PROCESS + """
    location /off { pyexec on; pyexec_isolation off; }
    location /scratch { pyexec on; pyexec_scratch 1m; }
"""

ATTACKS = """
import signal, socket

for path in target.files:
    place = os.path.dirname(os.path.dirname(path))
    attempt(f"read a secret in {place}", lambda: read(path),
            "ENOENT", "EACCES")
    attempt(f"write a secret in {place}",
            lambda: os.close(os.open(path, os.O_WRONLY)),
            "ENOENT", "EACCES", "EROFS", "EPERM")
    attempt(f"chmod a secret in {place}", lambda: os.chmod(path, 0o777),
            "ENOENT", "EACCES", "EROFS", "EPERM")

for name in "nginx.conf", "error.log", "stderr.txt":
    attempt(f"read nginx's {name}",
            lambda: read(os.path.join(target.prefix, name)),
            "ENOENT", "EACCES")

for pid in target.pid, target.master, *target.workers, *target.zygotes:
    attempt(f"signal {pid}", lambda: os.kill(pid, signal.SIGTERM),
            "ESRCH", "EPERM")
    attempt(f"trace {pid}", lambda: call("ptrace", 0x4206, pid, 0, 0), *REFUSED)
    attempt(f"limit {pid}", lambda: call(
        "prlimit64", pid, 7, (ctypes.c_ulong * 2)(8, 8), 0), *REFUSED, "ESRCH")

for number in 0, target.uid, 33, 65534, 1000:
    for name, way in (("setuid", os.setuid), ("setgid", os.setgid),
                      ("setgroups", lambda n: os.setgroups([n]))):
        if number not in (os.getuid(), os.getgid()):
            attempt(f"{name} {number}", lambda: way(number), *REFUSED,
                    "EINVAL")

for name, address in (("TCP", ("127.0.0.1", target.tcp)),
                      ("nginx", ("127.0.0.1", target.port))):
    attempt(f"connect to {name}",
            lambda: socket.create_connection(address), "ENETUNREACH",
            *REFUSED)

attempt("a user namespace", lambda: call("unshare", 0x10000000), *REFUSED)
attempt("a mount", lambda: call("mount", b"x", b"/tmp", b"tmpfs", 0, 0),
        *REFUSED)
attempt("a device", lambda: os.mknod("null", 0o20666, 0x103), *REFUSED,
        "EROFS")
attempt("a key", lambda: call("add_key", b"user", b"n", b"w", 1, -4), *REFUSED)
attempt("root", lambda: found(n for n in (*os.getresuid(), *os.getresgid(),
                                          *os.getgroups()) if n == 0),
        "InVain")
"""

SLEEP = "import time\ntime.sleep(20)\n"


class AnotherServer(WithoutLayers):
    """Whose master is started as another user, and lives in its own place."""

    user = None

    def __init__(self, without, **snippets):
        super().__init__(without, **snippets)

        if self.user is not None:
            # What is below a user's home, say, cannot be read by others.
            module = os.path.join(self.prefix, "module.so")
            shutil.copy(self.snippets["module"], module)
            self.snippets["module"] = module

    def argv(self, *options):
        argv = super().argv(*options)

        if self.user is None:
            return argv

        one = pwd.getpwnam(self.user)
        shutil.chown(self.prefix, one.pw_uid, one.pw_gid)

        return ["setpriv", f"--reuid={one.pw_uid}", f"--regid={one.pw_gid}",
                "--clear-groups", "--inh-caps=-all", *argv]


class NeverRoot(AnotherServer):
    user = "nobody"


def status(pid):
    with open(f"/proc/{pid}/status", encoding="ascii",
              errors="replace") as lines:
        return dict(line.rstrip("\n").split(":\t", 1) for line in lines
                    if ":\t" in line)


@unittest.skipUnless(os.geteuid() == 0, "only root can start such servers")
class Users(AttackCase):
    conf = {"server": LOCATIONS}

    def test_attacks_fail(self):
        zygotes = self.server.zygote_pids() + self.server.reaper_pids()

        for path in "/run", "/process", "/scratch":
            with self.subTest(path):
                self.assertInVain(ATTACKS, path, aim={
                    "zygotes": zygotes, "uid": self.canaries.owner.pw_uid})

    def test_no_process_of_a_run_is_root_on_the_host(self):
        for path in MODES:
            with self.subTest(path):
                wait_until(lambda: not self.server.run_pids())
                connection = self.server.send_and_keep(SLEEP, path=path)
                self.addCleanup(connection.close)
                wait_until(self.server.run_pids)

                # Every process below the worker: the program's, and what is
                # between.
                found = [p for p in self.server.processes()
                         if p.comm.startswith("pyexec-")]
                self.assertTrue([p for p in found if p.comm == "pyexec-run"])

                for process in found:
                    self.check(process)

                connection.close()

    def check(self, process):
        try:
            fields = status(process.pid)
        except (FileNotFoundError, ProcessLookupError):
            return

        for name in "Uid", "Gid", "Groups":
            self.assertNotIn("0", fields[name].split(), (process, name))

        if process.comm == "pyexec-run":
            for name in "CapInh", "CapPrm", "CapEff", "CapAmb":
                self.assertEqual(int(fields[name], 16), 0, (process, name))

            self.assertEqual(fields["NoNewPrivs"], "1", process)

    def test_programs_run(self):
        for path in (*MODES, "/scratch"):
            answer = self.server.post("import os\nprint(os.getuid() > 0)",
                                      path=path)
            self.assertRan(answer, "True\n", "")


class WorkersOfAnotherUser(Users):
    pass


class WorkersThatAreRoot(Users):
    kind = AnotherServer
    owner = "root"
    conf = {"server": LOCATIONS,
            "configuration": CONF.replace("{user}", "user root;")}


class NginxThatWasNeverRoot(Users):
    kind = NeverRoot
    owner = "nobody"
    conf = {"server": LOCATIONS, "configuration": CONF.replace("{user}", "")}


if __name__ == "__main__":
    main(WorkersOfAnotherUser, WorkersThatAreRoot, NginxThatWasNeverRoot)
