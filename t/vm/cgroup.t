#!/usr/bin/python3
"""pyexec_cgroup: what holds for all processes of a run together.

Needs a machine where cgroup v2 has the controllers, and root.
"""

import glob
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

from pyexec_test import PyexecTestCase, Server, main, wait_until
from pyexec_test.bombs import FORKS, NO_MORE, THREADS
from pyexec_test.server import WORKER_USER

ROOT = "/sys/fs/cgroup"
WORKER = pwd.getpwnam(WORKER_USER)
MEMORY = 64 << 20
PROCESSES = 8
WAIT = 30

HTTP = """
    pyexec_cgroup {cgroup};
    pyexec_memory 64m;
    pyexec_processes 8;
    pyexec_timeout 30s;
    pyexec_concurrency 4;
    pyexec_preload none;
    pyexec_allow default mmap signal threading;
"""

SERVER = """
    location /scratch {
        pyexec on;
        pyexec_scratch 128m;
    }

    location /off {
        pyexec on;
        pyexec_isolation off;
        pyexec_spares 0;
    }
"""

# No child takes more than a quarter of the limit.
CHILDREN = """
import os, time

for _ in range(7):
    if os.fork() == 0:
        {take}
        time.sleep(60)
        os._exit(0)

print("started", flush=True)
time.sleep(60)
"""

PRIVATE = CHILDREN.format(take="mine = b'x' * (16 << 20)")
SHARED = CHILDREN.format(take="import mmap;"
                              " ours = mmap.mmap(-1, 16 << 20);"
                              " ours.write(b'x' * (16 << 20))")

FILE = """
with open("file", "wb") as file:
    for _ in range(100):
        file.write(b"x" * (1 << 20))
"""

MAPPING = """
import mmap

ours = mmap.mmap(-1, 100 << 20)
for _ in range(100):
    ours.write(b"x" * (1 << 20))
"""

BURN = """
import os, time

end = time.monotonic() + 3
for _ in range(3):
    if os.fork() == 0:
        break
while time.monotonic() < end:
    pass
"""


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def delegate():
    """A new directory that belongs to the workers, as systemd makes one."""
    write(f"{ROOT}/cgroup.subtree_control", "+cpu +memory +pids")
    path = tempfile.mkdtemp(prefix="delegated-", dir=ROOT)
    os.chmod(path, 0o755)

    give_to_workers(path)

    return path


def give_to_workers(path):
    for name in ("", "cgroup.procs", "cgroup.subtree_control"):
        os.chown(os.path.join(path, name), WORKER.pw_uid, WORKER.pw_gid)


def below(path):
    """The cgroups in it, relative to it; none for one that is gone."""
    return sorted(os.path.relpath(os.path.join(folder, name), path)
                  for folder, names, _ in os.walk(path) for name in names)


def remove(path):
    for name in reversed(below(path)):
        os.rmdir(os.path.join(path, name))

    os.rmdir(path)


def throttled(path):
    return sum(int(line.split()[1])
               for file in glob.glob(f"{path}/pyexec-*/run-*/cpu.stat")
               for line in read(file).splitlines()
               if line.startswith("nr_throttled "))


class Case(PyexecTestCase):
    def delegate(self):
        path = delegate()
        self.addCleanup(remove, path)

        return path

    @staticmethod
    def zygotes(cgroup):
        return [name for name in os.listdir(cgroup)
                if name.startswith("pyexec-")]

    def serve_with(self, cgroup, **snippets):
        snippets.setdefault("http", HTTP.format(cgroup=cgroup))

        return self.serve(spares=1, **snippets)


class OneServer(Case):
    """One server for all tests, with layers of isolation taken away."""

    without = ""

    @classmethod
    def setUpClass(cls):
        cls.cgroup = delegate()
        cls.addClassCleanup(remove, cls.cgroup)

        os.environ["PYEXEC_WITHOUT"] = cls.without
        cls.server = cls.serve_all(Server(
            spares=1, http=HTTP.format(cgroup=cls.cgroup), server=SERVER,
            **cls.build()))

    @classmethod
    def build(cls):
        return {}

    def assertOutOfMemory(self, answer, returncode=-9):
        self.assertRan(answer, status="memory", returncode=returncode)
        self.assertTrue(answer["error"].endswith(
            f"Memory limit of {MEMORY} bytes exceeded"), answer["error"])


