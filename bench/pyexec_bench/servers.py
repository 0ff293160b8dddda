"""The servers that are measured, each in a folder of its own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from . import load, processes

NGINX = os.environ.get("NGINX", "/usr/sbin/nginx")
GUNICORN = "/usr/bin/gunicorn"
MODULE = os.environ.get("PYEXEC_MODULE", os.path.join(
    load.TOP, "build", "ngx_pyexec_module.so"))
USER = "www-data"

CONF = """\
load_module {module};
{user}
worker_processes {workers};
daemon off;
pid {prefix}/nginx.pid;
error_log {prefix}/error.log error;
{main}
events {{ worker_connections 2048; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {prefix}/body;
    proxy_temp_path {prefix}/proxy;
    fastcgi_temp_path {prefix}/fastcgi;
    uwsgi_temp_path {prefix}/uwsgi;
    scgi_temp_path {prefix}/scgi;
    pyexec_temp_dir {prefix}/scripts;
    server {{
        listen 127.0.0.1:{port};
{locations}
    }}
}}
"""


class StartFailure(Exception):
    """A server does not answer; the text is what it said."""


class Server:
    """A child process that listens on a port; to be used with "with"."""

    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.prefix = tempfile.mkdtemp(prefix="pyexec-bench-")
        os.chmod(self.prefix, 0o755)
        self.log = os.path.join(self.prefix, "error.log")
        self.child = None

    def __enter__(self):
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                self.argv(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.prefix, start_new_session=True)
        return self

    def __exit__(self, *error):
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()
        self.remove()

    def remove(self):
        shutil.rmtree(self.prefix, ignore_errors=True)

    def argv(self):
        raise NotImplementedError

    @property
    def pid(self):
        return self.child.pid

    def said(self):
        """The first lines of what the server has logged."""
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[:20])

    def warm_up(self, path, programs, clients=8, seconds=60):
        """Ask until every answer is right; raise StartFailure if none is."""
        last = "nothing"
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.child.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    pass
                answers = [load.ask(self, path, program, clients,
                                    f"x{4 * clients}")
                           for program in programs]
            except (OSError, subprocess.CalledProcessError):
                time.sleep(0.1)
                continue
            if all(answer["right"] == 4 * clients for answer in answers):
                return
            last = "".join(answer["sample"] for answer in answers)
            time.sleep(0.2)
        raise StartFailure(f"{path} does not answer as it should: {last}\n"
                           + self.said())

    def measure(self, path, program, clients, amount):
        """What load says, with the CPU time of the server in "cpu"."""
        before = self.settled_cpu()
        result = load.ask(self, path, program, clients, amount)
        result["cpu"] = self.settled_cpu() - before
        return result

    def settled_cpu(self):
        """The CPU time when nothing is left to do, at most a second later."""
        now = processes.cpu(self.pid)
        for _ in range(20):
            time.sleep(0.05)
            last, now = now, processes.cpu(self.pid)
            if now - last < 0.011:
                break
        return now


class Nginx(Server):
    """nginx with the module: {path: the rest of its location}."""

    def __init__(self, locations, workers=2, main=""):
        super().__init__()
        blocks = "\n".join(
            f"        location {path} {{ pyexec on; {snippet} }}"
            for path, snippet in locations.items())
        self.conf = os.path.join(self.prefix, "nginx.conf")
        with open(self.conf, "w", encoding="utf-8") as conf:
            conf.write(CONF.format(
                module=MODULE, workers=workers, prefix=self.prefix,
                user=f"user {USER};" if os.geteuid() == 0 else "",
                port=self.port, locations=blocks, main=main))

    def argv(self):
        return [NGINX, "-p", self.prefix, "-c", self.conf, "-e", self.log]

    def refuses(self):
        """What nginx -t has against the configuration, or None."""
        done = subprocess.run([*self.argv(), "-t"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, check=False,
                              stderr=subprocess.STDOUT, text=True)
        found = re.search(r"\[emerg\] (?:[\d#]+: )?(.*?)(?: in /|$)",
                          done.stdout, re.M)
        if done.returncode == 0:
            return None
        return found[1] if found else done.stdout


class Gunicorn(Server):
    """The service of bench/service/ at /execute, in sync workers."""

    def __init__(self, workers=2):
        super().__init__()
        self.workers = workers

        # Its user may not reach the tree, and writes beside the application.
        home = os.path.join(self.prefix, "home")
        os.makedirs(os.path.join(home, "temp_scripts"))
        shutil.copy(os.path.join(load.TOP, "bench", "service", "app.py"), home)
        if os.geteuid() == 0:
            shutil.chown(os.path.join(home, "temp_scripts"), USER)
        self.options = ["--chdir", home]
        if os.geteuid() == 0:
            self.options += ["--user", USER, "--group", USER]

    def argv(self):
        return [GUNICORN, "--workers", str(self.workers), "--log-level",
                "warning", "--bind", f"127.0.0.1:{self.port}", *self.options,
                "app:app"]


class Running:
    """A server that somebody else has started, of which only the port is
    known, and the pid if its CPU time is to be told."""

    def __init__(self, port, pid=None):
        self.port = port
        self.pid = pid

    settled_cpu = Server.settled_cpu

    def measure(self, path, program, clients, amount):
        if self.pid is not None:
            return Server.measure(self, path, program, clients, amount)
        return dict(load.ask(self, path, program, clients, amount), cpu=None)
