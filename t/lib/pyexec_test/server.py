"""One nginx of its own, in a prefix of its own, on a port of its own."""

import glob
import os
import pwd
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile

from . import process
from .client import Client
from .patience import PATIENCE, patient

TOP = os.path.join(os.path.dirname(os.path.realpath(__file__)), *[".."] * 3)
MODULE = os.path.abspath(os.environ.get(
    "PYEXEC_MODULE", os.path.join(TOP, "build", "ngx_pyexec_module.so")))
# An nginx that has the module built in, under test, loads none.
STATIC = "PYEXEC_STATIC" in os.environ
NGINX = os.environ.get("TEST_NGINX_BINARY", "/usr/sbin/nginx")
WORKER_USER = os.environ.get("PYEXEC_TEST_USER", "www-data")
SPARES = int(os.environ.get("PYEXEC_TEST_SPARES", 4))

ALARMS = re.compile(r"\[(alert|emerg|crit)\]")
COUNTED = re.compile(r"pyexec: jobs: submitted (\d+), done (\d+), "
                     r"abandoned (\d+), stopped (\d+), left (\d+)")
SANITIZER = re.compile(r"AddressSanitizer|LeakSanitizer|runtime error:")

# nginx gives its workers one second to stop, wherever it is.
HASTY = (r"worker process \d+ exited on signal 9",) if PATIENCE > 1 else ()

# Everything a server writes is below its prefix.
MAIN = """\
{user}
daemon off;
worker_processes {worker_processes};
pid {prefix}/nginx.pid;
error_log {prefix}/error.log {log_level};
working_directory {prefix}/cores;
{cores}
{main}
"""
PATHS = """
    access_log {prefix}/access.log;
    client_body_temp_path {prefix}/client_body;
    proxy_temp_path {prefix}/proxy;
    fastcgi_temp_path {prefix}/fastcgi;
    uwsgi_temp_path {prefix}/uwsgi;
    scgi_temp_path {prefix}/scgi;
"""

CONF = "load_module {module};\n" + MAIN + """
events {{
    worker_connections {worker_connections};
}}

http {{
""" + PATHS + """
    pyexec_temp_dir {prefix}/temp_scripts;
    pyexec_spares {spares};
    {http}

    server {{
        listen 127.0.0.1:{port};
        server_name localhost;
        {server}

        location /run {{
            pyexec on;
            {location}
        }}
    }}
}}
"""


