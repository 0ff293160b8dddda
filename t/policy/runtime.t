#!/usr/bin/python3

"""The interpreter's half of the policy, seen through the endpoint.

Every program here passes the check of its syntax tree: what it does exists
only while it runs.
"""

from pyexec_test import PyexecTestCase, Server, main


IMPORT = "ImportError: Disallowed import: "
FORBIDDEN = "PermissionError: Forbidden operation: "
FAKED = FORBIDDEN + "compile under the file name of a library"

# What a program sees of the import system without importing it.
SYSTEM = "import sys\n" \
         "def module(*name): return sys.modules[''.join(name)]\n" \
         "lib = module('import', 'lib')\n" \
         "boot = module('import', 'lib._bootstrap')\n" \
         "util = module('import', 'lib.util')\n"

REFUSED = {
    "imports": {
        "a statement in exec": ('exec("import socket")', IMPORT + "socket"),
        "a from-import in exec":
            ('exec("from socket import socket")', IMPORT + "socket"),
        "a star import in exec":
            ('exec("from ctypes import *")', IMPORT + "ctypes"),
        "a submodule in exec":
            ('exec("import multiprocessing.pool as p")',
             IMPORT + "multiprocessing"),
        "a function made by exec":
            ('ns = {}\nexec("def f():\\n import socket", ns)\nns["f"]()',
             IMPORT + "socket"),
        "a class body made by exec":
            ('exec("class A:\\n import socket")', IMPORT + "socket"),
        "an expression in eval":
            ('eval("__import__(\'socket\')")', IMPORT + "socket"),
        "a relative import in exec":
            ('exec("from ..socket.x import y")', IMPORT + "..socket\n"),
        "a package of its own for a relative import":
            ('exec("from . import socket", {"__package__": "json"})',
             IMPORT + ".\n"),
        "under another name":
            ('f = vars(sys.modules["builtins"])["__imp" + "ort__"]\n'
             'f("so" + "cket")', IMPORT + "socket"),
        "by map": ('list(map(vars(module("built", "ins"))["__imp" + "ort__"],'
                   ' ["socket"]))', IMPORT + "socket"),
        "by functools.partial":
            ('import functools\nf = vars(sys.modules["builtins"])'
             '["__imp" + "ort__"]\nfunctools.partial(f, "socket")()',
             IMPORT + "socket"),
        "as a key of heapq.merge, called from a library's frame":
            ('import heapq\nf = vars(sys.modules["builtins"])'
             '["__imp" + "ort__"]\n'
             'list(heapq.merge(["socket"], ["ctypes"], key=f))', IMPORT),
        "by numpy.vectorize, called from a package's frame":
            ('import numpy\nf = vars(sys.modules["builtins"])'
             '["__imp" + "ort__"]\n'
             'numpy.vectorize(f, otypes=[object])(["socket"])',
             IMPORT + "socket"),
        "as a key of sorted":
            ('f = vars(sys.modules["builtins"])["__imp" + "ort__"]\n'
             'sorted(["socket"], key=f)', IMPORT + "socket"),
        "with keyword arguments only in part":
            ('f = vars(sys.modules["builtins"])["__imp" + "ort__"]\n'
             'f("socket", fromlist=["x"], level=0)', IMPORT + "socket"),
        "as C code imports, for what C code never imports":
            ('f = vars(sys.modules["builtins"])["__imp" + "ort__"]\n'
             'g = {}\nf("socket", g, g, [], 0)', IMPORT + "socket"),
        "importlib itself": ('exec("import importlib")',
                             IMPORT + "importlib"),
        "importlib.import_module": ('lib.import_module("socket")',
                                    IMPORT + "socket"),
        "importlib.__import__": ('vars(lib)["__import__"]("socket")',
                                 IMPORT + "socket"),
        "importlib.reload":
            ('import requests\nlib.reload(sys.modules["socket"])',
             IMPORT + "socket"),
        "importlib._bootstrap._gcd_import":
            ('boot._gcd_import("socket")', IMPORT + "socket"),
        "importlib._bootstrap._find_and_load":
            ('boot._find_and_load("socket", None)', IMPORT + "socket"),
        "a module made from its spec":
            ('util.module_from_spec(util.find_spec("socket"))',
             IMPORT + "socket"),
        "an extension module made from its spec":
            ('imp = sys.modules["_imp"]\n'
             'imp.create_dynamic(util.find_spec("_ctypes"))', IMPORT),
        "a module that nobody has imported yet":
            ('exec("import smtplib")', IMPORT + "smtplib"),
        "in a thread of _thread, without a Python frame":
            ('import time\nf = vars(sys.modules["builtins"])'
             '["__imp" + "ort__"]\n'
             'sys.modules["_thread"].start_new_thread(f, ("socket",))\n'
             'time.sleep(0.2)', IMPORT + "socket"),
        "in the globals of a library":
            ('import json\nexec("import socket", vars(json))',
             IMPORT + "socket"),
        "in a child that it forked":
            ('import os\npid = os.fork()\n'
             'if pid == 0:\n    exec("import socket")\n'
             'else:\n    os.waitpid(pid, 0)', IMPORT + "socket"),
        "in __del__ at the very end":
            ('class A:\n    def __del__(self): exec("import socket")\n'
             'a = A()', IMPORT + "socket"),
    },
    "files": {
        "a computed mode":
            ('m = "".join(["w"])\nopen("/tmp/x", m)',
             FORBIDDEN + "open with mode 'w'"),
        "a mode from the input":
            ('open("/tmp/x", input())', FORBIDDEN + "open with mode 'a'"),
        "to read and write":
            ('m = "r" + "+"\nopen("/etc/passwd", m)',
             FORBIDDEN + "open with mode 'r+'"),
        "to create":
            ('m = chr(120)\nopen("/tmp/x", m)',
             FORBIDDEN + "open with mode 'x'"),
        "io.open": ('m = chr(119)\nsys.modules["io"].open("/tmp/x", m)',
                    FORBIDDEN + "open with mode 'w'"),
        "codecs.open":
            ('m = chr(119)\nsys.modules["codecs"].open("/tmp/x", m, "utf-8")',
             FORBIDDEN + "open with mode 'w"),
        "FileIO": ('sys.modules["io"].FileIO("/tmp/x", "w")',
                   FORBIDDEN + "open with mode 'w"),
        "os.open to write":
            ('import os\nos.open("/tmp/x", os.O_WRONLY)',
             FORBIDDEN + "os.open for writing"),
        "os.open to create":
            ('import os\nos.open("/tmp/x", os.O_CREAT)',
             FORBIDDEN + "os.open for writing"),
        "os.open to cut":
            ('import os\nos.open("/etc/passwd", os.O_TRUNC)',
             FORBIDDEN + "os.open for writing"),
        "an opener":
            ('import os\nm = chr(119)\n'
             'open("/tmp/x", m, opener=lambda p, f: os.open(p, f))',
             FORBIDDEN + "open with mode 'w'"),
        "a bytes path": ('m = chr(119)\nopen(b"/tmp/x", m)',
                         FORBIDDEN + "open with mode 'w'"),
        "numpy.savetxt": ('import numpy\nnumpy.savetxt("/tmp/x", [1])',
                          FORBIDDEN + "open with mode 'w"),
    },
    "operations": {
        "os.system": ('import os\nvars(os)["sys" + "tem"]("id")',
                      FORBIDDEN + "os.system"),
        "os.popen": ('import os\nvars(os)["po" + "pen"]("id")',
                     FORBIDDEN + "os.popen"),
        "os.execv": ('import os\nvars(os)["exe" + "cv"]("/bin/id", ["id"])',
                     FORBIDDEN + "os.execv"),
        "os.execlp": ('import os\nvars(os)["exe" + "clp"]("id", "id")',
                      FORBIDDEN + "os.execlp"),
        "os.execvpe":
            ('import os\nvars(os)["exec" + "vpe"]("id", ["id"], {})',
             FORBIDDEN + "os.execvpe"),
        "os.spawnvp": ('import os\nvars(os)["spaw" + "nvp"](0, "id", ["id"])',
                       FORBIDDEN + "os.spawnvp"),
        "os.posix_spawn":
            ('import os\nvars(os)["posix_" + "spawn"]("/bin/id", ["id"], {})',
             FORBIDDEN + "os.posix_spawn"),
        "posix.system": ('vars(module("po", "six"))["sys" + "tem"]("id")',
                         FORBIDDEN + "os.system"),
        "os.system in eval": ('import os\neval("os.system(\'id\')")',
                              FORBIDDEN + "os.system"),
        "os.system as a key of heapq.merge":
            ('import heapq, os\nf = vars(os)["sys" + "tem"]\n'
             'list(heapq.merge(["id"], ["id"], key=f))',
             FORBIDDEN + "os.system"),
        "subprocess.run with shell in a dictionary":
            ('import subprocess\nsubprocess.run("id", **{"shell": True})',
             FORBIDDEN + "subprocess.run with shell=True"),
        "subprocess.check_output with a computed shell":
            ('import subprocess\ns = len("x")\n'
             'subprocess.check_output("id", shell=s)',
             FORBIDDEN + "subprocess.check_output with shell=True"),
        "subprocess.Popen with a computed shell":
            ('import subprocess\nsubprocess.Popen("id", shell=not sys)\n'
             'subprocess.Popen("id", shell=not not sys)',
             FORBIDDEN + "subprocess.Popen with shell=True"),
        "subprocess.call by a computed name":
            ('import subprocess\nvars(subprocess)["ca" + "ll"]("id", '
             '**{"she" + "ll": 1})',
             FORBIDDEN + "subprocess.call with shell=True"),
        "subprocess.getoutput":
            ('import subprocess\nvars(subprocess)["get" + "output"]("id")',
             FORBIDDEN + "subprocess.getoutput"),
        "subprocess.getstatusoutput":
            ('import subprocess\nvars(subprocess)["getstatus" + "output"]'
             '("id")', FORBIDDEN + "subprocess.getstatusoutput"),
        "a subclass of Popen":
            ('import subprocess\nclass P(subprocess.Popen): pass\n'
             'P("id", **{"shell": True})',
             FORBIDDEN + "subprocess.Popen with shell=True"),
    },
    "disguises": {
        "compile under a library's name":
            ('import json\ncompile("import socket", json.__file__, "exec")',
             FAKED),
        "compile under the import system's name":
            ('compile("import socket", "<frozen importlib._bootstrap>", '
             '"exec")', FAKED),
        "code.replace":
            ('def f(): pass\nf.__code__.replace(co_filename=sys.modules["os"]'
             '.__file__)', FAKED),
    },
}

