#!/usr/bin/python3
"""A program lies where it says, and Python finds its lines there.

In every mode __file__ is the absolute path of main.py, in the working
directory: a program may read, run and start itself. Tracebacks name main.py
and show its lines wherever the program has gone meanwhile.
"""

import re
import textwrap

from pyexec_test import PyexecTestCase, Server, main

CONF = """
    pyexec_allow default inspect traceback linecache runpy pickle warnings
                 doctest multiprocessing tempfile unittest tokenize ast io
                 pathlib threading contextlib builtins __main__ importlib
                 logging concurrent helper;
    pyexec_timeout 20s;
    pyexec_scratch off;
"""

LOCATIONS = CONF.replace("pyexec_scratch off;", "") + """
    location /scratch { pyexec on; pyexec_scratch 1m; }
    location /page { pyexec on; pyexec_scratch 4k; }
    location /process { pyexec on; pyexec_isolation process; }
    location /off { pyexec on; pyexec_isolation off; }
    location /fresh { pyexec on; pyexec_preload none; }
    location /any { pyexec on; pyexec_allow *; }
"""

# Versions place them differently.
MARKS = re.compile(r"\n +[~^]+(?=\n)")

PATHS = "/run", "/scratch", "/process", "/off", "/fresh"
STARTING = "/run", "/scratch", "/off"

# What each is to print, by path where it differs.
READS = {
    "it is an absolute path": """
        import os
        print(os.path.isabs(__file__), os.path.basename(__file__))
        """,
    "it is in the working directory": """
        import os
        print(os.path.dirname(__file__) == os.getcwd(),
              os.path.samefile(__file__, "main.py"))
        """,
    "it is there by its real name": """
        import os, pathlib
        print(os.path.isfile(os.path.realpath(__file__)),
              pathlib.Path(__file__).resolve().is_file())
        """,
    "its directory can be listed": """
        import os
        print("main.py" in os.listdir(os.path.dirname(__file__)),
              "main.py" in os.listdir())
        """,
    "what it reads is itself": """
        # ünïcödé
        with open(__file__, encoding="utf-8") as mine:
            text = mine.read()
        print(text.startswith("# ünïcödé"), text.endswith("END\\n"))
        # END
        """,
    "it is read after a chdir": """
        import os
        os.chdir("/")
        with open(__file__) as mine:
            print("chdir" in mine.read(), os.path.exists("main.py"))
        """,
    "the loader has the source": """
        import os
        os.chdir("/")
        print(__loader__.get_source("__main__").startswith("import os"),
              __loader__.get_filename("__main__") == __file__,
              __loader__.path == __file__)
        """,
    "inspect finds a function": """
        import inspect
        def f():
            return 1
        print(inspect.getsource(f), end="")
        """,
    "inspect finds all after a chdir": """
        import inspect, os
        class C:
            def method(self):
                return 2
        def f():
            return 1
        os.chdir("/")
        print(inspect.getsource(f), inspect.getsource(C),
              inspect.getsource(C.method), inspect.getsource(f.__code__))
        print(inspect.getsourcelines(C.method)[1])
        print(inspect.stack()[0].code_context)
        """,
    "inspect finds the module": """
        import inspect, os, sys
        os.chdir("/")
        text = inspect.getsource(sys.modules["__main__"])
        print(text.count("chdir"), text == open(__file__).read())
        """,
    "linecache finds a line": """
        import linecache, os
        os.chdir("/")
        print(linecache.getline("main.py", 2), end="")
        linecache.checkcache()
        print(linecache.getline("main.py", 1), end="")
        print(linecache.getline(__file__, 1), end="")
        linecache.clearcache()
        print(linecache.getline("main.py", 2), end="")
        """,
    "linecache before and after a chdir": """
        import linecache, os
        print(linecache.getline("main.py", 1), end="")
        os.chdir("/")
        linecache.checkcache("main.py")
        print(linecache.getline("main.py", 1), end="")
        """,
    "a traceback is formatted after a chdir": """
        import os, traceback
        def f():
            raise ValueError("no")
        os.chdir("/")
        try:
            f()
        except ValueError:
            print(traceback.format_exc(), end="")
        print(traceback.extract_stack()[-1].line)
        """,
    "a warning shows its line after a chdir": """
        import os, sys, warnings
        sys.stderr = sys.stdout
        os.chdir("/")
        warnings.warn("beware")      # this line
        """,
    "doctest finds its examples": """
        import doctest, os
        def f():
            '''
            >>> f()
            1
            '''
            return 1
        os.chdir("/")
        print(doctest.testmod())
        """,
    "it runs its own text": """
        import builtins
        if not hasattr(builtins, "again"):
            builtins.again = True
            exec(open(__file__).read())
        print(__name__)
        """,
    "runpy runs it": """
        import os, runpy
        if __name__ == "__main__":
            os.chdir("/")
            names = runpy.run_path(__file__, run_name="again")
            print(names["__name__"], os.path.samefile(names["__file__"],
                                                      __file__))
        """,
    "pickle finds its classes": """
        import pickle
        class C:
            pass
        print(type(pickle.loads(pickle.dumps(C()))) is C)
        """,
}

