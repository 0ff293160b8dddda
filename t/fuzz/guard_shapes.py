"""Shapes of calls against the guard, in a process of its own.

usage: python3 -I guard_shapes.py DIRECTORY SECONDS [SEED] [--plain]

DIRECTORY has the extension of guard_module.c. What a program could be
forbidden or allowed is called in ways that are drawn: how the function is
reached, how its arguments come, what they are, who calls it and in which
code. Nothing forbidden may pass, and nothing allowed may be refused. The same
seed draws the same. With --plain the guard is not installed, and so it has to
fail.
"""

import asyncio
import codecs
import collections
import contextvars
import copy
import faulthandler
import functools
import gc
import heapq
import importlib
import importlib.machinery
import importlib.util
import io
import itertools
import json
import operator
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import timeit
import traceback
import types
import weakref

try:
    import numpy
except ImportError:
    numpy = None

BOOT = sys.modules["importlib._bootstrap"]
IMP = sys.modules["_imp"]
ALLOWED = ("json", "json.tool", "math", "string", "colorsys", "__main__",
           "collections.abc")
FORBIDDEN = ("smtplib", "ctypes", "multiprocessing.pool", "xml.dom.minidom",
             "socketserver", "threading", "subprocess", "os")
ALLOW = {name.partition(".")[0] for name in ALLOWED} | {
    "numpy", "statistics", "heapq", "sys", "re", "copy", "timeit"}
BATCH = 200
NUMBERS = itertools.count()
PATIENCE = 120     # seconds, for a batch

Case = collections.namedtuple("Case", "story call allowed check")


class NotReached(Exception):
    """A shape within another that cannot be: a trace within a trace."""


class Liar(str):
    """A string that says of itself what suits it."""

    say = "json"

    def __eq__(self, other):
        return other in ("json", "r", "/dev/null")

    def __hash__(self):
        return hash(self.say)

    def __str__(self):
        return self.say

    def __len__(self):
        return len(self.say)

    def __getitem__(self, key):
        return self.say[key]

    def __contains__(self, other):
        return False

    def startswith(self, *others):
        return False

    def partition(self, other):
        return (self.say, "", "")

    def rpartition(self, other):
        return ("", "", self.say)


class Key(str):
    """A keyword that is found by another hash than its own."""

    def __eq__(self, other):
        return str.__eq__(self, other)

    def __hash__(self):
        return str.__hash__(self) + 1


class Number(int):
    def __eq__(self, other):
        return other == 0

    def __hash__(self):
        return 0

    def __gt__(self, other):
        return False

    def __and__(self, other):
        return 0

    def __bool__(self):
        return False


class Once:
    """True when it is asked first."""

    def __init__(self):
        self.asked = False

    def __bool__(self):
        self.asked, first = True, not self.asked
        return first


class Path:
    def __init__(self, *paths):
        self.paths = list(paths)

    def __fspath__(self):
        return self.paths.pop(0) if len(self.paths) > 1 else self.paths[0]


# Who calls: each takes a function and its arguments, and gives what it gives.

def direct(fn, args, kwargs):
    return fn(*args, **kwargs)


def partial(fn, args, kwargs):
    return functools.partial(fn, *args, **kwargs)()


def partial_method(fn, args, kwargs):
    class Holder:
        call = functools.partialmethod(
            lambda self, *a, **k: fn(*a, **k), *args, **kwargs)
    return Holder().call()


def bound_alias(fn, args, kwargs):
    if not args:
        return fn(**kwargs)
    return types.MethodType(fn, args[0])(*args[1:], **kwargs)


def static_method(fn, args, kwargs):
    class Holder:
        call = staticmethod(fn)
    return Holder().call(*args, **kwargs)


def descriptor(fn, args, kwargs):
    class Descriptor:
        def __get__(self, instance, owner):
            return fn(*args, **kwargs)

    class Holder:
        call = Descriptor()
    return Holder.call


def c_property(fn, args, kwargs):
    class Holder:
        call = property(lambda self: fn(*args, **kwargs))
    return Holder().call


def attribute_hook(fn, args, kwargs):
    module = types.ModuleType("holder")
    module.__getattr__ = lambda name: fn(*args, **kwargs)
    return module.call


def operator_call(fn, args, kwargs):
    if not hasattr(operator, "call"):
        return fn(*args, **kwargs)
    return operator.call(fn, *args, **kwargs)