# Each prints "fine" when it has done what it says.
ACCEPTED = {
    "datetime.strptime":
        'import datetime\ndatetime.datetime.strptime("2020", "%Y")',
    "time.strptime": 'import time\ntime.strptime("2020", "%Y")',
    "a submodule of numpy": 'import numpy.fft\nnumpy.fft.fft([1, 2])',
    "a lazy submodule of numpy":
        'import numpy\nnumpy.testing.assert_equal(1, 1)',
    "a host name in requests":
        'import requests\n'
        'requests.Request("GET", "http://\u00fcber.example/").prepare()',
    "an encoding nobody used before":
        'assert "\u00e9".encode("cp1252") == b"\\xe9"; "x".encode("idna")',
    "a decimal in C": 'import decimal\ndecimal.Decimal(1) / 3',
    "uuid1": 'import uuid\nuuid.uuid1()',
    "a regular expression's debug print":
        'import re\nre.compile("a")',
    "namedtuple and dataclass, which exec":
        'import collections, dataclasses\n'
        'collections.namedtuple("P", "a b")(1, 2)\n'
        '@dataclasses.dataclass\nclass A:\n    x: int = 1\nA()',
    "subprocess without a shell":
        'import subprocess\nassert subprocess.run(["echo", "x"], '
        'stdout=subprocess.PIPE).stdout == b"x\\n"',
    "subprocess with DEVNULL":
        'import subprocess\nsubprocess.run(["true"], '
        'stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)',
    "subprocess by posix_spawn":
        'import subprocess\nsubprocess.check_call(["/bin/true"], '
        'close_fds=False)',
    "sh -c spelt out": 'import subprocess\n'
        'subprocess.check_call(["/bin/sh", "-c", "true"])',
    "shell that is false by computation":
        'import subprocess\nsubprocess.check_call(["true"], shell=not 1)',
    "a pipe to write to": 'import subprocess\n'
        'assert subprocess.run(["cat"], input=b"x", '
        'stdout=subprocess.PIPE).stdout == b"x"',
    "a future statement": 'exec("from __future__ import annotations")',
    "a fork": 'import os\npid = os.fork()\n'
        'if pid == 0: os._exit(0)\nos.waitpid(pid, 0)',
    "a file to read": 'open("/etc/passwd").read()',
    "a file to read by os.open": 'import os\n'
        'os.close(os.open("/etc/passwd", os.O_RDONLY))',
    "a directory": 'import os\nos.listdir("/")',
    "the null device": 'import os\nm = chr(119)\n'
        'open(os.devnull, m).write("x")',
    "exec, eval and compile": 'exec("x = 1"); eval("x + 1"); '
        'exec(compile("y = 2", "<mine>", "exec")); '
        'compile("1", "main.py", "eval")',
    "an allowed import in exec": 'exec("import json, numpy.linalg")',
    "an allowed import by a computed name":
        'import sys\nsys.modules["importlib"].import_module("js" + "on")',
    "a traceback": 'import requests\n'
        'try:\n    1/0\nexcept ZeroDivisionError:\n'
        '    import sys\n    sys.modules["traceback"].format_exc()',
    "a warning": 'import sys\nsys.modules["warnings"].warn("x")',
    "the message, caught": 'try:\n    exec("import socket")\n'
        'except ImportError as error:\n'
        '    assert str(error) == "Disallowed import: socket"\n'
        '    assert error.name == "socket"',
    "a missing module that is allowed":
        'try:\n    exec("import numpy.nothing")\n'
        'except ModuleNotFoundError as error:\n'
        '    assert error.name == "numpy.nothing"',
}


