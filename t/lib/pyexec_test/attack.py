"""Attacks: programs at an endpoint that relies on the kernel alone.

Every module is allowed and the policy's half in the interpreter is off; the
other half does not see what is in a string.
"""

import contextlib
import json
import os
import signal
import threading
import time

from .canary import Canaries
from .case import PyexecTestCase
from .footprint import Footprint
from .patience import PATIENCE
from .process import wait_until
from .server import TOP, WORKER_USER, Server

DEBUG_MODULE = os.path.abspath(os.environ.get(
    "PYEXEC_DEBUG_MODULE",
    os.path.join(TOP, "build", "debug", "ngx_pyexec_module.so")))

HTTP = """
    client_max_body_size 8m;
    pyexec_allow *;
    pyexec_preload none;
    pyexec_timeout 20s;
"""
# A location of most servers here.
PROCESS = "location /process { pyexec on; pyexec_isolation process; }"

with open(os.path.join(os.path.dirname(__file__), "attacker.py"),
          encoding="utf-8") as attacker:
    ATTACKER = attacker.read()


# Runs its last argument, which the policy's half in the worker never sees.
HIDDEN = """\
import sys
exec(compile(sys.argv.pop(), "main.py", "exec"))
"""


class WithoutLayers(Server):
    """A server of the debug build that lacks some layers."""

    def __init__(self, without=("guard",), **snippets):
        snippets.setdefault("module", DEBUG_MODULE)
        snippets["main"] = "env PYEXEC_WITHOUT;" + snippets.get("main", "")
        snippets["http"] = HTTP + snippets.get("http", "")
        super().__init__(**snippets)
        self.without = ",".join(without)

    def start(self, timeout=30):
        os.environ["PYEXEC_WITHOUT"] = self.without

        try:
            return super().start(timeout)
        finally:
            del os.environ["PYEXEC_WITHOUT"]


class Outcomes(dict):
    """Name of an attempt -> how it came out; wrong: those that did harm."""

    def __init__(self):
        super().__init__()
        self.wrong = []
        self.answer = None      # of the program, when it came to its end

    def add(self, name, expected, outcome):
        self[name] = outcome

        if outcome not in expected:
            self.wrong.append(f"{name}: {outcome}")


class AttackCase(PyexecTestCase):
    """One server and its canaries for all tests of a class."""

    conf = {}       # snippets of the configuration
    without = ("guard",)
    kind = WithoutLayers
    owner = WORKER_USER     # whose the canaries are

    @classmethod
    def setUpClass(cls):
        cls.server = cls.serve_all(cls.kind(cls.without, **cls.conf))
        cls.canaries = Canaries(cls.server.prefix, owner=cls.owner)
        cls.addClassCleanup(cls.canaries.remove)

    def tearDown(self):
        wrong = self.canaries.check()

        if wrong:
            self.fail("\n".join(["of the host:", *wrong]))

    def post(self, program, path="/run", server=None, **fields):
        """The program, with what it is aimed at as its argument."""
        server = server or self.server
        aim = {"first": 1, "deadly": [], "port": server.port,
               "prefix": server.prefix, "workers": server.worker_pids(),
               "master": server.master.pid,
               **self.canaries.target, **fields.pop("aim", {})}

        return server.post(HIDDEN, path=path, args=[
            json.dumps(aim), ATTACKER + program], **fields)

    def attack(self, program, path="/run", aim=(), again=False, **fields):
        """The outcome of each attempt, with those that kill the program.

        After one that does the program goes on with the next; with "again"
        it begins again, and leaves out that one.
        """
        outcomes = Outcomes()
        aim = {"first": 1, "deadly": [], **dict(aim)}

        while True:
            answer = self.post(program, path, aim=aim, **fields)
            self.assertStatus(answer, 200)
            begun = None

            for line in answer["output"].splitlines():
                if not line.startswith("attempt "):
                    continue

                number, name, expected, outcome = json.loads(line[8:])
                begun = (number, name, expected)

                if outcome is not None:
                    outcomes.add(name, expected, outcome)
                    begun = None

            if begun is None or answer["status"] != "signal":
                self.assertRan(answer, error="")
                self.assertTrue(outcomes)
                outcomes.answer = answer
                return outcomes

            number, name, expected = begun
            outcomes.add(name, expected,
                         signal.Signals(-answer["returncode"]).name)
            aim["deadly"].append(number)

            if not again:
                aim["first"] = number + 1

    def assertInVain(self, program, path="/run", **fields):
        outcomes = self.attack(program, path, **fields)

        if outcomes.wrong:
            self.fail("\n".join(["not in vain:", *outcomes.wrong]))

        return outcomes

    @contextlib.contextmanager
    def assertOthersAnswer(self, path="/run", within=5):
        """Meanwhile a well-behaved program has its answer, and in time."""
        over = threading.Event()
        wrong, times = [], []

        def post():
            while not over.is_set():
                begin = time.monotonic()
                answer = self.server.post("print(sum(range(1000)))",
                                          path=path)
                times.append(time.monotonic() - begin)

                if answer.status != 200 or answer["output"] != "499500\n":
                    wrong.append(answer.body)

                over.wait(0.05)

        thread = threading.Thread(target=post)
        thread.start()

        try:
            yield
        finally:
            over.set()
            thread.join()

        self.assertEqual(wrong, [])
        self.assertTrue(times)
        self.assertLess(max(times), within * PATIENCE)

    def assertNothingLeft(self, idle, within=5):
        """Processes and descriptors are again what they were."""
        wait_until(lambda: Footprint.of(self.server) == idle, within)
        self.assertEqual(Footprint.of(self.server), idle)


class IdleCase(AttackCase):
    """What the server holds is known before the first attack, as "idle"."""

    paths = ("/run",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()

        for path in cls.paths:
            cls.server.post("", path=path)

        cls.idle = Footprint.settled(cls.server)


class BombCase(IdleCase):
    """Programs that take whatever they get, beside some that do not."""

    processes = 16      # as pyexec_processes has it

    def tearDown(self):
        super().tearDown()
        self.assertNothingLeft(self.idle)

    def bomb(self, program, path="/run", run_timeout=1, **fields):
        """The answer, while others have theirs."""
        most, over = [0], threading.Event()

        def watch():
            while not over.wait(0.02):
                most[0] = max(most[0], len(self.server.run_pids()))

        thread = threading.Thread(target=watch)
        thread.start()

        try:
            with self.assertOthersAnswer(path):
                begin = time.monotonic()
                answer = self.post(program, path, run_timeout=run_timeout,
                                   **fields)
                took = time.monotonic() - begin
        finally:
            over.set()
            thread.join()

        self.assertLess(took, (run_timeout + 2) * PATIENCE)

        # Its own, the others', and those that wait for a program.
        idle = self.idle.processes["pyexec-run"]
        self.assertLessEqual(most[0], self.processes + 2 * idle + 2)

        return answer
