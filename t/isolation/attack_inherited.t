#!/usr/bin/python3
"""A run inherits three descriptors, two variables, and no privilege."""

import os
import shutil
import struct
import subprocess

from pyexec_test import PROCESS, AttackCase, VirtualEnvironment, main
from pyexec_test.server import WORKER_USER

DESCRIPTORS = """
import fcntl, stat

def open_ones():
    for fd in range(70000):
        try:
            fcntl.fcntl(fd, fcntl.F_GETFD)
        except OSError:
            continue

        yield fd

print(list(open_ones()))
print([stat.S_ISFIFO(os.fstat(fd).st_mode) for fd in range(3)])
"""

ENVIRONMENT = """
import ctypes, re

# The debug build's own switch is the one exception.
print(sorted(set(os.environ) - {"PYEXEC_WITHOUT"}))

environ = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, "environ")
names, number = set(), 0

while environ[number]:
    names.add(environ[number].split(b"=")[0].decode())
    number += 1

print(sorted(names - {"PYEXEC_WITHOUT"}))

def everywhere():
    # All that this process can read of itself.
    with open("/proc/self/maps") as maps:
        for line in maps:
            begin, end = (int(word, 16) for word in
                          line.split()[0].split("-"))

            if line.split()[1].startswith("rw") and "[v" not in line:
                text = ctypes.string_at(begin, end - begin)
                yield from re.findall(rb"PYEXEC_CANARY=[0-9a-f]{32}", text)
                yield from re.findall(rb"nginx[.]conf", text)

attempt("something of the server in memory", lambda: found(everywhere()),
        "InVain", "ENOENT", "EACCES")
attempt("the environment of the start", lambda: found(
        name for name in read("/proc/self/environ").split(b"\\0")
        if name.startswith(b"PYEXEC_CANARY")), "InVain", "ENOENT", "EACCES")
"""

# What runs have in common: their own as soon as they write to it.
IMAGE = """
def areas():
    with open("/proc/self/maps") as maps:
        return [line.split() for line in maps if "pyexec-image" in line]

print(len(areas()) > 5, {words[1][3] for words in areas()})

area = areas()[0][0]
attempt("the image, to read", lambda: os.open(
        "/proc/self/map_files/" + area, os.O_RDONLY), "EPERM", "EACCES",
        "ENOENT")
attempt("the image, to write", lambda: os.open(
        "/proc/self/map_files/" + area, os.O_RDWR), "EPERM", "EACCES",
        "ENOENT")
"""

STATE = """
import signal

print(sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())))
print(sorted(number for number in range(1, 65) if number not in (32, 33)
             and signal.getsignal(number) == signal.SIG_IGN))
print(os.getsid(0) == os.getpgrp(), os.getpgrp() in (0, os.getpid()))
print(os.getpriority(os.PRIO_PROCESS, 0), oct(os.umask(0)))

try:
    print(os.open("/dev/tty", os.O_RDONLY))
except OSError:
    print("no terminal")
"""

# Programs that give privileges to whoever starts them.
GAINED = """
import subprocess

def lines(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                          text=True).stdout.splitlines()

def gained(name, word):
    return found(line for line in lines(target.programs[name])
                 if word in line)

def capable():
    return found(line for line in lines(target.programs["capable"],
                                        "/proc/self/status")
                 if line.startswith(("CapEff", "CapPrm"))
                 and int(line.split()[1], 16))

if target.programs:
    attempt("a set-uid program", lambda: gained("set-uid", "euid="), "InVain")
    attempt("a set-gid program", lambda: gained("set-gid", "egid="), "InVain")
    attempt("a program with capabilities", capable, "InVain")

for command in (["su", "-c", "id"], ["sudo", "-n", "id"],
                ["pkexec", "id"], ["newgrp", "root"],
                ["mount", "-t", "tmpfs", "none", "/tmp"], ["umount", "/proc"],
                ["ping", "-c", "1", "-W", "1", "127.0.0.1"],
                ["unshare", "-r", "id"], ["nsenter", "-t", "1", "-a", "id"],
                ["chroot", "/usr", "true"], ["passwd", "-d", "root"]):
    attempt(" ".join(command), lambda: subprocess.run(
        command, check=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=5),
        "CalledProcessError", *REFUSED, "ENOENT")
"""