def method_caller(fn, args, kwargs):
    return operator.methodcaller("call", *args, **kwargs)(
        types.SimpleNamespace(call=fn))


def mapped(fn, args, kwargs):
    if kwargs or not args:
        return next(map(lambda one: fn(*args, **kwargs), [0]))
    return next(map(fn, *([arg] for arg in args)))


def star_mapped(fn, args, kwargs):
    return next(itertools.starmap(functools.partial(fn, **kwargs), [args]))


def reduced(fn, args, kwargs):
    if kwargs or len(args) != 2:
        return functools.reduce(lambda *two: fn(*args, **kwargs), [1, 2])
    return functools.reduce(fn, args)


def a_key(fn, args, kwargs):
    return returned(fn, args, kwargs,
                    lambda call: sorted([1], key=lambda one: call()))


def a_heaps_key(fn, args, kwargs):
    return returned(fn, args, kwargs, lambda call: list(
        heapq.merge([1], [2], key=lambda one: call() and 0 or 0)))


def in_statistics(fn, args, kwargs):
    """The innermost Python frame is a library's."""
    if kwargs:
        fn = functools.partial(fn, **kwargs)
    found = []

    def keep(value):
        found.append(value)
        return 1.0
    try:
        statistics.fmean(itertools.starmap(fn, [args]))
    except TypeError as error:
        # What was imported is no number.
        if "module" in str(error):
            return fn(*args)
        raise
    return None


def in_numpy(fn, args, kwargs):
    if numpy is None:
        return fn(*args, **kwargs)
    return returned(fn, args, kwargs, lambda call: numpy.vectorize(
        lambda one: call() and 0 or 0, otypes=[object])([1]))


def in_numpys_c(fn, args, kwargs):
    if numpy is None or kwargs or len(args) != 1:
        return fn(*args, **kwargs)
    cell = numpy.empty(1, object)
    cell[0] = args[0]
    return numpy.frompyfunc(fn, 1, 1)(cell)[0]


def a_replacement(fn, args, kwargs):
    return returned(fn, args, kwargs, lambda call: re.sub(
        "x", lambda match: call() and "" or "", "x"))


def timed(fn, args, kwargs):
    return returned(fn, args, kwargs,
                    lambda call: timeit.Timer(call).timeit(1))


def copied(fn, args, kwargs):
    class Holder:
        def __reduce__(self):
            return (functools.partial(fn, **kwargs), args)
    return copy.copy(Holder())


def an_object_hook(fn, args, kwargs):
    return returned(fn, args, kwargs, lambda call: json.loads(
        "{}", object_hook=lambda found: call()))


def cached(fn, args, kwargs):
    return functools.lru_cache(lambda: fn(*args, **kwargs))()


def removed(fn, args, kwargs):
    return BOOT._call_with_frames_removed(fn, *args, **kwargs)


def in_a_context(fn, args, kwargs):
    return contextvars.Context().run(fn, *args, **kwargs)


def in_a_generator(fn, args, kwargs):
    def generate():
        yield fn(*args, **kwargs)
    return next(generate())


def at_a_generators_end(fn, args, kwargs):
    def run(call):
        def generate():
            try:
                yield
            finally:
                call()
        started = generate()
        next(started)
        started.close()
    return returned(fn, args, kwargs, run)


def in_a_coroutine(fn, args, kwargs):
    async def run():
        return fn(*args, **kwargs)
    try:
        run().send(None)
    except StopIteration as stop:
        return stop.value


def in_a_thread(fn, args, kwargs):
    def run(call):
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
    return returned(fn, args, kwargs, run)


