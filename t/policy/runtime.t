#!/usr/bin/python3

"""The interpreter's half of the policy, seen through the endpoint.

Every program here passes the check of its syntax tree: what it does exists
only while it runs.
"""

import sys
import unittest

from pyexec_test import PyexecTestCase, Server, main


IMPORT = "ImportError: Disallowed import: "
FORBIDDEN = "PermissionError: Forbidden operation: "

# Names of modules that no program here may have.
LIST = """
    pyexec_allow default builtins code codecs importlib io logging marshal pdb
                 pickle runpy signal threading timeit types unittest
                 weakref;"""

# What a program sees of the import system without importing it.
SYSTEM = "import sys\n" \
         "def module(*name): return sys.modules[''.join(name)]\n" \
         "lib = module('import', 'lib')\n" \
         "boot = module('import', 'lib._bootstrap')\n" \
         "util = module('import', 'lib.util')\n" \
         "f = vars(module('built', 'ins'))['__imp' + 'ort__']\n"

# A string that says of itself what suits it.
LIAR = "class S(str):\n" \
       "    def __eq__(self, other): return other == 'json' or other == 'r'\n" \
       "    def __hash__(self): return hash('json')\n" \
       "    def __str__(self): return 'json'\n" \
       "    def __contains__(self, other): return False\n" \
       "    def __getitem__(self, key): return 'json'[key]\n" \
       "    def __len__(self): return 4\n" \
       "    def startswith(self, *other): return False\n" \
       "    def partition(self, other): return ('json', '', '')\n" \
       "    def rpartition(self, other): return ('', '', 'json')\n"

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
    "shapes": {
        "by keyword": ('f(name="socket")', IMPORT + "socket"),
        "from a dictionary": ('f(**{"name": "socket"})', IMPORT + "socket"),
        "from a dictionary whose key lies":
            (LIAR + 'class K(str):\n'
             '    def __eq__(self, other): return other == "name"\n'
             '    def __hash__(self): return hash("name") + 1\n'
             'f(**{K("name"): "socket"})', IMPORT + "socket"),
        "from a list": ('f(*["socket"])', IMPORT + "socket"),
        "by keyword with all else":
            ('f(name="socket", globals=globals(), locals=None, fromlist=(),'
             ' level=0)', IMPORT + "socket"),
        "a string that lies": (LIAR + 'f(S("socket"))', IMPORT + "socket"),
        "a string that lies, by keyword":
            (LIAR + 'f(name=S("socket"))', IMPORT + "socket"),
        "a string that lies, to import_module":
            (LIAR + 'lib.import_module(S("socket"))', IMPORT + "socket"),
        "a string that lies, to _gcd_import":
            (LIAR + 'boot._gcd_import(S("socket"))', IMPORT + "socket"),
        "import_module by keyword":
            ('lib.import_module(name="socket")', IMPORT + "socket"),
        "import_module relative to a package":
            ('lib.import_module(".sub", "multiprocessing")',
             IMPORT + "multiprocessing"),
        "import_module relative to a package, by keyword":
            ('lib.import_module(package="multiprocessing", name=".sub")',
             IMPORT + "multiprocessing"),
        "_gcd_import by keyword":
            ('boot._gcd_import(name="socket")', IMPORT + "socket"),
        "_gcd_import relative to a package":
            ('boot._gcd_import("pool", package="multiprocessing", level=1)',
             IMPORT + "multiprocessing"),
        "_find_and_load by keyword":
            ('boot._find_and_load(name="smtplib", import_=f)',
             IMPORT + "smtplib"),
        "importlib's own, by keyword":
            ('vars(boot)["__imp" + "ort__"](name="smtplib")',
             IMPORT + "smtplib"),
        "reload by keyword":
            ('import requests\nlib.reload(module=sys.modules["socket"])',
             IMPORT + "socket"),
        "module_from_spec by keyword":
            ('util.module_from_spec(spec=util.find_spec("socket"))',
             IMPORT + "socket"),
        "partial by keyword":
            ('import functools\nfunctools.partial(f, name="socket")()',
             IMPORT + "socket"),
        "operator.call": ('import operator\noperator.call(f, "socket")',
                          IMPORT + "socket"),
        "operator.methodcaller":
            ('import operator\noperator.methodcaller("__imp" + "ort__",'
             ' "socket")(lib)', IMPORT + "socket"),
        "map with a string that lies":
            (LIAR + 'list(map(f, [S("socket")]))', IMPORT + "socket"),
        "starmap with the arguments of a statement, in a library's frame":
            ('import itertools, statistics\nstatistics.fmean('
             'itertools.starmap(f, [("socket", {}, None, None, 0)]))',
             IMPORT + "socket"),
        "starmap with the arguments of C code, in a library's frame":
            ('import itertools, statistics\ng = {}\nstatistics.fmean('
             'itertools.starmap(f, [("threading", g, g, [], 0)]))',
             IMPORT + "threading"),
        "as C code imports, for what C code does import":
            ('g = {}\nf("threading", g, g, [], 0)', IMPORT + "threading"),
        "as a package's C code, which calls it":
            ('import numpy\ng = {}\na = numpy.empty(1, object)\na[0] = []\n'
             'numpy.frompyfunc(lambda n, e: f(n, g, g, e, 0), 2, 1)'
             '("socket", a)', IMPORT + "socket"),
        "called by a package's C code":
            ('import numpy\na = numpy.empty(1, object)\na[0] = "socket"\n'
             'numpy.frompyfunc(f, 1, 1)(a)', IMPORT + "socket"),
        "through a function of the import system":
            ('boot._call_with_frames_removed(f, "socket")',
             IMPORT + "socket"),
        "an attribute of a module that is being imported":
            ('import functools\nclass M: pass\n'
             'M.__spec__ = property(functools.partial(f, "smtplib"))\n'
             'sys.modules["json"] = M()\nexec("import json")\n'
             'sys.exit(str("smtplib" in sys.modules))', "False"),
        "a finder in C, within an import that is allowed":
            ('import functools\nclass F: pass\n'
             'F.find_spec = staticmethod(functools.partial(f, "socket"))\n'
             'sys.meta_path.insert(0, F)\nexec("import numpy.nothing")',
             IMPORT + "socket"),
        "a module that names itself another":
            ('import json\njson.__name__ = "multiprocessing"\n'
             'f("json", fromlist=["pool"])', IMPORT + "multiprocessing"),
        "relative by keyword":
            ('f("pool", {"__package__": "multiprocessing"}, level=1)',
             IMPORT + ".pool"),
        "relative, with a number that lies":
            ('class L(int):\n    def __eq__(self, other): return other == 0\n'
             '    def __gt__(self, other): return False\n'
             'f("pool", {"__package__": "multiprocessing"}, None, (), L(1))',
             IMPORT + ".pool"),
        "a specification that changes its name":
            ('class P:\n    names = ["json", "json", "_ctypes", "_ctypes"]\n'
             '    origin = util.find_spec("_ctypes").origin\n'
             '    @property\n'
             '    def name(self): return self.names.pop(0)\n'
             'sys.modules["_imp"].create_dynamic(P())', IMPORT),
        "native code under an allowed package's name":
            ('spec = util.find_spec("_ctypes")\nspec.name = "numpy._ctypes"\n'
             'sys.modules["_imp"].create_dynamic(spec)', IMPORT + "numpy"),
        "in a generator": ('def g(): yield f(name="socket")\nnext(g())',
                           IMPORT + "socket"),
        "in a context variable's run":
            ('import requests\n'
             'sys.modules["contextvars"].Context().run(f, name="socket")',
             IMPORT + "socket"),
        "in __del__":
            ('class A:\n    def __del__(self): f(name="socket")\n'
             'a = A()\ndel a', IMPORT + "socket"),
        "in a trace function":
            ('def trace(*args): sys.settrace(None); f(name="socket")\n'
             'sys.settrace(trace)\n(lambda: 0)()', IMPORT + "socket"),
        "as a trace function":
            ('import functools\n'
             'sys.setprofile(functools.partial(lambda n, *a: f(name=n),'
             ' "socket"))\nlen("")', IMPORT + "socket"),
        "in the import of an allowed module, by its finder":
            ('class F:\n'
             '    def find_spec(self, *a): return f(name="socket")\n'
             'sys.meta_path.insert(0, F())\nexec("import numpy.nothing")',
             IMPORT + "socket"),
        "in subprocess, before the program":
            ('import functools, os, subprocess\n'
             'subprocess.run(["true"], preexec_fn=functools.partial('
             'vars(os)["sys" + "tem"], "echo walked around"))',
             "Exception occurred in preexec_fn"),
        "os.system in the globals of subprocess":
            ('import os, subprocess\n'
             'exec("o.system(\'id\')", {**vars(subprocess), "o": os})\n'
             'exec("os.system(\'id\')", vars(subprocess))',
             FORBIDDEN + "os.system"),
        "os.system in the globals of subprocess alone":
            ('import os, subprocess\nexec("os.system(\'id\')",'
             ' vars(subprocess))', FORBIDDEN + "os.system"),
        "shell that is true only once":
            ('import subprocess\nclass B:\n    said = [True]\n'
             '    def __bool__(self): return self.said.pop() if self.said'
             ' else False\n'
             'subprocess.run("id", **{"she" + "ll": B()})',
             FORBIDDEN + "subprocess.run with shell=True"),
        "shell that is an int that lies":
            ('import subprocess\nclass I(int):\n'
             '    def __eq__(self, other): return other == 0\n'
             'subprocess.run("id", **{"she" + "ll": I(1)})',
             FORBIDDEN + "subprocess.run with shell=True"),
        "shell by position":
            ('import subprocess\nsubprocess.Popen(*["id", -1, None, None, None,'
             ' None, None, True, len("x")])',
             FORBIDDEN + "subprocess.Popen with shell=True"),
        "a mode that lies": (LIAR + 'open("/tmp/x", S("w"))',
                             FORBIDDEN + "open with mode 'w'"),
        "a mode that lies, by keyword":
            (LIAR + 'open(**{"file": "/tmp/x", "mode": S("a")})',
             FORBIDDEN + "open with mode 'a'"),
        "a path that lies":
            ('class N(str):\n    def __eq__(self, other): return True\n'
             '    def __hash__(self): return hash("/dev/null")\n'
             '    def __str__(self): return "/dev/null"\n'
             '    def __fspath__(self): return "/dev/null"\n'
             'm = chr(119)\nopen(N("/tmp/x"), m)',
             FORBIDDEN + "open with mode 'w'"),
        "a path that is another when it is asked again":
            ('class N:\n    names = ["/tmp/x", "/dev/null", "/tmp/x"]\n'
             '    def __fspath__(self): return self.names.pop()\n'
             'm = chr(119)\nsys.modules["io"].FileIO(N(), m)',
             FORBIDDEN + "open with mode 'w"),
        "a path that begins like the null device's":
            ('m = chr(119)\nopen("/dev/null/../../tmp/x", m)',
             FORBIDDEN + "open with mode 'w'"),
    },
    "disguises": {
        "compile under a library's name":
            ('import json\nexec(compile("import socket", json.__file__, '
             '"exec"))', IMPORT + "socket"),
        "compile under the import system's name":
            ('exec(compile("import socket", "<frozen importlib._bootstrap>", '
             '"exec"))', IMPORT + "socket"),
        "compile as the name of a module's file that is frozen":
            ('exec(compile("import socket", "<frozen os>", "exec"))',
             IMPORT + "socket"),
        "a function compiled under a library's name":
            ('import json\nns = {}\nexec(compile("def g():\\n import socket",'
             ' json.__file__, "exec"), ns)\nns["g"]()', IMPORT + "socket"),
        "code.replace":
            ('ns = {}\nexec("def g():\\n import socket", ns)\ng = ns["g"]\n'
             'g.__code__ = g.__code__.replace(co_filename=sys.modules["os"]'
             '.__file__)\ng()', IMPORT + "socket"),
        "a library's code with another name in it":
            ('import requests\n'
             'g = sys.modules["requests.utils"].get_netrc_auth\n'
             'names = tuple("smtplib" if n == "netrc" else n'
             ' for n in g.__code__.co_names)\n'
             'g.__code__ = g.__code__.replace(co_names=names)\n'
             'g("http://example.org/")\n'
             'sys.exit(str("smtplib" in sys.modules))', "False"),
        "a function made of code, in a library's globals":
            ('import json\nns = {}\nexec("def g():\\n import socket", ns)\n'
             'type(ns["g"])(ns["g"].__code__.replace(co_filename='
             'json.__file__), vars(json))()', IMPORT + "socket"),
        "a library's function with other code":
            ('import json\nns = {}\n'
             'exec(compile("def g(*a, **k):\\n import socket",'
             ' json.__file__, "exec"), ns)\n'
             'json.dumps.__code__ = ns["g"].__code__\njson.dumps(1)',
             IMPORT + "socket"),
        "code under a name that is written into it":
            ('import json\nc = compile("import socket", "x", "exec")\n'
             'sys.modules["_imp"]._fix_co_filename(c, json.__file__)\nexec(c)',
             IMPORT + "socket"),
        "marshal":
            ('import json\nm = sys.modules["marshal"]\n'
             'exec(m.loads(m.dumps(compile("import socket", json.__file__,'
             ' "exec"))))', IMPORT + "socket"),
        "a loader that gives another file's content":
            ('import json\nmachinery = sys.modules["importlib.machinery"]\n'
             'class L(machinery.SourceFileLoader):\n'
             '    def get_data(self, path): return b"import socket"\n'
             '    def path_stats(self, path): raise OSError\n'
             'L("json", json.__file__).exec_module(json)', IMPORT + "socket"),
        "an import system that compiles something else":
            ('machinery = sys.modules["importlib.machinery"]\n'
             'machinery.SourceFileLoader.get_code = lambda self, name: '
             'compile("import socket", self.path, "exec")\n'
             'exec("import json.tool")', IMPORT + "socket"),
        "an import system that loads something else":
            ('evil = lambda data: compile("import socket", '
             'sys.modules["json"].__file__, "exec")\n'
             'sys.modules["marshal"].loads = evil\n'
             'vars(sys.modules["builtins"])["com" + "pile"] = evil\n'
             'exec("import json.tool")\n'
             'sys.exit(str("main" in vars(sys.modules["json.tool"])))',
             "True"),
        "the source of a library that is not in the list":
            ('import os\npath = os.path.join(os.path.dirname(os.__file__),'
             ' "smtplib.py")\n'
             'exec(compile(open(path).read(), path, "exec"))',
             IMPORT + "socket"),
        "the file of a library that is not in the list, by its loader":
            ('import os\nmachinery = sys.modules["importlib.machinery"]\n'
             'path = os.path.join(os.path.dirname(os.__file__), "smtplib.py")\n'
             'machinery.SourceFileLoader("json", path).exec_module('
             'type(sys)("json"))', IMPORT + "socket"),
        "a package's function that runs a string":
            ('import numpy.testing\nnumpy.testing.measure("import socket")',
             IMPORT + "socket"),
        "exec, called by a package":
            ('import numpy\nnumpy.vectorize(exec)(["import socket"])',
             IMPORT + "socket"),
        "a named tuple's odd names":
            ('import collections\ncollections.namedtuple("P", ["a", '
             '"b=__imp" + "ort__(\'socket\')"])', "ValueError"),
        "a data class's hostile default":
            ('import dataclasses\ndataclasses.make_dataclass("A", [("x", '
             '"__imp" + "ort__(\'socket\')", dataclasses.field('
             'default_factory=lambda: f(name="socket")))])()',
             IMPORT + "socket"),
        "a hint that is evaluated":
            ('import typing\nclass A:\n    x: "__imp" "ort__(\'socket\')"\n'
             'typing.get_type_hints(A)', IMPORT + "socket"),
        "string.Formatter":
            ('import string\nclass F(string.Formatter):\n'
             '    def get_value(self, key, *a): return f(name=key)\n'
             'F().format("{socket}")', IMPORT + "socket"),
    },
    "borrowed": {
        "timeit": ('import timeit\ntimeit.timeit("import socket", number=1)',
                   IMPORT + "socket"),
        "timeit's set-up":
            ('import timeit\ntimeit.timeit("1", "import socket", number=1)',
             IMPORT + "socket"),
        "code.InteractiveInterpreter":
            ('import code\n'
             'code.InteractiveInterpreter().runsource("import socket")',
             IMPORT + "socket"),
        "pdb": ('import io, pdb\np = pdb.Pdb(stdin=io.StringIO("c\\n"),'
                ' stdout=io.StringIO())\n'
                'said = []\np.run("try:\\n import socket\\nexcept ImportError'
                ' as e: said.append(str(e))")\nsys.exit(said[0])',
                "Disallowed import: socket"),
        "runpy.run_module": ('import runpy\nrunpy.run_module("smtplib")',
                             IMPORT + "socket"),
        "runpy.run_path":
            ('import os, runpy\nrunpy.run_path(os.path.join(os.path.dirname('
             'os.__file__), "smtplib.py"))', IMPORT + "socket"),
        "pickle": ('import pickle\npickle.loads(b"csmtplib\\nSMTP\\n.")',
                   IMPORT + "smtplib"),
        "pickle in Python":
            ('import pickle\npickle._loads(b"csmtplib\\nSMTP\\n.")',
             IMPORT + "smtplib"),
        "unittest.mock":
            ('import unittest.mock\nunittest.mock.patch("smtplib.SMTP")'
             '.start()', IMPORT + "smtplib"),
        "unittest's loader":
            ('import unittest\nunittest.TestLoader().loadTestsFromName('
             '"smtplib.SMTP").debug()', IMPORT + "smtplib"),
        "the import system's own function":
            ('import importlib, types\n'
             'types.FunctionType(importlib.util.find_spec.__code__, '
             'vars(importlib.util))("multiprocessing.pool", None)',
             IMPORT + "multiprocessing"),
        "types.CodeType":
            ('import json, types\nns = {}\n'
             'exec("def g():\\n import socket", ns)\nc = ns["g"].__code__\n'
             'n = ("argcount posonlyargcount kwonlyargcount nlocals stacksize'
             ' flags code consts names varnames filename name qualname'
             ' firstlineno linetable exceptiontable freevars cellvars")\n'
             'types.FunctionType(types.CodeType(*(json.__file__ if a == '
             '"filename" else getattr(c, "co_" + a) for a in n.split())), '
             'vars(json))()', IMPORT + "socket"),
        "a thread": ('import threading\nt = threading.Thread(target=f, '
                     'kwargs={"name": "socket"})\nt.start()\nt.join()',
                     IMPORT + "socket"),
        "a signal handler":
            ('import signal\nsignal.signal(signal.SIGUSR1, '
             'lambda *a: f(name="socket"))\n'
             'signal.raise_signal(signal.SIGUSR1)', IMPORT + "socket"),
        "a weak reference's callback":
            ('import functools, weakref\nclass A: pass\na = A()\n'
             'r = weakref.ref(a, lambda r: f(name="socket"))\ndel a',
             IMPORT + "socket"),
        "an alias in a library's class":
            ('import logging.config\n'
             'logging.config.dictConfig({"version": 1, "handlers": {"h": '
             '{"class": "smtplib.SMTP"}}})', IMPORT + "smtplib"),
    },
}