WANTED = {
    "it is an absolute path": "True main.py\n",
    "it is in the working directory": "True True\n",
    "it is there by its real name": "True True\n",
    "its directory can be listed": "True True\n",
    "what it reads is itself": "True True\n",
    "it is read after a chdir": "True False\n",
    "the loader has the source": "True True True\n",
    "inspect finds a function": "def f():\n    return 1\n",
    "inspect finds all after a chdir":
        "def f():\n    return 1\n class C:\n    def method(self):\n"
        "        return 2\n     def method(self):\n        return 2\n"
        " def f():\n    return 1\n\n3\n"
        "['print(inspect.stack()[0].code_context)\\n']\n",
    "inspect finds the module": "2 True\n",
    "linecache finds a line": 'os.chdir("/")\nimport linecache, os\n'
                              'import linecache, os\nos.chdir("/")\n',
    "linecache before and after a chdir": "import linecache, os\n" * 2,
    "a traceback is formatted after a chdir":
        "Traceback (most recent call last):\n"
        '  File "main.py", line 6, in <module>\n    f()\n'
        '  File "main.py", line 3, in f\n'
        '    raise ValueError("no")\nValueError: no\n'
        "print(traceback.extract_stack()[-1].line)\n",
    "a warning shows its line after a chdir":
        "main.py:4: UserWarning: beware\n"
        '  warnings.warn("beware")      # this line\n',
    "doctest finds its examples": "TestResults(failed=0, attempted=1)\n",
    "it runs its own text": "__main__\n__main__\n",
    "runpy runs it": "again True\n",
    "pickle finds its classes": "True\n",
}

# Programs that start themselves.
STARTS = {
    "it starts itself": ("""
        import os, subprocess, sys
        if len(sys.argv) == 1:
            os.chdir("/")
            subprocess.run([sys.executable, __file__, "again"])
        else:
            print("again", os.path.isabs(__file__))
        """, "again True\n"),
    "it starts itself by its short name": ("""
        import subprocess, sys
        if len(sys.argv) == 1:
            subprocess.run([sys.executable, "main.py", "again"])
        else:
            print(sys.argv)
        """, "['main.py', 'again']\n"),
    "it is a module to python3 -m": ("""
        import subprocess, sys
        if __spec__ is None:
            subprocess.run([sys.executable, "-m", "main"])
        else:
            print(__name__, __spec__.name)
        """, "__main__ main\n"),
    "processes are spawned with it": ("""
        import multiprocessing
        def double(x):
            return 2 * x
        def work(pipe):
            pipe.send(double(21))
        if __name__ == "__main__":
            context = multiprocessing.get_context("spawn")
            mine, theirs = context.Pipe()
            process = context.Process(target=work, args=(theirs,))
            process.start()
            print(mine.recv())
            process.join()
        """, "42\n"),
}