def in_two_threads(fn, args, kwargs):
    def run(call):
        threads = [threading.Thread(target=call),
                   threading.Thread(target=BOOT._gcd_import, args=("json",))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return returned(fn, args, kwargs, run)


def in_del(fn, args, kwargs):
    def run(call):
        class Holder:
            def __del__(self):
                call()
        Holder()
    return returned(fn, args, kwargs, run)


def in_a_cycle(fn, args, kwargs):
    def run(call):
        class Holder:
            def __del__(self):
                call()
        holder = Holder()
        holder.me = holder
        del holder
        gc.collect()
    return returned(fn, args, kwargs, run)


def a_weak_callback(fn, args, kwargs):
    def run(call):
        class Holder:
            pass
        holder = Holder()
        kept = weakref.ref(holder, lambda ref: call())
        del holder
        return kept
    return returned(fn, args, kwargs, run)


def a_finalizer(fn, args, kwargs):
    def run(call):
        class Holder:
            pass
        holder = Holder()
        weakref.finalize(holder, call)
        del holder
    return returned(fn, args, kwargs, run)


def traced(fn, args, kwargs):
    def run(call):
        def trace(*event):
            sys.settrace(None)
            call()
        sys.settrace(trace)
        try:
            (lambda: 0)()
        finally:
            sys.settrace(None)
    return returned(fn, args, kwargs, run)


def profiled(fn, args, kwargs):
    def run(call):
        def profile(*event):
            sys.setprofile(None)
            call()
        sys.setprofile(profile)
        try:
            len("")
        finally:
            sys.setprofile(None)
    return returned(fn, args, kwargs, run)


def a_signals_handler(fn, args, kwargs):
    if threading.current_thread() is not threading.main_thread():
        return fn(*args, **kwargs)

    def run(call):
        before = signal.signal(signal.SIGUSR1, lambda *event: call())
        try:
            signal.raise_signal(signal.SIGUSR1)
        finally:
            signal.signal(signal.SIGUSR1, before)
    return returned(fn, args, kwargs, run)


def a_finder(fn, args, kwargs):
    """Within an import that is allowed; each has its own lock."""
    nothing = f"json.nothing{next(NUMBERS)}"

    def run(call):
        class Finder:
            def find_spec(self, name, *rest):
                if name == nothing:
                    call()
        finder = Finder()
        sys.meta_path.insert(0, finder)
        try:
            BOOT._gcd_import(nothing)
        except ModuleNotFoundError:
            pass
        finally:
            sys.meta_path.remove(finder)
    return returned(fn, args, kwargs, run)


def executed(fn, args, kwargs, file="<text>", namespace=None):
    names = dict(namespace or {}, _fn=fn, _args=args, _kwargs=kwargs)
    exec(compile("_got = _fn(*_args, **_kwargs)", file, "exec"), names)
    return names["_got"]


def disguised(fn, args, kwargs):
    return executed(fn, args, kwargs, json.__file__)


def disguised_in_its_globals(fn, args, kwargs):
    return executed(fn, args, kwargs, json.__file__, vars(json))


def disguised_as_the_loader(fn, args, kwargs):
    return executed(fn, args, kwargs, "<frozen importlib._bootstrap>",
                    vars(BOOT))


def renamed_code(fn, args, kwargs):
    def call():
        return fn(*args, **kwargs)
    call.__code__ = call.__code__.replace(co_filename=copy.__file__)
    return call()


def librarys_globals(fn, args, kwargs):
    def call(fn, args, kwargs):
        return fn(*args, **kwargs)
    return types.FunctionType(
        call.__code__.replace(co_filename=copy.__file__),
        vars(copy))(fn, args, kwargs)


def librarys_function(fn, args, kwargs):
    """In its place, and called by the library."""
    before = statistics._coerce

    def run(call):
        statistics._coerce = lambda *types: call() and float or float
        try:
            statistics.mean([1.0, 2])
        finally:
            statistics._coerce = before
        call()
    return returned(fn, args, kwargs, run)


def in_an_event_loop(fn, args, kwargs):
    async def run():
        return fn(*args, **kwargs)
    if threading.current_thread() is not threading.main_thread():
        return fn(*args, **kwargs)
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(run())
    return fn(*args, **kwargs)


def returned(fn, args, kwargs, run):
    """What a call gave that "run" has made, and whose end it cannot see."""
    ends = []

    def call():
        if not ends:
            try:
                ends.append((fn(*args, **kwargs), None))
            except BaseException as error:
                ends.append((None, error))

    run(call)
    if not ends:
        raise NotReached
    value, error = ends[0]
    if error is not None:
        raise error
    return value


SHAPES = [shape for name, shape in sorted(globals().items())
          if isinstance(shape, types.FunctionType)
          and name not in ("executed", "returned")]
SLOW = {in_an_event_loop, in_a_cycle}

# The import system has a lock while it asks a finder: who waits there for a
# thread that imports, waits for good, under any Python.
WAITING = {in_a_thread, in_two_threads}


# What is called.

def bind(draw, function, names, values, first=0):
    """The arguments in a way that the function's signature takes."""
    given = list(zip(names, values))
    positional = draw.randint(first, len(given))
    args = [value for name, value in given[:positional]]
    kwargs = {name: value for name, value in given[positional:]}
    if kwargs and draw.random() < 0.3:
        kwargs = {Key(name): value for name, value in kwargs.items()}
    return args, kwargs


def text(draw, value):
    kind = draw.randrange(4)
    return (value if kind == 0 else Liar(value) if kind == 1
            else "".join(list(value)) if kind == 2
            else type("Text", (str,), {})(value))


def import_case(draw):
    allowed = draw.random() < 0.4
    name = draw.choice(ALLOWED if allowed else FORBIDDEN)
    said = text(draw, name)
    kind = draw.choice(["import", "import", "module", "gcd", "load",
                        "relative", "up"])
    root = name.partition(".")[0]

    if kind == "import":
        function = getattr(draw.choice([sys.modules["builtins"], importlib,
                                        BOOT]), "__import__")
        values = [said, draw.choice([{}, vars(json), globals()]), None,
                  draw.choice([(), [], ["x"], None]) or (),
                  draw.choice([0, Number(0), False])]
        names = ["name", "globals", "locals", "fromlist", "level"]
        n = draw.randint(1, 5)
        args, kwargs = bind(draw, function, names[:n], values[:n])
    elif kind == "module":
        function = importlib.import_module
        args, kwargs = bind(draw, function, ["name", "package"],
                            [said, draw.choice([None, "json"])])
    elif kind == "gcd":
        function = BOOT._gcd_import
        args, kwargs = bind(draw, function, ["name"], [said])
    elif kind == "load":
        if not allowed and name in sys.modules:
            name = root = "smtplib"
            said = text(draw, name)
        function = BOOT._find_and_load
        args, kwargs = bind(draw, function, ["name", "import_"],
                            [said, sys.modules["builtins"].__import__])
    elif kind == "relative":
        function = importlib.import_module
        name, root = (("json.tool", "json") if allowed else
                      ("multiprocessing.pool", "multiprocessing"))
        args, kwargs = bind(draw, function, ["name", "package"],
                            [text(draw, "." + name.partition(".")[2]),
                             text(draw, root)])
    else:
        allowed, root = False, "json"
        function = sys.modules["builtins"].__import__
        args, kwargs = bind(
            draw, function,
            ["name", "globals", "locals", "fromlist", "level"],
            [text(draw, "tool"), {"__package__": "json"}, None, (),
             draw.choice([1, Number(1), True])])

    def check(value):
        return (isinstance(value, types.ModuleType)
                and value.__name__.partition(".")[0] == root)

    return Case(f"{function.__name__}({args}, {kwargs})",
                (function, args, kwargs), allowed, check)


def spec_case(draw):
    function = draw.choice([importlib.util.module_from_spec,
                            BOOT.module_from_spec, BOOT._load,
                            IMP.create_dynamic, importlib.reload])
    if function is importlib.reload:
        allowed = draw.random() < 0.5
        module = sys.modules["colorsys" if allowed else "threading"]
        args, kwargs = bind(draw, function, ["module"], [module])
        return Case(f"reload({args}, {kwargs})", (function, args, kwargs),
                    allowed, lambda value: value is module)
    allowed = draw.random() < 0.4 and function is not IMP.create_dynamic
    spec = importlib.util.find_spec("colorsys" if allowed else "_ctypes")
    if not allowed and draw.random() < 0.7:
        names = ["json", "json._ctypes", Liar("_ctypes"), "_ctypes"]
        spec = types.SimpleNamespace(**vars(spec))
        spec.name = draw.choice(names)
        spec.parent, spec.has_location, spec.cached = "", True, None
    args, kwargs = bind(draw, function, ["spec"], [spec],
                        first=function is IMP.create_dynamic)
    return Case(f"{function.__name__}({args}, {kwargs})",
                (function, args, kwargs), allowed,
                lambda value: isinstance(value, types.ModuleType))


def statement_case(draw):
    """An import statement in a text that somebody runs."""
    allowed = draw.random() < 0.4
    name = draw.choice(ALLOWED if allowed else FORBIDDEN)
    form = draw.choice(["import {}", "import {} as x", "from {} import *",
                        "class A:\n import {}",
                        "def f():\n import {} as y\n return y\nf()",
                        "(lambda: exec('import {}'))()"])
    source = form.format(name)
    file = draw.choice(["<string>", "main.py", json.__file__,
                        copy.__file__, "<frozen os>",
                        "<frozen importlib._bootstrap>"])
    names = draw.choice([{}, {"__name__": "json.x", "__package__": "json"},
                         dict(vars(json)), dict(vars(BOOT))])
    names["__builtins__"] = vars(sys.modules["builtins"])

    def runs(source):
        code = compile(source, file, "exec")
        exec(code, names)

    def functions(source):
        code = compile(source, file, "exec")
        types.FunctionType(code, names)()

    ways = [runs, functions, lambda source: exec(source, names),
            lambda source: timeit.timeit(source, number=1),
            lambda source: timeit.timeit("1", source, number=1)]
    if numpy is not None:
        ways += [lambda source: numpy.vectorize(exec, otypes=[object])(
                     [source], [names]),
                 lambda source: numpy.testing.measure(source)]
    way = draw.choice(ways)
    if "*" in form and way in ways[3:5]:
        way = runs
    return Case(f"{source!r} as {file}", (way, [source], {}), allowed,
                lambda value: True)


def open_case(draw, folder):
    allowed = draw.random() < 0.4
    here = os.path.join(folder, "file")
    if allowed:
        path, mode = draw.choice([
            (os.__file__, "r"), (os.devnull, "w"), ("/dev/stderr", "a"),
            (b"/dev/null", "w"), (SINK, "w"), (os.__file__, "rb"),
            (Path(os.devnull), "w")])
    else:
        path = draw.choice([here, here.encode(), Path(here), Liar(here),
                            Path(os.devnull, here, here),
                            "/dev/null/../" + here])
        mode = draw.choice(["w", "a", "x", "r+", "wb", "a+"])
        if isinstance(path, Path) and len(path.paths) > 1:
            path = Path(here)

    kind = draw.choice(["open", "open", "FileIO", "os.open", "codecs"])
    if kind == "FileIO":
        function = io.FileIO
        if isinstance(path, Path) and allowed:
            path = os.devnull
        args, kwargs = bind(draw, function, ["file", "mode"],
                            [path, text(draw, mode.replace("b", ""))], 1)
        if path is SINK:
            args, kwargs = [SINK, "w", False], {}
    elif kind == "os.open":
        function = os.open
        if path is SINK:
            path = os.devnull
        flags = (os.O_RDONLY if mode in ("r", "rb") else draw.choice(
            [os.O_WRONLY, os.O_RDWR] + [os.O_CREAT | os.O_RDONLY,
                                        os.O_TRUNC] * (not allowed)))
        args, kwargs = bind(draw, function, ["path", "flags"],
                            [path, draw.choice([flags, Number(flags)])])
    elif kind == "codecs":
        function = codecs.open
        if path is SINK:
            path = os.devnull
        args, kwargs = bind(draw, function, ["filename", "mode"],
                            [path, text(draw, mode)])
    else:
        function = draw.choice([open, io.open])
        names, values = ["file", "mode"], [path, text(draw, mode)]
        args, kwargs = bind(draw, function, names, values)
        if path is SINK:
            kwargs["closefd"] = False
    return Case(f"{kind}({args}, {kwargs})", (function, args, kwargs),
                allowed, lambda value: True)


def start_case(draw, folder):
    true = draw.choice([True, 1, Number(1), Once(), "yes", [0]])
    if isinstance(true, Number):
        true = True
    allowed = draw.random() < 0.1
    if allowed:
        function, args, kwargs = subprocess.call, [["true"]], {
            "shell": draw.choice([False, 0, None, Number(1)])}
    else:
        function, args, kwargs = draw.choice([
            (os.system, ["true"], {}), (os.system, [], {"command": "true"}),
            (os.popen, ["true"], {}), (os.popen, [], {"cmd": "true"}),
            (os.execv, ["/bin/true", ["true"]], {}),
            (os.execvpe, ["true", ["true"], {}], {}),
            (os.execlp, ["true", "true"], {}),
            (os.spawnv, [os.P_WAIT, "/bin/true", ["true"]], {}),
            (os.spawnlp, [os.P_WAIT, "true", "true"], {}),
            (os.posix_spawn, ["/bin/true", ["true"], {}], {}),
            (subprocess.run, ["true"], {"shell": true}),
            (subprocess.call, [], {"args": "true", "shell": true}),
            (subprocess.check_output, ["true"], {Key("shell"): true}),
            (subprocess.Popen, ["true", -1, None, None, None, None, None,
                                True, true], {}),
            (subprocess.getoutput, ["true"], {}),
            (subprocess.getstatusoutput, [], {"cmd": "true"})])
    return Case(f"{function.__name__}({args}, {kwargs})",
                (function, args, kwargs), allowed, lambda value: True)


def draw_case(draw, folder):
    kind = draw.random()
    return (import_case(draw) if kind < 0.45
            else statement_case(draw) if kind < 0.6
            else spec_case(draw) if kind < 0.7
            else open_case(draw, folder) if kind < 0.97
            else start_case(draw, folder))


# One case, and many.

REACHED = 0

# Ends that are not the guard's, and not those of a function that did it.  The
# last is what CPython 3.9 makes of an odd keyword.
UNTOLD = (NotReached, RecursionError, TypeError, SystemError)


def run_case(draw, case):
    """What is wrong with it, or None."""
    shapes = [draw.choice(SHAPES) for i in range(draw.choice([1, 1, 2, 3]))]
    shapes = [direct if shape in SLOW and draw.random() < 0.9 else shape
              for shape in shapes]
    if a_finder in shapes:
        shapes = [direct if shape in WAITING else shape for shape in shapes]
    function, args, kwargs = case.call
    story = f"{case.story} by {[shape.__name__ for shape in shapes]}"
    for shape in shapes[1:]:
        function, args, kwargs = shape, [function, list(args), kwargs], {}

    before = set(sys.modules)
    error, value = None, None
    try:
        value = shapes[0](function, list(args), kwargs)
    except BaseException as caught:
        error = caught

    global REACHED
    REACHED += not isinstance(error, UNTOLD)

    if case.allowed:
        if refused(error):
            return f"refused: {story}: {error!r}\n" + "".join(
                traceback.format_exception(type(error), error,
                                           error.__traceback__))
        return None
    if not refused(error) and not isinstance(error, UNTOLD):
        return f"passed: {story}: {value!r}, {error!r}"
    gained = {name.partition(".")[0] for name in set(sys.modules) - before}
    bad = gained & {name.partition(".")[0] for name in FORBIDDEN}
    if bad:
        return f"imported {bad}: {story}"
    return None


def refused(error):
    return (isinstance(error, (ImportError, PermissionError))
            and ("Disallowed import" in str(error)
                 or "Forbidden operation" in str(error)))


def run_batch(seed, folder):
    draw = random.Random(seed)
    for number in range(BATCH):
        wrong = run_case(draw, draw_case(draw, folder))
        if wrong:
            print(f"seed {seed}, call {number}: {wrong}", flush=True)
            return 1
    if REACHED < BATCH // 2:
        print(f"seed {seed}: only {REACHED} of {BATCH} calls came through")
        return 1
    return 0


def hold(directory):
    sys.path.insert(0, directory)
    import guarded
    sys.path.remove(directory)
    library = os.path.dirname(os.__file__)
    standard = (library, os.path.join(library, "lib-dynload"))
    guarded.hold(frozenset(ALLOW), standard,
                 tuple(entry for entry in sys.path
                       if entry and entry not in standard), False)


def main(directory, seconds, seed, plain):
    global SINK
    importlib.import_module("colorsys")
    SINK = os.open(os.devnull, os.O_WRONLY)
    folder = tempfile.mkdtemp(prefix="pyexec-guard-")
    if not plain:
        hold(directory)
    print(f"seed {seed}", flush=True)

    # Only the parent may remove it, and os.open() is not for writing there.
    start = timeit.default_timer()
    batches, status = 0, 0
    while timeit.default_timer() - start < seconds and status == 0:
        child = os.fork()
        if child == 0:
            code = 3
            faulthandler.dump_traceback_later(PATIENCE, exit=True)
            try:
                code = run_batch(f"{seed}/{batches}", folder)
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                os._exit(code if code else 42)
        _, ended = os.waitpid(child, 0)
        # Anything else was not the end of its loop: another program's.
        status = 0 if ended == 42 << 8 else 1
        if status:
            print(f"batch {seed}/{batches} ended with {ended:#x}")
        batches += 1
    shutil.rmtree(folder, ignore_errors=True)
    print(f"Done {batches * BATCH} calls in"
          f" {timeit.default_timer() - start:.0f} seconds", flush=True)
    return status


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--plain"]
    sys.exit(main(words[0], float(words[1]),
                  words[2] if len(words) > 2 else
                  str(random.SystemRandom().randrange(2 ** 32)),
                  "--plain" in sys.argv))