# A trace function that goes where meet() leads and jumps over one line.
JUMP = \
    'import subprocess\n' \
    'lines = list(open(subprocess.__file__))\n' \
    'line = max(n for n, text in enumerate(lines, 1)' \
    ' if "sys.audit(\\"subprocess.Popen" in text)\n' \
    'def trace(frame, event, _):\n' \
    '    if frame.f_code.co_name == "_execute_child":\n' \
    '        if event == "line":\n' \
    '            meet(frame)\n' \
    '            if frame.f_lineno == line: frame.f_lineno = line + 1\n' \
    '        return trace\n'

# Each defines attempt(), which succeeds where it walks around the guard.
AROUND = {
    "the import function that the import system hands on":
        'class M:\n    __path__ = []\n'
        '    def __getattr__(self, name):\n'
        '        if name != "x": raise AttributeError(name)\n'
        '        kept.append(sys._getframe(1).f_locals["import_"])\n'
        'kept = []\n'
        'def attempt():\n    sys.modules["json"] = M()\n'
        '    f("json", fromlist=["x"])\n'
        '    return kept[0]("sqlite3")',
    "the functions as they were, which the garbage collector knows":
        'def attempt():\n    gc = sys.modules["gc"]\n    gc.unfreeze()\n'
        '    now = sys.modules["_imp"].create_dynamic\n'
        '    spec = util.find_spec("_lsprof")\n'
        '    return [one(spec) for one in gc.get_objects() if one is not now'
        ' and getattr(one, "__name__", "") == "create_dynamic"]',
    "the import function as it was, in what the interpreter keeps":
        'def attempt():\n    gc = sys.modules["gc"]\n    gc.unfreeze()\n'
        '    key = "".join(("__im", "port__"))\n'
        '    kept = [one[key] for one in gc.get_objects()'
        ' if type(one) is dict and key in one]\n'
        '    kept = [one for one in kept if one is not f'
        ' and type(one) is type(len)]\n'
        '    return [one("sqlite3") for one in kept]',
    "a module of the import system's that is made again":
        'def attempt():\n    spec = util.find_spec("importlib.util")\n'
        '    code = spec.loader.get_code(spec.name)\n'
        '    ext = util.find_spec("_lsprof")\n'
        '    del sys.modules["_imp"]\n'
        '    exec(code, {"__name__": spec.name, "__package__": "importlib"})\n'
        '    return sys.modules["_imp"].create_dynamic(ext)',
    "a name that is none when it is asked first":
        'class S:\n    names = ["_lsprof"] * 9 + [3]\n'
        '    origin = util.find_spec("_lsprof").origin\n'
        '    name = property(lambda self: self.names.pop())\n'
        'def attempt(): return sys.modules["_imp"].create_dynamic(S())',
    "a relative import in other globals than its frame's":
        'import json\n'
        'c = compile("r = f(\'dbapi2\', {\'__package__\': \'sqlite3\'},'
        ' None, (), 1)", json.__file__, "exec")\n'
        'def attempt():\n    exec(c, {"__package__": "json", "f": f})\n'
        '    return "sqlite3" in sys.modules',
    "native code of another package, by way of an allowed one":
        'import json, os\n'
        'def attempt():\n    spec = util.find_spec("_lsprof")\n'
        '    spec.name = "json._lsprof"\n'
        '    top = os.path.dirname(json.__file__)\n'
        '    spec.origin = os.path.join(top, os.path.relpath(spec.origin,'
        ' top))\n'
        '    return sys.modules["_imp"].create_dynamic(spec)',
    "native code in the working directory":
        'import os\n'
        'def attempt():\n    spec = util.find_spec("_lsprof")\n'
        '    spec.name = "json._lsprof"\n'
        '    top, spec.origin = os.path.split(spec.origin)\n'
        '    os.chdir(top)\n'
        '    return sys.modules["_imp"].create_dynamic(spec)',
    "the source of another library, by way of an allowed one":
        'import json, os\n'
        'def attempt():\n'
        '    path = os.path.dirname(json.__file__) + "/../smtplib.py"\n'
        '    exec(compile(open(path).read(), path, "exec"), {})\n'
        '    return True',
    "a package whose path leads out of it":
        'import json, os\n'
        'def attempt():\n'
        '    json.__path__ = [os.path.dirname(json.__file__) + "/.."]\n'
        '    return lib.import_module("json.smtplib")',
    "a name that text is decoded by":
        'import codecs, io\n'
        'class D:\n    decode = boot._find_and_load\n'
        '    def setstate(self, state): pass\n'
        'class B:\n    closed = False\n'
        '    def read(self, *n): return "sqlite3"\n'
        '    def readable(self): return True\n'
        '    def writable(self): return False\n'
        '    def seekable(self): return False\n'
        '    def flush(self): pass\n'
        '    def close(self): pass\n'
        'codecs.register(lambda name: codecs.CodecInfo(None, None, name=name,'
        ' incrementaldecoder=lambda *a: D()) if name == "x" else None)\n'
        'def attempt():\n    try: io.TextIOWrapper(B(), encoding="x").read()\n'
        '    except TypeError: pass\n'
        '    return "sqlite3" in sys.modules',
    "what C code needs itself, in a pickle":
        'import pickle\n'
        'def attempt(): return pickle.loads(b"clinecache\\ncache\\n.")',
    "what C code needs itself, in a newer pickle":
        'import pickle\n'
        'def attempt(): return pickle.loads(b"\\x80\\x04\\x8c\\x09linecache"'
        ' b"\\x8c\\x07getline\\x93.")',
    "what C code needs itself, by a name that pickle is given":
        'import io, pickle\n'
        'def attempt():\n    one = pickle.Unpickler(io.BytesIO())\n'
        '    return one.find_class("linecache", "getline")',
    "what C code imports, in a pickle":
        'import pickle\n'
        'def attempt(): return pickle.loads(b"csqlite3\\nconnect\\n.")',
    "a shell, where subprocess has another sys":
        'import subprocess\n'
        'class Y:\n    def __getattr__(self, name):\n'
        '        return (lambda *a: None) if name == "audit" else '
        'getattr(sys, name)\n'
        'def attempt():\n    subprocess.sys = Y()\n'
        '    return subprocess.run("echo", **{"shell": True})',
    "a shell, by a jump over the line that tells of it":
        JUMP + 'def attempt():\n    sys.settrace(trace)\n'
        '    return subprocess.run("echo", **{"shell": True})\n'
        'def meet(frame): pass\n',
    "a shell, without the method that has the name":
        'import subprocess\n'
        'class P(subprocess.Popen):\n    def __init__(self): pass\n'
        'def attempt():\n    P()._execute_child("echo", None, None, True, (),'
        ' None, None, None, 0, True, -1, -1, -1, -1, -1, -1, True, None, None,'
        ' None, -1, False, -1)\n'
        '    return True',
}

