#!/usr/bin/python3
"""No file of the host is read, whatever way a program takes to it."""

import pwd
import sys

from pyexec_test import PROCESS, AttackCase, main

BY_PATH = """
for path in target.files:
    place = os.path.dirname(os.path.dirname(path))
    attempt(f"read a secret in {place}", lambda: read(path),
            "ENOENT", "EACCES")

for name in "nginx.conf", "error.log", "access.log", "stderr.txt":
    attempt(f"read nginx's {name}",
            lambda: read(os.path.join(target.prefix, name)),
            "ENOENT", "EACCES")

for path in "/etc/shadow", "/etc/nginx/nginx.conf", "/proc/kcore", "/dev/mem":
    attempt(f"read {path}", lambda: read(path), "ENOENT", "EACCES", "EPERM")

for path in (target.prefix, os.path.join(target.prefix, "temp_scripts"),
             "/root", "/home", "/srv", "/boot", "/var/log", "/var/lib",
             "/etc/nginx", "/etc/ssl/private", "/run", "/sys/kernel"):
    attempt(f"list {path}", lambda: found(os.listdir(path)),
            "ENOENT", "EACCES", "InVain")
"""

# What the view has no more than it needs of.
VIEW = """
attempt("find more than Python needs in /",
        lambda: found(set(os.listdir("/")) - {"bin", "dev", "empty", "etc",
                      "lib", "lib32", "lib64", "libx32", "proc", "sbin",
                      "scratch", "script", "tmp", "usr",
                      *target.roots}), "InVain")
attempt("find anything in what is empty",
        lambda: found([*os.listdir("/tmp"), *os.listdir("/empty")]),
        "InVain", "ENOENT", "EACCES")
attempt("find more than the plain devices in /dev",
        lambda: found(set(os.listdir("/dev")) - {"fd", "full", "null",
                      "random", "shm", "stderr", "stdin", "stdout",
                      "urandom", "zero"}), "InVain")
attempt("learn the names of the host's users",
        lambda: found({line.split(":")[0] for line in open("/etc/passwd")}
                      & set(target.users)), "InVain")
attempt("learn from the mounts where nginx is",
        lambda: found(line for line in open("/proc/self/mountinfo")
                      if target.prefix in line), "InVain", "ENOENT")
"""

THROUGH_PROC = """
def pids():
    try:
        listed = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        listed = map(str, range(2, 1024))

    return {*listed, "self", "thread-self", "1", "2", str(os.getppid()),
            str(target.pid), str(target.master), *map(str, target.workers)}

def through(link):
    for pid in pids():
        for path in target.files:
            try:
                yield unlike(read(f"/proc/{pid}/{link}{path}")), pid, path
            except (OSError, InVain):
                pass

for link in "root", "cwd", "cwd/../../../../../..":
    attempt(f"read a secret in /proc/*/{link}", lambda: found(through(link)),
            "InVain", "ENOENT", "EACCES")

def theirs(name):
    for pid in pids() - {"self", "thread-self", str(os.getpid())}:
        try:
            yield pid, read(f"/proc/{pid}/{name}") or 1 / 0
        except (OSError, ZeroDivisionError):
            pass

for name in "environ", "maps", "auxv", "syscall", "stack", "mem":
    attempt(f"read /proc/*/{name} of others", lambda: found(theirs(name)),
            "InVain", "ENOENT", "EACCES")

def listed(name):
    for pid in pids() - {"self", "thread-self", str(os.getpid())}:
        try:
            yield from os.listdir(f"/proc/{pid}/{name}")
        except OSError:
            pass

for name in "fd", "map_files", "root", "cwd":
    attempt(f"list /proc/*/{name} of others", lambda: found(listed(name)),
            "InVain", "ENOENT", "EACCES")
"""

THROUGH_DESCRIPTORS = """
def beyond():
    for fd in range(1024):
        for way in (f"/proc/self/fd/{fd}/..", f"/dev/fd/{fd}/.."):
            try:
                yield way, os.listdir(way)
            except OSError:
                pass

        for path in ".", "..", "../../../../..":
            try:
                yield fd, path, os.open(path, os.O_RDONLY, dir_fd=fd)
            except OSError:
                pass

attempt("leave by an open directory", lambda: found(beyond()), "InVain")
"""

