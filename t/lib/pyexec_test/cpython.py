"""CPython's own tests, in a run of the endpoint and by python3 itself."""

import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time

from .server import TOP, WORKER_USER, Server
from .venv import VirtualEnvironment

FOLDER = os.path.abspath(os.environ.get(
    "PYEXEC_CPYTHON", os.path.join(TOP, "build", "cpython")))
SUITE = os.path.join(FOLDER, "lib")
MAIN = os.path.join(os.path.dirname(__file__), "cpython_main.py")
MARK = "\x1e"
TIMEOUT = 120
POSTED = ("run", "scratch")     # without and with a scratch, to the endpoint
MODES = ("plain", *POSTED)

LIMITS = """
    pyexec_allow *;
    pyexec_timeout 120s;
    pyexec_memory 6g;
    pyexec_processes 256;
    pyexec_output_limit 16m;
"""

SLOW = "takes minutes, by python3 alone as well"
LEFT_OUT = {
    "test_concurrent_futures": SLOW,
    "test_csv": "never ends where the suite is newer than the interpreter",
    "test_ensurepip": "installs packages",
    "test_gdb": "needs a debugger",
    "test_multiprocessing_fork": SLOW,
    "test_multiprocessing_forkserver": SLOW,
    "test_multiprocessing_spawn": SLOW,
    "test_peg_generator": "needs a compiler",
    "test_cppext": "needs a compiler",
    "test_venv": "installs packages",
    "test_xmlrpc": "waits for ever for servers in threads",
}

# Tests that wait for ever for a server in a thread, which had no socket.
WAITING = {
    "test_asyncio.test_streams": ["test_drain_raises"],
    "test_httpservers": [
        "BaseHTTPServerTestCase", "CGIHTTPServerTestCase",
        "RequestHandlerLoggingTestCase", "SimpleHTTPServerTestCase"],
    "test_logging": [
        "test_listen_config_10_ok", "test_listen_config_1_ok",
        "test_listen_verify"],
}


def arguments(module):
    return [module, *WAITING.get(module, ())]


def modules():
    """The modules that the suite has, less what is left out.

    The largest package would take minutes: it is run part by part.
    """
    names = [name for name in parts() if name != "test_asyncio"]
    names += [f"test_asyncio.{name}" for name in parts("test_asyncio")]
    return sorted(name for name in names if name not in LEFT_OUT)


def version():
    """Of the package that the suite is from."""
    with open(os.path.join(SUITE, "version"), encoding="utf-8") as file:
        return file.read().strip()


def parts(package=""):
    """The modules and packages in a folder of tests."""
    names = (os.path.splitext(name)[0]
             for name in os.listdir(os.path.join(SUITE, "test", package)))
    return {name for name in names if name.startswith("test_")}