# These lead around it today, see "What is left open" in docs/policy.md.  What
# they do is allowed in another form, ["sh", "-c", "echo"].
KNOWN_WAYS = {
    "a shell, by a trace function that changes what is local":
        JUMP + 'def attempt():\n    sys.settrace(trace)\n'
        '    return subprocess.run("echo", **{"shell": True})\n'
        'def meet(frame):\n'
        '    if frame.f_lineno >= line:\n'
        '        names = frame.f_locals\n'
        '        names["shell"] = False\n'
        '        try: del names["unix_shell"]\n'
        '        except (KeyError, ValueError): pass\n',
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
    "the null device by its name": 'm = chr(119)\n'
        'open("/dev/null", m).write("x"); open(b"/dev/null", m).close()',
    "standard output by its number": 'm = chr(119)\n'
        'open(1, m, closefd=False).write("")',
    "standard output and error by their names": 'm = chr(119)\n'
        'open("/dev/stdout", m).write(""); open("/dev/stderr", m).write("")',
    "a pipe of its own": 'import os\nm = chr(119)\nr, w = os.pipe()\n'
        'with os.fdopen(w, m) as pipe: pipe.write("x")\n'
        'assert os.read(r, 9) == b"x"',
    "the program itself": 'exec("import __main__ as me; me.x = 1"); x\n'
        'import sys\nmain = "__main__"\n'
        'assert vars(sys.modules["importlib"])["import_module"](main).x',
    "an allowed import relative to a package": 'import numpy, sys\n'
        'load = vars(sys.modules["importlib"])["import_" + "module"]\n'
        'load(".linalg", "numpy")\nload(package="numpy", name=".fft")',
    "an allowed import by keyword": 'import sys\n'
        'sys.modules["importlib"].import_module(name="json.tool")',
    "a lazy import in a package": 'import requests\n'
        'requests.utils.get_netrc_auth("http://example.org/")',
    "lazy imports in threads": 'import requests, sys\n'
        'threading = sys.modules["threading"]\n'
        'done = []\n'
        'def look():\n'
        '    requests.utils.get_netrc_auth("http://example.org/")\n'
        '    exec("import json.tool, numpy.matlib")\n'
        '    done.append(1)\n'
        'threads = [threading.Thread(target=look) for i in range(8)]\n'
        'for t in threads: t.start()\n'
        'for t in threads: t.join()\n'
        'assert len(done) == 8',
    "code under a library's name that imports nothing":
        'import json\nexec(compile("x = 1", json.__file__, "exec"))',
    "the signature and the text of a function that imports":
        'import sys\nlib = sys.modules["importlib"]\n'
        'assert lib.import_module.__text_signature__ == '
        '"(name, package=None)"\n'
        'assert "Import a module" in lib.import_module.__doc__\n'
        'assert lib.import_module.__module__ == "importlib"',
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
        cls.server = cls.serve_all(Server(server=f"""
            location /borrowed {{ pyexec on; {LIST} }}"""))

    def refused(self, group, path="/run"):
        for name, (code, message) in REFUSED[group].items():
            with self.subTest(name):
                answer = self.server.post(SYSTEM + "\n" + code, stdin="a",
                                          path=path)
                self.assertEqual(answer.status, 200, answer.body)
                self.assertIn(message, answer["error"], name)

    def test_imports_that_exist_only_at_run_time_are_refused(self):
        self.refused("imports")

    def test_files_are_not_opened_for_writing_by_any_way(self):
        self.refused("files")

    def test_forbidden_operations_are_refused_under_their_real_names(self):
        self.refused("operations")

    def test_no_shape_of_a_call_walks_around_the_rules(self):
        self.refused("shapes")

    def test_code_does_not_pass_for_a_library(self):
        self.refused("disguises")

    def test_no_right_is_borrowed_from_a_library(self):
        self.refused("borrowed", "/borrowed")

    def test_no_way_leads_around_the_guard(self):
        for name, code in AROUND.items():
            with self.subTest(name):
                answer = self.server.post(
                    SYSTEM + code + "\ntry:\n    got = attempt()\n"
                    "except (ImportError, OSError, LookupError, TypeError):\n"
                    "    got = None\n"
                    "print('around' if got else 'no way')",
                    path="/borrowed")
                self.assertRan(answer, output="no way\n")

    @unittest.skipIf(sys.version_info >= (3, 13), "no local can be deleted")
    def test_some_ways_are_known(self):
        for name, code in KNOWN_WAYS.items():
            with self.subTest(name):
                answer = self.server.post(
                    SYSTEM + code + "\ngot = attempt()\n"
                    "sys.settrace(None)\nprint('around' if got else 'no way')",
                    path="/borrowed")
                self.assertRan(answer, output="\naround\n")

    def test_what_belongs_to_cpython_itself_can_be_pickled(self):
        answer = self.server.post(
            "import pickle, collections\n"
            "for kind in (int, range, len, ..., NotImplemented, ValueError,"
            " slice,\n        collections.OrderedDict(a=1),"
            " collections.defaultdict(list)):\n"
            "    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):\n"
            "        data = pickle.dumps(kind, protocol)\n"
            "        assert pickle.loads(data) == kind\n"
            "print('fine')", path="/borrowed")
        self.assertRan(answer, output="fine\n")

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

    def test_any_import_by_a_computed_name_is_allowed_where_all_are(self):
        server = self.serve(server="""
            location /any { pyexec on; pyexec_allow *; }""")
        self.assertRan(server.post(
            "import sys\n"
            "f = vars(sys.modules['builtins'])['__imp' + 'ort__']\n"
            "print(f('so' + 'cket').__name__, f(name='ctypes').__name__)",
            path="/any"), output="socket ctypes\n")


if __name__ == "__main__":
    main()