# Capabilities of a file, for CAP_NET_RAW: an attribute of its inode.
CAPABLE = struct.pack("<IIIII", 0x02000001, 1 << 13, 0, 0, 0)

CORES = """
import resource

for limit in (resource.RLIM_INFINITY,) * 2, (1, 1):
    try:
        resource.setrlimit(resource.RLIMIT_CORE, limit)
    except (OSError, ValueError):
        pass

print(resource.getrlimit(resource.RLIMIT_CORE), flush=True)

if target.child:
    child = os.fork()

    if child == 0:
        os.abort()

    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    print([name for name in os.listdir(".") if name.startswith("core")])
else:
    os.abort()
"""


class Inherited(AttackCase):
    @classmethod
    def setUpClass(cls):
        # What belongs to an interpreter is in its view.
        venv = VirtualEnvironment()
        cls.addClassCleanup(venv.remove)
        cls.programs = cls.make_programs(venv.bin)
        cls.conf = {"main": "env PYEXEC_CANARY=%s;" % ("0" * 32),
                    "server": PROCESS + """
            location /scratch { pyexec on; pyexec_scratch 8m; }
            location /programs { pyexec on; pyexec_python %s; }
        """ % venv.python}
        super().setUpClass()

    @classmethod
    def make_programs(cls, folder):
        """Paths of programs that give root's to whoever starts them."""
        if os.geteuid() != 0:
            return {}

        programs = {}

        for name, source in (("set-uid", "id"), ("set-gid", "id"),
                             ("capable", "cat")):
            path = programs[name] = os.path.join(folder, name)
            shutil.copy(shutil.which(source), path)

        os.chmod(programs["set-uid"], 0o4755)
        os.chmod(programs["set-gid"], 0o2755)
        os.setxattr(programs["capable"], "security.capability", CAPABLE)

        return programs

    def test_a_run_has_the_three_standard_descriptors(self):
        for path in "/run", "/process", "/scratch":
            for stdin in "", "x" * 100000:
                self.assertRan(
                    self.post(DESCRIPTORS, path, stdin=stdin),
                    "[0, 1, 2]\n[True, True, True]\n", "")

    def test_nothing_of_the_server_is_in_its_environment_or_memory(self):
        for path in "/run", "/process":
            outcomes = self.assertInVain(ENVIRONMENT, path)
            said = [line for line in outcomes.answer["output"].splitlines()
                    if not line.startswith("attempt ")]
            self.assertEqual(said, ["['LANG', 'PATH']"] * 2)

    def test_the_image_of_the_interpreter_cannot_be_opened(self):
        outcomes = self.assertInVain(IMAGE)
        self.assertIn("True {'p'}\n", outcomes.answer["output"])

    def test_signals_session_and_mask_are_those_of_a_plain_python(self):
        nice = os.getpriority(os.PRIO_PROCESS, 0)
        for path in "/run", "/process":
            answer = self.post(STATE, path)
            self.assertRan(answer, "[]\n[13, 25]\nTrue True\n"
                           f"{nice} 0o22\nno terminal\n", "")

    def test_no_program_gives_privileges(self):
        if self.programs:
            # The host does give them.
            told = subprocess.run([self.programs["set-uid"]],
                                  user=WORKER_USER, check=True,
                                  stdout=subprocess.PIPE).stdout
            self.assertIn(b"euid=0", told)

        self.assertInVain(GAINED, "/programs",
                          aim={"programs": self.programs})

    def test_no_core_file_is_written(self):
        for path, child in (("/run", 1), ("/scratch", 1), ("/process", 0)):
            answer = self.post(CORES, path, aim={"child": child})
            said = "(0, 0)\n" + "-6\n[]\n" * child
            self.assertRan(answer, said, returncode=0 if child else -6)


if __name__ == "__main__":
    main()