class Comparison:
    """A server with the suite, used in a with statement.

    python3 has the same interpreter, environment and user, and a directory of
    its own to write to.
    """

    def __init__(self, places=1):
        self.places = places

    def __enter__(self):
        self.venv = VirtualEnvironment()
        self.venv.site_line("import sys; sys.path.insert(0, %r) "
                            "if %r not in sys.path else None"
                            % (SUITE, SUITE))
        with open(MAIN, encoding="utf-8") as main:
            self.program = main.read()
        python = f"pyexec_python {self.venv.python};"
        self.server = Server(
            http=f"{LIMITS} {python} pyexec_concurrency {self.places};",
            spares=0,
            server="location /scratch { pyexec on; pyexec_scratch 512m; }")
        self.server.start()
        return self

    def __exit__(self, *_):
        self.server.kill()
        self.server.remove()
        self.venv.remove()

    def run(self, mode, module):
        """What the tests of a module come to in one of the modes."""
        begin = time.monotonic()
        if mode == "plain":
            found = self.plain(module)
        else:
            found = self.posted(module, f"/{mode}")
        found["seconds"] = round(time.monotonic() - begin, 2)
        return found

    def posted(self, module, path):
        answer = self.server.post(self.program, path=path,
                                  args=arguments(module), timeout=TIMEOUT + 60)
        if answer.status != 200:
            return outcome(f"HTTP {answer.status}", 0, "", answer["error"])
        got = answer.json
        return outcome(got["status"], got["returncode"], got["output"],
                       got["error"])

    def plain(self, module):
        folder = tempfile.mkdtemp(prefix="pyexec-plain-")
        user = {}
        if os.geteuid() == 0:
            worker = pwd.getpwnam(WORKER_USER)
            user = {"user": worker.pw_uid, "group": worker.pw_gid,
                    "extra_groups": []}
            os.chown(folder, worker.pw_uid, worker.pw_gid)
        main = os.path.join(folder, "main.py")
        shutil.copy(MAIN, main)
        os.chmod(main, 0o644)
        with open(os.path.join(folder, "out"), "w+b") as out, \
                open(os.path.join(folder, "err"), "w+b") as err:
            try:
                return self.start(main, module, out, err, user)
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def start(self, main, module, out, err, user):
        """Its output goes through cat, as that of a run goes into a pipe."""
        process = subprocess.Popen(
            [self.venv.python, "main.py", *arguments(module)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=os.path.dirname(main), start_new_session=True,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"},
            **user)
        pipes = [subprocess.Popen(["cat"], stdin=pipe, stdout=file)
                 for pipe, file in ((process.stdout, out),
                                    (process.stderr, err))]
        status = "ok"
        try:
            process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            status = "timeout"
        # What it has started would keep the pipes open.
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        for pipe in pipes:
            try:
                pipe.wait(5)
            except subprocess.TimeoutExpired:
                pipe.kill()
                pipe.wait()
        process.stdout.close()
        process.stderr.close()
        if status == "ok" and process.returncode:
            status = "signal" if process.returncode < 0 else "error"
        return outcome(status, process.returncode, text_of(out), text_of(err))


def text_of(file):
    file.seek(0)
    return file.read().decode("utf-8", "replace")


def outcome(status, returncode, output, error):
    """What is kept of an answer; each test has its outcome and message."""
    tests, open_test = {}, None
    for piece in output.split(MARK)[1:]:
        try:
            test, result, message = json.JSONDecoder().raw_decode(piece)[0]
        except ValueError:
            continue
        test = re.sub(r"0x[0-9a-f]+", "0x", test)
        if result == "begun":
            open_test = test
            tests.setdefault(test, [result, message])
            continue
        open_test = None
        if test not in tests or tests[test][0] in ("begun", "ok", "skipped"):
            tests[test] = [result, message]
    if open_test is not None:
        tests[open_test] = ["ended", f"{status} {returncode}\n{error[-2000:]}"]
    return {"status": status, "returncode": returncode,
            "error": error[-2000:], "tests": tests}


def differences(plain, other):
    """Each test that came out otherwise: to what it was, is, and says."""
    found = {}
    for test, (before, _) in plain["tests"].items():
        now, message = other["tests"].get(test) or absent(test, other)
        if kind(before) != kind(now):
            found[test] = (before, now, message)
    return found


def kind(result):
    return result if result in ("ok", "skipped", "absent") else "wrong"


def absent(test, other):
    """What kept a test from being begun: its class, its module, or the end."""
    tests = other["tests"]
    owner = test.rpartition(".")[0]
    while owner:
        for cause in (f"setUpClass ({owner})", f"setUpModule ({owner})", owner):
            if cause in tests and tests[cause][0] != "ok":
                result, message = tests[cause]
                return ("skipped" if result == "skipped" else "absent",
                        f"{cause}: {message}")
        owner = owner.rpartition(".")[0]
    ended = [name for name, (result, _) in tests.items() if result == "ended"]
    return "absent", f"after {''.join(ended)}: {other['status']}"