class TheInterpretersHalf(PyexecTestCase):

    @classmethod
    def setUpClass(cls):
        cls.server = cls.serve_all(Server())

    def refused(self, group):
        for name, (code, message) in REFUSED[group].items():
            with self.subTest(name):
                answer = self.server.post(SYSTEM + "\n" + code, stdin="a")
                self.assertEqual(answer.status, 200, answer.body)
                self.assertIn(message, answer["error"], name)

    def test_imports_that_exist_only_at_run_time_are_refused(self):
        self.refused("imports")

    def test_files_are_not_opened_for_writing_by_any_way(self):
        self.refused("files")

    def test_forbidden_operations_are_refused_under_their_real_names(self):
        self.refused("operations")

    def test_code_does_not_pass_for_a_library(self):
        self.refused("disguises")

    def test_what_honest_programs_and_libraries_do_goes_on_working(self):
        for name, code in ACCEPTED.items():
            with self.subTest(name):
                answer = self.server.post(code + "\nprint('fine')")
                self.assertEqual(answer.status, 200, answer.body)
                self.assertTrue(answer["output"].endswith("fine\n"),
                                (name, answer.body))

    def test_libraries_load_when_nothing_was_preloaded(self):
        server = self.serve(server="""
            location /cold { pyexec on; pyexec_preload none; }""")
        for name in ("numpy", "requests", "uuid", "statistics, decimal"):
            answer = server.post(f"import {name}\nprint('fine')",
                                 path="/cold")
            self.assertRan(answer, output="fine\n")

    def test_the_program_goes_on_after_a_refusal(self):
        answer = self.server.post(
            "try:\n    exec('import socket')\n"
            "except ImportError as error:\n    print(error)\n"
            "print('and on')")
        self.assertRan(answer,
                       output="Disallowed import: socket\nand on\n")

    def test_nothing_of_the_guard_is_within_reach_of_python(self):
        answer = self.server.post(
            "import sys\n"
            "b = sys.modules[''.join(['built', 'ins'])]\n"
            "f = vars(b)['__imp' + 'ort__']\n"
            "print(repr(f), f.__self__ is b)\n"
            "print([n for n in sys.modules if 'pyexec' in n])\n"
            "print(hasattr(f, '__wrapped__'), hasattr(f, '__closure__'))\n")
        self.assertRan(answer, output="<built-in function __import__> True\n"
                                      "[]\nFalse False\n")


class AllowLists(PyexecTestCase):

    def test_each_location_has_its_own_list_at_run_time_too(self):
        server = self.serve(server="""
            location /socket { pyexec on; pyexec_allow default socket; }
            location /none { pyexec on; pyexec_allow none; }
            location /any { pyexec on; pyexec_allow *; }""")
        code = "exec('import socket')\nprint('in')"

        self.assertIn(IMPORT, server.post(code)["error"])
        self.assertIn(IMPORT, server.post(code, path="/none")["error"])
        self.assertRan(server.post(code, path="/socket"), output="in\n")
        self.assertRan(server.post(code, path="/any"), output="in\n")


if __name__ == "__main__":
    main()