class Limits(OneServer):
    def test_the_memory_of_all_processes_counts(self):
        answer = self.server.post(PRIVATE)
        self.assertOutOfMemory(answer)
        self.assertEqual(answer["output"], "started\n")

    def test_memory_that_processes_share_counts(self):
        self.assertOutOfMemory(self.server.post(SHARED))

    def test_files_in_the_scratch_space_count(self):
        self.assertOutOfMemory(self.server.post(FILE, path="/scratch"))

    def test_without_isolation_they_count_as_well(self):
        self.assertOutOfMemory(self.server.post(PRIVATE, path="/off"))

    def test_one_run_that_is_killed_does_not_stain_the_next(self):
        self.assertOutOfMemory(self.server.post(PRIVATE))

        for _ in range(8):
            self.assertRan(self.server.post("print(1)"), "1\n", "", 0, "ok")

    def test_a_run_that_is_killed_takes_no_other_with_it(self):
        zygotes = sorted(self.server.zygote_pids())
        answers = []
        other = threading.Thread(target=lambda: answers.append(
            self.server.post("import time; time.sleep(5); print(2)")))
        other.start()

        self.assertOutOfMemory(self.server.post(PRIVATE))
        self.assertOutOfMemory(self.server.post(FILE, path="/scratch"))

        other.join()
        self.assertRan(answers[0], "2\n", "", 0, "ok")
        self.assertEqual(sorted(self.server.zygote_pids()), zygotes)

    def test_a_run_has_one_processor_for_all_its_processes(self):
        before = throttled(self.cgroup)
        answer = self.server.post(BURN)

        self.assertRan(answer, "", "")
        wall = float(answer["execution_time"].split()[0])
        self.assertLess(answer["cpu_time"], 1.3 * wall)
        self.assertGreater(throttled(self.cgroup), before)

    def test_only_the_run_itself_is_in_its_cgroup(self):
        done = []
        run = threading.Thread(target=lambda: done.append(self.server.post(
            "import os, time\n"
            "if os.fork(): time.sleep(6)\n"
            "else: time.sleep(60)")))
        run.start()

        def populated():
            return [names for names in
                    ([read(f"/proc/{pid}/comm").strip() for pid in
                      read(file).split()] for file in
                     glob.glob(f"{self.cgroup}/pyexec-*/run-*/cgroup.procs"))
                    if len(names) > 1]

        try:
            self.assertEqual(wait_until(populated, 5),
                             [["pyexec-run", "pyexec-run"]])
        finally:
            run.join()

    def test_cgroups_are_used_again(self):
        for _ in range(12):
            self.assertRan(self.server.post("print(1)"), "1\n")

        for zygote in self.zygotes(self.cgroup):
            names = os.listdir(os.path.join(self.cgroup, zygote))
            runs = [name for name in names if name.startswith("run-")]
            # Those of runs at one time, and of spares.
            self.assertLessEqual(len(runs), 4 + 1, runs)

    def test_a_program_learns_nothing_of_the_place_of_its_cgroup(self):
        answer = self.server.post("""
import os
with open("/proc/self/cgroup") as file:
    print(file.read(), os.path.exists("/sys/fs/cgroup"))
""")
        self.assertRan(answer, error="")
        self.assertNotIn(os.path.basename(self.cgroup), answer["output"])
        self.assertNotIn("pyexec-", answer["output"])
        self.assertIn("False", answer["output"])


class LimitsOfTheCgroupAlone(OneServer):
    """What the limits of each process would keep a program from is left."""

    without = "rlimits"

    @classmethod
    def build(cls):
        return {"module": os.environ["PYEXEC_DEBUG_MODULE"],
                "main": "env PYEXEC_WITHOUT;"}

    def test_one_mapping_is_limited(self):
        self.assertOutOfMemory(self.server.post(MAPPING))

    def test_processes_are_limited(self):
        self.assertRan(self.server.post(FORKS),
                       f"{PROCESSES} {NO_MORE}\n", "")

    def test_threads_are_limited(self):
        self.assertRan(self.server.post(THREADS), f"{PROCESSES}\n", "")

    def test_without_isolation_processes_are_limited(self):
        self.assertRan(self.server.post(FORKS, path="/off"),
                       f"{PROCESSES} {NO_MORE}\n", "")


