#!/usr/bin/python3
"""Want of memory is told where it ended a program, and only there.

What the kernel refused decides, not the name of the exception that came of
it: an import, a thread or a map that fails for the limit has the status
"memory", and a MemoryError that nobody refused anything for has not.
"""

import textwrap

from pyexec_test import PyexecTestCase, Server, main

MEMORY = 64 << 20
LIMIT = f"Memory limit of {MEMORY} bytes exceeded"

CONF = f"""
    pyexec_memory {MEMORY};
    pyexec_processes 32;
    pyexec_allow default mmap threading ast resource concurrent zlib ctypes
                 contextlib errno sqlite3 _thread;
    pyexec_timeout 20s;
    pyexec_output_limit 8m;
"""

LOCATIONS = CONF + """
    location /scratch { pyexec on; pyexec_scratch 1m; }
    location /process { pyexec on; pyexec_isolation process; }
    location /off { pyexec on; pyexec_isolation off; }
    location /few { pyexec on; pyexec_processes 4; }
    location /fresh { pyexec on; pyexec_preload none; }
"""

PATHS = "/run", "/scratch", "/process", "/off"

# All but so many bytes of the address space that it may have.
FILL = """
import mmap
def fill(rest):
    held, size = [], 1 << 26
    while size >= 4096:
        try:
            held.append(mmap.mmap(-1, size))
        except OSError:
            size >>= 1
    while rest > 0:
        piece = held.pop()
        rest -= len(piece)
        piece.close()
    if rest < 0:
        held.append(mmap.mmap(-1, -rest))
    return held
"""

# Programs that end because memory was refused to them.
REFUSED = {
    "one large object": "bytearray(1 << 30)",
    "many small ones": """
        kept = []
        while True:
            kept.append(str(len(kept)) * 20)
    """,
    "a list that grows": """
        kept = [0]
        while True:
            kept += kept
    """,
    "a string": "'x' * (1 << 28) + 'y'",
    "an array of numpy's": "import numpy\nnumpy.ones(1 << 28)",
    "a map": "import mmap\nmmap.mmap(-1, 1 << 28)",
    "threads": """
        import threading
        end = threading.Event()
        threads = []
        try:
            for i in range(20):
                threads.append(threading.Thread(target=end.wait))
                threads[-1].start()
        finally:
            end.set()
    """,
    "threads without threading": """
        import _thread, time
        lock = _thread.allocate_lock()
        lock.acquire()
        for i in range(20):
            _thread.start_new_thread(lock.acquire, ())
    """,
    "a pool of threads": """
        import threading
        from concurrent.futures import ThreadPoolExecutor
        end = threading.Event()
        with ThreadPoolExecutor(20) as pool:
            try:
                for i in range(20):
                    pool.submit(end.wait)
            finally:
                end.set()
    """,
    "a thread of a pool": """
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(1) as pool:
            pool.submit(bytearray, 1 << 30).result()
    """,
    "an array in a thread of a pool": """
        import numpy
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(1) as pool:
            pool.submit(numpy.ones, 1 << 28).result()
    """,
    "what handlers do on the way": """
        import contextlib, os
        with contextlib.ExitStack() as stack:
            stack.callback(lambda: os.path.exists("/nowhere"))
            bytearray(1 << 30)
    """,
    "an exception that it causes": """
        def load():
            try:
                return bytearray(1 << 30)
            except MemoryError as error:
                raise RuntimeError("cannot load") from error
        load()
    """,
    "an exception while it is handled": """
        try:
            bytearray(1 << 30)
        except MemoryError:
            {}["missing"]
    """,
    "one that is raised again": """
        try:
            bytearray(1 << 30)
        except MemoryError:
            print("no memory")
            raise
    """,
    "one that is raised again later": """
        try:
            bytearray(1 << 30)
        except MemoryError as error:
            kept = error
        raise kept
    """,
    "code that is too large to compile": """
        exec("x = [" + "1," * (1 << 20) + "]")
        exec("x = [" + "y," * (1 << 22) + "]")
    """,
    "a database": """
        import sqlite3
        database = sqlite3.connect(":memory:")
        database.execute("create table a (b)")
        for i in range(200):
            database.execute("insert into a values (zeroblob(1000000))")
    """,
}