BY_HANDLE = """
import struct

def handle_of(path):
    handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0), 136)
    mount = ctypes.c_int()
    return call("name_to_handle_at", AT_FDCWD, path.encode(), handle,
                ctypes.byref(mount), 0)

def open_by_handle(inode, kind):
    for path in "/", "/usr", "/etc", ".", sys.prefix, os.__file__:
        mount = os.open(path, os.O_RDONLY)
        handle = ctypes.create_string_buffer(
            struct.pack("IiII", 8, kind, inode, 0), 136)

        try:
            fd = call("open_by_handle_at", mount, handle, os.O_RDONLY)
        except OSError as error:
            last = error
            continue

        return os.listdir(fd)

    raise last

attempt("name_to_handle_at", lambda: handle_of("/usr"), *REFUSED)
for inode in 1, 2, 64, 128, 256:
    attempt(f"open_by_handle_at of inode {inode}",
            lambda: open_by_handle(inode, 1), *REFUSED)
"""

BY_LINK = """
WRITTEN = os.access(".", os.W_OK)

def symlinked(path, name):
    os.symlink(path, name)
    return read(name)

def climbed(path):
    os.symlink("/".join([".."] * 40), "up")
    return read("up" + path)

def linked(path, name):
    os.link(path, name)
    return read(name)

def renamed(path, name):
    os.rename(path, name)
    return read(name)

MISSING = "ENOENT", "EACCES", "EROFS", "EPERM", "EXDEV"

for number, path in enumerate(target.files):
    place = os.path.dirname(os.path.dirname(path))
    attempt(f"a symbolic link to {place}",
            lambda: symlinked(path, f"symbolic{number}"), *MISSING)
    attempt(f"a link to {place}",
            lambda: linked(path, f"hard{number}"), *MISSING)
    attempt(f"a rename from {place}",
            lambda: renamed(path, f"renamed{number}"), *MISSING)

attempt("a link up and out", lambda: climbed(target.files[0]),
        *MISSING, "EEXIST")
attempt("a link to the interpreter", lambda: linked(sys.executable, "python"),
        *MISSING)
attempt("a link by descriptor",
        lambda: os.link("/proc/self/fd/0", "zero", follow_symlinks=True),
        *MISSING)
"""

# Links for whoever cleans up, in place of what was there.
BAIT = """
import shutil
for number, path in enumerate(target.folders):
    os.symlink(path, f"folder{number}")
    os.symlink(os.path.join(path, "secret"), f"file{number}")
os.mkdir("deep")
os.symlink(target.folders[0], "deep/folder")
if os.path.lexists("main.py"):
    os.unlink("main.py")
os.symlink(target.files[0], "main.py")
print(sorted(os.listdir("."))[-1])
raise ValueError
"""


class FilesOfTheHost(AttackCase):
    conf = {"server": PROCESS + """
        location /scratch { pyexec on; pyexec_scratch 4m; }
    """}

    def aim(self):
        roots = {path.split("/")[1] for path in sys.path if path}
        users = [one.pw_name for one in pwd.getpwall() if one.pw_uid >= 1000
                 and one.pw_name != "nobody"]

        return {"roots": sorted(roots), "users": users}

    def test_no_path_leads_to_a_file_of_the_host(self):
        self.assertInVain(BY_PATH)

    def test_there_is_nothing_but_what_python_needs(self):
        self.assertInVain(VIEW, aim=self.aim())

    def test_no_file_is_read_through_proc(self):
        self.assertInVain(THROUGH_PROC)

    def test_no_descriptor_leads_to_the_host(self):
        self.assertInVain(THROUGH_DESCRIPTORS)

    def test_no_file_is_opened_by_its_handle(self):
        self.assertInVain(BY_HANDLE)

    def test_no_link_can_be_made_where_nothing_is_written(self):
        outcomes = self.assertInVain(BY_LINK)
        self.assertNotIn("ENOENT", {outcomes[name] for name in outcomes
                                    if name.startswith("a symbolic")})

    def test_a_link_in_the_scratch_directory_leads_nowhere(self):
        outcomes = self.assertInVain(BY_LINK, "/scratch")
        self.assertEqual({outcomes[name] for name in outcomes
                          if name.startswith("a symbolic")}, {"ENOENT"})

    def test_links_left_in_the_scratch_directory_are_not_followed(self):
        answer = self.post(BAIT, "/scratch")
        self.assertRan(answer, "main.py\n", returncode=1)
        self.assertNotIn(self.canaries.secret, answer["error"])

    def test_process_isolation_keeps_the_files_of_the_host_too(self):
        for program in (BY_PATH, THROUGH_PROC, THROUGH_DESCRIPTORS,
                        BY_HANDLE, BY_LINK):
            self.assertInVain(program, "/process")


if __name__ == "__main__":
    main()