class MainPy(PyexecTestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.serve_all(Server(server=LOCATIONS, location=CONF,
                                          spares=1))

    def post(self, program, path="/run", **options):
        return self.server.post(textwrap.dedent(program).lstrip("\n"),
                                path=path, **options)

    def test_python_finds_it(self):
        self.assertEqual(READS.keys(), WANTED.keys())

        for name, program in READS.items():
            for path in PATHS:
                with self.subTest(name, path=path):
                    answer = self.post(program, path)
                    self.assertRan(answer, error="")
                    self.assertEqual(MARKS.sub("", answer["output"]),
                                     WANTED[name])

    def test_it_may_start_itself(self):
        for name, (program, output) in STARTS.items():
            for path in STARTING:
                with self.subTest(name, path=path):
                    self.assertRan(self.post(program, path), output, "")

    def test_an_uncaught_exception_shows_lines_after_a_chdir(self):
        for path in PATHS:
            with self.subTest(path=path):
                answer = self.post("""
                    import os
                    os.chdir("/")
                    def f():
                        return 1 / 0
                    f()
                    """, path)
                self.assertRan(answer, "", returncode=1)
                self.assertEqual(
                    MARKS.sub("", answer["error"]),
                    "Traceback (most recent call last):\n"
                    '  File "main.py", line 5, in <module>\n    f()\n'
                    '  File "main.py", line 4, in f\n    return 1 / 0\n'
                    "ZeroDivisionError: division by zero\n")

    def test_a_thread_shows_lines_after_a_chdir(self):
        for path in PATHS:
            with self.subTest(path=path):
                answer = self.post("""
                    import os, threading
                    os.chdir("/")
                    thread = threading.Thread(target=lambda: 1 / 0)
                    thread.start()
                    thread.join()
                    """, path)
                self.assertRan(answer)
                self.assertIn("\n    thread = threading.Thread("
                              "target=lambda: 1 / 0)\n", answer["error"])

    def test_a_syntax_error_has_its_line_and_caret(self):
        for path in PATHS:
            with self.subTest(path=path):
                answer = self.post("x = 1\nfor y in range(3):\n    pass\n"
                                   "return x\n", path)
                self.assertRan(answer, "", returncode=1)
                self.assertRegex(answer["error"],
                                 r'\A  File "main.py", line 4\n'
                                 r"    return x\n    \^+\n"
                                 r"SyntaxError: 'return' outside function\n")

    def test_with_a_scratch_it_is_a_file_of_the_programs_own(self):
        self.assertRan(
            self.post("""
                import os, pathlib, sys
                here = pathlib.Path(__file__).resolve().parent
                (here / "data").write_text("kept")
                print(here == pathlib.Path.cwd(), os.listdir())
                with open(__file__, "a") as mine:
                    mine.write("# more")
                print(open("main.py").read().endswith("# more"))
                os.remove(__file__)
                print(os.listdir())
                """, "/scratch"),
            "True ['data', 'main.py']\nTrue\n['data']\n", "")

    def test_without_a_scratch_nobody_writes_it(self):
        for path in "/run", "/process":
            with self.subTest(path=path):
                self.assertRan(self.post("""
                    import os
                    for way in (lambda: os.truncate(__file__, 0),
                                lambda: os.remove(__file__),
                                lambda: os.rename(__file__, "other.py"),
                                lambda: os.open(__file__, os.O_RDWR)):
                        try:
                            way()
                        except OSError:
                            print("refused")
                    print(open(__file__).read().startswith("import os"))
                    """, path), "refused\n" * 4 + "True\n", "")

    def test_a_program_that_its_scratch_has_no_room_for_runs(self):
        answer = self.server.post("print('ran')\n" + "# none\n" * 1000,
                                  path="/page")
        self.assertRan(answer, "ran\n", "")

    def test_nothing_of_it_stays_in_the_next_run(self):
        for path in PATHS:
            with self.subTest(path=path):
                for word in "first", "second":
                    answer = self.post(f"""
                        import linecache, os
                        os.chdir("/")
                        word = {word!r}
                        print(linecache.getline("main.py", 3), end="")
                        """, path)
                    self.assertRan(answer, f"word = {word!r}\n", "")

    def test_what_it_writes_beside_itself_is_no_librarys(self):
        answer = self.post("""
            with open("helper.py", "w") as module:
                module.write("print('helps')\\nimport socket")
            import helper
            """, "/scratch")
        self.assertRan(answer, "helps\n", returncode=1)
        self.assertTrue(answer["error"].endswith(
            "ImportError: Disallowed import: socket\n"), answer["error"])

    def test_it_may_import_itself_where_all_is_allowed(self):
        self.assertRan(self.post("""
            if __name__ == "__main__":
                import main
                print(main.answer)
            else:
                answer = 42
            """, "/any"), "42\n", "")


if __name__ == "__main__":
    main()