# Programs for which it was not the reason, and the last line they print.
INNOCENT = {
    "an error of its own": (
        "raise MemoryError('mine')", "MemoryError: mine"),
    "one without words": ("raise MemoryError", "MemoryError"),
    "one of its own class": """
        class Full(MemoryError):
            pass
        raise Full("my store")
    """,
    "one after a refusal that was handled": ("""
        try:
            bytearray(1 << 30)
        except MemoryError:
            pass
        raise MemoryError("mine")
    """, "MemoryError: mine"),
    "another error after a refusal that was handled": ("""
        try:
            bytearray(1 << 30)
        except MemoryError:
            pass
        {}["missing"]
    """, "KeyError: 'missing'"),
    "an error that hides a refusal": ("""
        try:
            bytearray(1 << 30)
        except MemoryError:
            raise ValueError("too large") from None
    """, "ValueError: too large"),
    "its own word for an errno": ("""
        import errno
        raise OSError(errno.ENOMEM, "mine")
    """, "OSError: [Errno 12] mine"),
    "its own word for a thread": (
        "raise RuntimeError(\"can't start new thread\")",
        "RuntimeError: can't start new thread"),
    "its own word for an import": (
        "raise ImportError('x.so: failed to map segment from shared object')",
        "ImportError: x.so: failed to map segment from shared object"),
    "its own word for the system": (
        "raise SystemError('error return without exception set')",
        "SystemError: error return without exception set"),
    "more than any machine has": (
        "[None] * (1 << 61)", "MemoryError"),
    "nearly that": ("'a' * (1 << 62)", "MemoryError"),
    "a parser that gives up": (
        "eval('-' * 100000 + '1')", None),
    "a parser that gives up in ast": (
        "import ast\nast.parse('-' * 100000 + '1')", None),
    "its own lower limit": ("""
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (1 << 20, 1 << 20))
        bytearray(1 << 24)
    """, "MemoryError"),
    "an exit": ("""
        try:
            bytearray(1 << 30)
        except MemoryError:
            raise SystemExit("no room for that")
    """, "no room for that"),
}


def code(program):
    return textwrap.dedent(program)


class Memory(PyexecTestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.serve_all(Server(server=LOCATIONS, location=CONF,
                                          spares=1))

    def assertTold(self, program, path="/run"):
        answer = self.server.post(code(program), path=path)
        self.assertRan(answer, returncode=1, status="memory")
        self.assertEqual(answer["error"].splitlines()[-1], LIMIT)
        self.assertTrue(answer["error"].startswith("Traceback"), answer.json)

    def assertNotTold(self, program, last=None, path="/run"):
        answer = self.server.post(code(program), path=path)
        self.assertRan(answer, returncode=1, status="error")
        self.assertNotIn("Memory limit", answer["error"])

        if last is not None:
            self.assertEqual(answer["error"].splitlines()[-1], last)


class Told(Memory):
    def test_memory_that_is_refused_is_told(self):
        for name, program in REFUSED.items():
            for path in PATHS:
                with self.subTest(name, path=path):
                    self.assertTold(program, path)

    def test_a_library_that_does_not_fit_is_told(self):
        self.assertTold(FILL + "held = fill(12 << 20)\nimport numpy\n",
                        "/fresh")

    def test_it_is_told_with_an_exception_hook(self):
        answer = self.server.post("import sys\n"
                                  "sys.excepthook = lambda *a: print('mine')\n"
                                  "bytearray(1 << 30)\n")
        self.assertRan(answer, "mine\n", LIMIT, 1, "memory")


class NotTold(Memory):
    def test_what_nobody_refused_is_not_told(self):
        for name, wanted in INNOCENT.items():
            program, last = (wanted if isinstance(wanted, tuple)
                             else (wanted, None))
            for path in PATHS:
                with self.subTest(name, path=path):
                    self.assertNotTold(program, last, path)

    def test_threads_over_their_number_are_no_matter_of_memory(self):
        self.assertNotTold("""
            import threading
            end = threading.Event()
            threading.stack_size(1 << 18)
            try:
                for i in range(20):
                    threading.Thread(target=end.wait).start()
            finally:
                end.set()
            """, "RuntimeError: can't start new thread", "/few")

    def test_a_program_that_is_too_nested_is_not_told(self):
        self.assertNotTold("x = " + "-" * 20000 + "1\n")

    def test_a_program_that_handles_it_goes_on(self):
        answer = self.server.post("try: bytearray(1 << 30)\n"
                                  "except MemoryError: print('handled')\n")
        self.assertRan(answer, "handled\n", "", 0, "ok")


if __name__ == "__main__":
    main()