class InTheEnd(Case):
    def assertAnswers(self, server):
        """A zygote that died young is started again, with a delay."""
        self.assertTrue(wait_until(
            lambda: server.post("print(2)").status == 200, WAIT))

    def test_nothing_is_left_but_the_way_in(self):
        cgroup = self.delegate()
        server = self.serve_with(cgroup, worker_processes=2)
        self.assertRan(server.post("print(1)"), "1\n")
        self.assertGreater(len(below(cgroup)), 5)

        server.stop()

        wait_until(lambda: not self.zygotes(cgroup), WAIT)
        self.assertEqual(below(cgroup), ["reapers"])

    def test_a_reload_leaves_nothing_of_old_workers(self):
        cgroup = self.delegate()
        server = self.serve_with(cgroup)
        self.assertRan(server.post("print(1)"), "1\n")
        old = self.zygotes(cgroup)
        self.assertTrue(old)

        server.reload()

        self.assertRan(server.post("print(2)"), "2\n")
        self.assertTrue(wait_until(
            lambda: not set(old) & set(self.zygotes(cgroup)), WAIT))

    def test_a_zygote_that_was_killed_leaves_nothing(self):
        cgroup = self.delegate()
        server = self.serve_with(cgroup)
        self.assertRan(server.post("print(1)"), "1\n")
        old = self.zygotes(cgroup)

        for pid in server.zygote_pids():
            os.kill(pid, signal.SIGKILL)

        self.assertTrue(wait_until(
            lambda: not set(old) & set(self.zygotes(cgroup)), WAIT))
        self.assertAnswers(server)

    def test_what_a_reaper_that_was_killed_left_is_swept_later(self):
        cgroup = self.delegate()
        server = self.serve_with(cgroup,
                                 allow_alarms=["exited on signal 9"])
        self.assertRan(server.post("print(1)"), "1\n")
        old = self.zygotes(cgroup)

        for pid in server.reaper_pids():
            os.kill(pid, signal.SIGKILL)

        self.assertTrue(wait_until(
            lambda: not set(old) & set(self.zygotes(cgroup)), WAIT))
        self.assertAnswers(server)


class Refusals(Case):
    def of_the_workers(self, cgroup):
        """A server that is not started, which the workers' user may start."""
        server = Server(spares=1, http=HTTP.format(cgroup=cgroup))
        self.addCleanup(server.remove)
        server.write_conf()

        for name in [server.prefix, *os.listdir(server.prefix)]:
            shutil.chown(os.path.join(server.prefix, name), WORKER_USER)

        return server

    def refusal(self, cgroup, **user):
        server = self.of_the_workers(cgroup)
        done = subprocess.run(server.argv("-t"), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=WAIT, **user)
        self.assertNotEqual(done.returncode, 0, done.stdout)

        return done.stdout.decode()

    def test_a_directory_that_belongs_to_another_user(self):
        cgroup = self.delegate()
        os.chown(cgroup, 0, 0)
        self.assertIn(f"uid {WORKER.pw_uid} cannot write to \"{cgroup}\"",
                      self.refusal(cgroup))

    def test_a_directory_that_lacks_controllers(self):
        parent = self.delegate()
        write(f"{parent}/cgroup.subtree_control", "+memory")
        cgroup = os.path.join(parent, "inner")
        os.mkdir(cgroup)
        self.assertIn("lacks these controllers: cpu pids;",
                      self.refusal(cgroup))

    def test_a_directory_with_processes_in_it(self):
        cgroup = self.delegate()
        process = subprocess.Popen(["sleep", "60"])
        write(f"{cgroup}/cgroup.procs", str(process.pid))

        try:
            self.assertIn(f"there are processes in \"{cgroup}\" itself",
                          self.refusal(cgroup))
        finally:
            process.kill()
            process.wait()
            wait_until(lambda: "populated 0" in
                       read(f"{cgroup}/cgroup.events"), WAIT)

    def test_an_nginx_that_may_not_move_its_processes_there(self):
        cgroup = self.delegate()
        said = self.refusal(cgroup, user=WORKER_USER, group=WORKER.pw_gid,
                            extra_groups=[])
        self.assertIn(f"uid {WORKER.pw_uid} may not move a process from"
                      " nginx's own cgroup", said)

    def test_an_nginx_that_is_beside_it_and_may_move_them_need_not_be_root(
            self):
        parent = self.delegate()
        write(f"{parent}/cgroup.subtree_control", "+cpu +memory +pids")
        names = [os.path.join(parent, name) for name in ("nginx", "pyexec")]

        for name in names:
            os.mkdir(name)
            give_to_workers(name)

        server = self.of_the_workers(names[1])
        done = subprocess.run(
            ["sh", "-c", 'echo $$ > "$0"/cgroup.procs; exec setpriv'
             f' --reuid={WORKER_USER} --regid={WORKER_USER} --clear-groups'
             ' "$@"', names[0], *server.argv("-t")],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=WAIT)
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    if not os.path.exists(f"{ROOT}/cgroup.controllers") or os.geteuid() != 0:
        print("1..0 # SKIP no cgroup v2 with all controllers, or not root")
        sys.exit(0)

    main()
