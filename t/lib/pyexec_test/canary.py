"""Things of the host that no program may read, change, reach or wake."""

import atexit
import itertools
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile

from .process import find_process
from .server import WORKER_USER, Server

PLACES = ("/root", "/home", "/var/lib", "/var/tmp", "/srv", "/opt", "/run",
          "/tmp", "/dev/shm")
TEXT = "canary {}\n"


class Canaries:
    """Files, a process and listeners, all of the user that workers have.

    check() tells what has happened to them since it was last asked; an empty
    list is right.
    """

    def __init__(self, *folders, owner=WORKER_USER):
        self.secret = secrets.token_hex(16)
        self.owner = pwd.getpwnam(owner)
        self.folders = []
        self.process = None
        self.sockets = {}

        # A test that is ended from outside cleans nothing else up.
        atexit.register(self.remove)

        try:
            self._files(folders)
            self._process()
            self._sockets()
        except BaseException:
            self.remove()
            raise

        self.before = self._state()

    def _files(self, folders):
        places = [p for p in PLACES if os.access(p, os.W_OK | os.X_OK)]

        for place in [*places, *folders]:
            folder = tempfile.mkdtemp(prefix="pyexec-canary-", dir=place)
            self.folders.append(folder)

            with open(os.path.join(folder, "secret"), "w",
                      encoding="ascii") as file:
                file.write(TEXT.format(self.secret))

            os.chmod(folder, 0o755)
            os.chmod(file.name, 0o644)
            self._give_away(folder)
            self._give_away(file.name)

    def _give_away(self, path):
        if os.geteuid() == 0:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def _process(self):
        other = {"user": self.owner.pw_uid, "group": self.owner.pw_gid,
                 "extra_groups": []}
        self.process = subprocess.Popen(
            ["sleep", "600"], env={"CANARY": self.secret}, cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
            **other if os.geteuid() == 0 else {})
        Server.bystanders.add(self.process.pid)

    def _sockets(self):
        self.abstract = f"pyexec-canary-{self.secret}"
        self.path = os.path.join(self.folders[0], "socket")

        for name, family, kind, address in (
                ("tcp", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
                ("udp", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
                ("abstract", socket.AF_UNIX, socket.SOCK_STREAM,
                 "\0" + self.abstract),
                ("path", socket.AF_UNIX, socket.SOCK_STREAM, self.path)):
            one = self.sockets[name] = socket.socket(family, kind)
            one.bind(address)
            one.setblocking(False)

            if kind == socket.SOCK_STREAM:
                one.listen()

        os.chmod(self.path, 0o777)

    @property
    def files(self):
        return [os.path.join(folder, "secret") for folder in self.folders]

    @property
    def target(self):
        """What an attack is told of them."""
        return {"secret": self.secret, "files": self.files,
                "folders": self.folders, "pid": self.process.pid,
                "tcp": self.sockets["tcp"].getsockname()[1],
                "udp": self.sockets["udp"].getsockname()[1],
                "abstract": self.abstract, "path": self.path}

    # As ipcrm(1) calls them, and where /proc has their owner.
    IPC = {"shm": ("-m", 7), "msg": ("-q", 7), "sem": ("-s", 4)}

    def _ipc(self, kind):
        """The identifiers of what is the workers' user's."""
        with open(f"/proc/sysvipc/{kind}", encoding="ascii") as table:
            rows = [line.split() for line in table][1:]

        return {row[1] for row in rows
                if row[self.IPC[kind][1]] == str(self.owner.pw_uid)}

    def _remove_ipc(self, before):
        for kind, (option, _) in self.IPC.items():
            for number in self._ipc(kind) - before[kind]:
                subprocess.run(["ipcrm", option, number], check=False)

    def _state(self):
        state = {}

        for path in self.folders + self.files:
            stat = os.stat(path)
            state[path] = (stat.st_ino, stat.st_mode, stat.st_uid,
                           stat.st_gid, stat.st_nlink, stat.st_size,
                           stat.st_mtime_ns, stat.st_ctime_ns,
                           os.listxattr(path))

        for folder in self.folders:
            state[folder] += (sorted(os.listdir(folder)),)

        for path in self.files:
            with open(path, encoding="ascii") as file:
                state[path] += (file.read(),)

        for kind in self.IPC:
            state[kind] = self._ipc(kind)

        pid = self.process.pid
        process = find_process(pid)
        state["process"] = process and process.state in "RSD"

        if process is not None:
            state["priority"] = os.getpriority(os.PRIO_PROCESS, pid)
            state["scheduler"] = (os.sched_getscheduler(pid),
                                  os.sched_getaffinity(pid))

            with open(f"/proc/{pid}/limits", encoding="ascii") as limits:
                state["limits"] = limits.read()

        return state

    def check(self):
        now = self._state()
        before, self.before = self.before, now
        wrong = [f"{name} was {before.get(name)}, is {now.get(name)}"
                 for name in sorted({*before, *now})
                 if now.get(name) != before.get(name)]

        self._remove_ipc(before)

        for name, one in self.sockets.items():
            if self._heard(one):
                wrong.append(f"somebody was at the {name} socket")

        return wrong

    @staticmethod
    def _heard(one):
        """How much came to a socket; nothing of it is left."""
        for count in itertools.count():
            try:
                if one.type == socket.SOCK_DGRAM:
                    one.recv(4096)
                else:
                    one.accept()[0].close()
            except BlockingIOError:
                return count

    def remove(self):
        for one in self.sockets.values():
            one.close()

        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            Server.bystanders.discard(self.process.pid)

        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)

        atexit.unregister(self.remove)