class StartFailure(Exception):
    """nginx did not start; the text is what it said."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server(Client):
    """Not started by the constructor: edit it, then start() it.

    The snippets main, http, server and location are put into the
    configuration as they are; configuration= replaces all of it. Each
    zygote keeps so many spares.
    """

    running = []    # the servers of this test process that are up
    bystanders = set()      # pids of what else it has started

    def __init__(self, *, main="", http="", server="", location="",
                 worker_processes=1, worker_connections=256,
                 log_level="info", module=MODULE, spares=SPARES,
                 configuration=None):
        super().__init__(free_port())

        self.prefix = tempfile.mkdtemp(prefix="pyexec-test-")
        self.temp_dir = os.path.join(self.prefix, "temp_scripts")
        self.snippets = {
            "main": main, "http": http, "server": server,
            "location": location, "worker_processes": worker_processes,
            "worker_connections": worker_connections,
            "log_level": log_level, "module": module, "spares": spares,
        }
        self.spares = spares
        self.configuration = configuration
        self.master = None
        self.seen = {}      # pid -> Process, of every process it ever showed
        self.mounts = process.mounts()

        # The worker is another user than the test where that one is root.
        os.chmod(self.prefix, 0o755)
        cores = os.path.join(self.prefix, "cores")
        os.mkdir(cores)
        os.chmod(cores, 0o777)

        process.adopt_orphans()

    # Start and configuration

    def write_conf(self, **snippets):
        """Write nginx.conf, with some snippets replaced; for reload too."""
        self.snippets.update(snippets)
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        root = os.geteuid() == 0

        # A crash must leave a core to be found, wherever that is allowed.
        cores = "worker_rlimit_core 64m;"
        allowed = root or hard == resource.RLIM_INFINITY

        text = (self.configuration or CONF).format(
            prefix=self.prefix, port=self.port,
            user=f"user {WORKER_USER};" if root else "",
            cores=cores if allowed else "", **patient(self.snippets))

        if STATIC:
            text = re.sub(r"^load_module .*$", "", text, flags=re.M)

        with open(self.conf_path, "w", encoding="utf-8") as conf:
            conf.write(text)

        return text

    @property
    def conf_path(self):
        return os.path.join(self.prefix, "nginx.conf")

    def argv(self, *options):
        return [NGINX, "-p", self.prefix, "-c", self.conf_path,
                "-e", os.path.join(self.prefix, "error.log"), *options]

    def test_conf(self, **snippets):
        """nginx -t: its exit status and what it said."""
        self.write_conf(**snippets)
        done = subprocess.run(self.argv("-t"), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, cwd=self.prefix,
                              timeout=60 * PATIENCE)
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def begin(self, add_cleanup):
        """Start it; it is killed and removed by add_cleanup, a test's."""
        add_cleanup(self.remove)
        add_cleanup(self.kill)
        return self.start()

    def start(self, timeout=30):
        self.write_conf()

        with open(self.stderr_path, "ab") as stderr:
            self.master = subprocess.Popen(
                self.argv(), stdin=subprocess.DEVNULL, stdout=stderr,
                stderr=stderr, cwd=self.prefix, start_new_session=True)

        Server.running.append(self)
        process.wait_until(
            lambda: self.master.poll() is not None or self._accepts(),
            timeout)

        if self.master.poll() is not None or not self._accepts():
            said = self.stderr_text() + self.error_log()
            self.kill()
            raise StartFailure(said)

        self.remember()
        return self

    def _accepts(self):
        try:
            self.connect(timeout=1).close()
        except OSError:
            return False

        return len(self.worker_pids()) > 0

    # Signals

    def signal(self, number):
        self.remember()
        os.kill(self.master.pid, number)

    def reload(self, timeout=30, **snippets):
        """SIGHUP; returns the old workers when only new ones take requests.

        An old worker may live on, shutting down, while it has runs.
        """
        old = set(self.worker_pids())
        self.write_conf(**snippets)
        self.signal(signal.SIGHUP)

        def replaced():
            now = set(self.worker_pids())
            return (len(now) == self.snippets["worker_processes"]
                    and not now & old)

        if not process.wait_until(replaced, timeout):
            raise AssertionError("no new workers after SIGHUP\n"
                                 + self.error_log())

        self.remember()
        return old

    def quit(self, timeout=60):
        return self._end(signal.SIGQUIT, timeout)

    def stop(self, timeout=30):
        return self._end(signal.SIGTERM, timeout)

    def kill(self):
        """SIGKILL for the master and all that is left of it."""
        self.remember()

        if self.master is not None and self.master.poll() is None:
            self.master.kill()
            self.master.wait()

        self._forget_master()

        for one in self.survivors():
            try:
                os.kill(one.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

        process.wait_until(lambda: not self.survivors())

    @classmethod
    def kill_all(cls):
        """The last resort: a test file that ends leaves no server."""
        for server in list(cls.running):
            server.kill()
            server.remove()

    def _end(self, number, timeout):
        if self.master.poll() is None:
            self.signal(number)

        try:
            return self.master.wait(timeout * PATIENCE)
        finally:
            self._forget_master()

    def _forget_master(self):
        if self in Server.running:
            Server.running.remove(self)

    # Processes

    def processes(self, comm=None):
        """Every process that came from this server, orphans included."""
        others = {s.master.pid for s in Server.running if s is not self}
        others |= Server.bystanders
        found = process.descendants(os.getpid(), without=others)

        return [p for p in found if comm is None or p.comm == comm]

    def counted(self):
        """The same without spares, and process 1 of each run's namespace.

        A run is then as many processes as its program made, isolated or not.
        """
        zygotes = self.zygote_pids()
        return [p for p in self.processes()
                if p.comm not in ("pyexec-init", "pyexec-spare")
                and (p.comm != "pyexec-zygote" or p.pid in zygotes)]

    def worker_pids(self):
        """The workers that take new connections."""
        return [p.pid for p in process.children(self.master.pid)
                if p.cmdline == "nginx: worker process"]

    def zygote_pids(self):
        # Process 1 of a run has this name, too, before it has its own.
        found = self.processes()
        names = {p.pid: p.comm for p in found}
        return [p.pid for p in found if p.comm == "pyexec-zygote"
                and names.get(p.ppid) != "pyexec-zygote"]

    def reaper_pids(self):
        return [p.pid for p in self.processes("pyexec-reaper")]

    def run_pids(self):
        return [p.pid for p in self.processes("pyexec-run")]

    @staticmethod
    def set_soft_limit(pid, name, value):
        """prlimit, as the user of the workers: "nofile", "nproc", ..."""
        if value == resource.RLIM_INFINITY:
            value = "unlimited"

        argv = ["prlimit", f"--pid={pid}", f"--{name}={value}:"]

        # Root is not always allowed to, in a container.
        other = {"user": WORKER_USER, "extra_groups": [],
                 "group": pwd.getpwnam(WORKER_USER).pw_gid}
        subprocess.run(argv, check=True,
                       **other if os.geteuid() == 0 else {})

    def remember(self):
        """Note the processes that are up, to ask for them by number later."""
        for one in self.processes():
            self.seen[one.pid] = one

    def survivors(self):
        """What is still there although the master is gone."""
        found = {p.pid: p for p in self.processes()}
        found.update({p.pid: p for p in self.seen.values()
                      if process.is_alive(p)})
        return sorted(found.values())

    # Files

    @property
    def stderr_path(self):
        return os.path.join(self.prefix, "stderr.txt")

    def error_log(self):
        return self._read("error.log")

    def wait_for_log(self, pattern, timeout=10):
        """Wait for a line of the error log that matches; returns it."""
        found = process.wait_until(
            lambda: re.search(f"^.*{pattern}.*$", self.error_log(), re.M),
            timeout)

        if not found:
            raise AssertionError(f"no {pattern!r} in the error log:\n"
                                 + self.error_log())

        return found[0]

    def access_log(self):
        return self._read("access.log")

    def stderr_text(self):
        return self._read("stderr.txt")

    def _read(self, name):
        path = os.path.join(self.prefix, name)

        if not os.path.exists(path):
            return ""

        with open(path, encoding="utf-8", errors="replace") as text:
            return text.read()

    def scripts(self):
        """What lies in pyexec_temp_dir, but for the folder of each script."""
        if not os.path.isdir(self.temp_dir):
            return []

        names = set(os.listdir(self.temp_dir))
        return sorted(name for name in names if name + ".py" not in names)

    def alarms(self, allow=()):
        """Lines of the error log nobody should see; allow: patterns."""
        return [line for line in self.error_log().splitlines()
                if ALARMS.search(line)
                and not any(re.search(pattern, line)
                            for pattern in (*allow, *HASTY))]

    def miscounted(self):
        """Jobs that were not done exactly once, which a debug build counts."""
        return [found[0] for found in COUNTED.finditer(self.error_log())
                if int(found[1]) != sum(map(int, found.groups()[1:4]))
                or found[5] != "0"]

    # The end

    def left_over(self, allow=(), timeout=5):
        """What the server, once ended, has left; an empty list is right."""
        if self.master is not None and self.master.poll() is None:
            raise AssertionError("the server still runs")

        # Ends of processes travel: a worker's tells its zygote, and so on.
        process.wait_until(lambda: not self.survivors(), timeout)

        left = [f"process {p.pid} {p.comm} ({p.cmdline})"
                for p in self.survivors()]
        left += [f"script {name}" for name in self.scripts()]
        # Other tests may run beside this one, with mounts of their own.
        left += [f"mount {line}" for line in process.mounts() - self.mounts
                 if self.prefix in line
                 or "pyexec" in line and "/pyexec-test-" not in line]
        left += [f"core {path}" for path in
                 glob.glob(os.path.join(self.prefix, "**", "core*"),
                           recursive=True) if os.path.isfile(path)]
        left += [f"log {line}" for line in self.alarms(allow)]
        left += [f"log {line}" for line in self.miscounted()]
        left += [f"stderr {line}" for line in self.stderr_text().splitlines()
                 if SANITIZER.search(line)]

        return left

    def check_nothing_left(self, allow=(), timeout=5):
        left = self.left_over(allow, timeout)

        if left:
            raise AssertionError("left behind:\n  " + "\n  ".join(left))

    def remove(self):
        """Delete the prefix, or keep it where PYEXEC_TEST_KEEP is set."""
        if "PYEXEC_TEST_KEEP" not in os.environ:
            shutil.rmtree(self.prefix, ignore_errors=True)
