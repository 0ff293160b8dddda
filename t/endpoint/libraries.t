#!/usr/bin/python3
"""What libraries need of a machine, in a run that may write no file.

Semaphores of multiprocessing, which its pools of threads need as well, the
temporary files of sqlite3, the names of services and protocols, and a
debugger that has nobody to talk to.
"""

import textwrap

from pyexec_test import PyexecTestCase, Server, main

CONF = """
    pyexec_allow default multiprocessing sqlite3 socket threading queue
                 concurrent contextlib _multiprocessing builtins pickle;
    pyexec_timeout 20s;
    pyexec_processes 32;
"""

LOCATIONS = CONF + """
    location /scratch { pyexec on; pyexec_scratch 64m; }
    location /process { pyexec on; pyexec_isolation process; }
    location /off { pyexec on; pyexec_isolation off; }
    location /fresh { pyexec on; pyexec_preload none; }
    location /preloaded {
        pyexec on;
        pyexec_preload sqlite3 multiprocessing.synchronize;
    }
    location /network { pyexec on; pyexec_network on; }
    location /small { pyexec on; pyexec_memory 24m; }
    location /any { pyexec on; pyexec_allow *; }
    location /debugger { pyexec on; pyexec_allow default pdb; }
"""

PATHS = "/run", "/scratch", "/process", "/off", "/fresh", "/preloaded"
STARTING = "/run", "/scratch", "/off", "/preloaded"
NAMING = "/run", "/scratch", "/process", "/off", "/network"
SPILLING = "/run", "/process", "/preloaded"
OTHERS = "/scratch", "/off", "/fresh"

# Each prints "well".
THREADS = {
    "a pool of threads": """
        from multiprocessing.pool import ThreadPool
        with ThreadPool(4) as pool:
            assert pool.map(abs, range(-9, 0)) == list(range(9, 0, -1))
            assert sorted(pool.imap_unordered(abs, [-2, -1])) == [1, 2]
            assert pool.apply_async(abs, (-3,)).get(10) == 3
            assert pool.starmap(pow, [(2, 3)]) == [8]
        """,
    "a pool that is closed and joined": """
        from multiprocessing.pool import ThreadPool
        pool = ThreadPool()
        results = [pool.apply_async(abs, (-i,)) for i in range(100)]
        pool.close()
        pool.join()
        assert [result.get() for result in results] == list(range(100))
        """,
    "a pool of dummies": """
        import multiprocessing.dummy
        with multiprocessing.dummy.Pool(2) as pool:
            assert pool.map(len, ["a", "bc"]) == [1, 2]
        """,
    "dummy processes": """
        from multiprocessing.dummy import Process, Queue, Lock
        queue, lock = Queue(), Lock()
        def work(i):
            with lock:
                queue.put(i)
        processes = [Process(target=work, args=(i,)) for i in range(4)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        assert sorted(queue.get() for i in range(4)) == [0, 1, 2, 3]
        """,
    "a lock": """
        import multiprocessing
        lock = multiprocessing.Lock()
        assert lock.acquire() and not lock.acquire(False)
        assert not lock.acquire(timeout=0.01)
        lock.release()
        try:
            lock.release()
        except ValueError:
            pass
        else:
            assert False
        with lock:
            pass
        assert repr(lock) == "<Lock(owner=None)>", repr(lock)
        """,
    "a lock that may be taken again": """
        import multiprocessing
        lock = multiprocessing.RLock()
        assert lock.acquire() and lock.acquire()
        lock.release()
        lock.release()
        try:
            lock.release()
        except AssertionError:
            pass
        else:
            assert False
        """,
    "semaphores": """
        import multiprocessing
        one = multiprocessing.Semaphore(2)
        assert one.acquire(False) and one.acquire(False)
        assert not one.acquire(False)
        one.release()
        assert one.get_value() == 1
        bounded = multiprocessing.BoundedSemaphore(1)
        try:
            bounded.release()
        except ValueError:
            pass
        else:
            assert False
        """,
    "a condition, an event and a barrier": """
        import multiprocessing, threading
        condition = multiprocessing.Condition()
        event = multiprocessing.Event()
        barrier = threading.Barrier(2)
        seen = []
        def wait():
            with condition:
                barrier.wait()
                condition.wait(10)
                seen.append("condition")
            event.wait(10)
            seen.append("event")
        thread = threading.Thread(target=wait)
        thread.start()
        barrier.wait()
        with condition:
            condition.notify()
        event.set()
        thread.join()
        assert seen == ["condition", "event"], seen
        """,
    "a queue": """
        import multiprocessing
        queue = multiprocessing.SimpleQueue()
        queue.put({"a": 1})
        assert queue.get() == {"a": 1} and queue.empty()
        queue = multiprocessing.Queue()
        queue.put("b")
        assert queue.get(timeout=10) == "b"
        """,
    "many locks": """
        import multiprocessing
        locks = [multiprocessing.Lock() for i in range(1000)]
        for lock in locks:
            assert lock.acquire(False)
        for i in range(1000):
            assert multiprocessing.Lock().acquire(False)
        """,
    "the type itself": """
        import _multiprocessing
        lock = _multiprocessing.SemLock(1, 1, 1, "/pyexec-test", True)
        assert type(lock).__name__ == "SemLock"
        assert (lock.kind, lock.maxvalue) == (1, 1)
        assert _multiprocessing.SemLock.SEM_VALUE_MAX > 1000
        for wrong in ((2, 1, 1, "/a", True), (1, -1, 1, "/a", True),
                      (1, "a", 1, "/a", True), (1,)):
            try:
                _multiprocessing.SemLock(*wrong)
            except (ValueError, OSError, TypeError):
                pass
            else:
                assert False, wrong
        """,
}

PROCESSES = {
    "a pool of processes": """
        import multiprocessing
        with multiprocessing.get_context("fork").Pool(2) as pool:
            assert pool.map(abs, range(-9, 0)) == list(range(9, 0, -1))
        """,
    "a lock that processes share": """
        import multiprocessing, time
        context = multiprocessing.get_context("fork")
        lock, queue = context.Lock(), context.SimpleQueue()
        def work(i):
            for part in "begin", "end":
                if part == "begin":
                    lock.acquire()
                queue.put((i, part))
                time.sleep(0.005)
            lock.release()
        processes = [context.Process(target=work, args=(i,))
                     for i in range(4)]
        for process in processes:
            process.start()
        order = [queue.get() for i in range(8)]
        for process in processes:
            process.join()
        for begin, end in zip(order[::2], order[1::2]):
            assert begin == (begin[0], "begin"), order
            assert end == (begin[0], "end"), order
        """,
    "locks that two processes make are two": """
        import multiprocessing, os
        context = multiprocessing.get_context("fork")
        first = context.Lock()
        mine, theirs = context.Pipe()
        pid = os.fork()
        if pid == 0:
            lock = context.Lock()
            lock.acquire()
            theirs.send("taken")
            theirs.recv()
            os._exit(0)
        assert mine.recv() == "taken"
        lock = context.Lock()
        assert lock.acquire(False) and first.acquire(False)
        mine.send("end")
        os.waitpid(pid, 0)
        """,
}

# Each prints "well" from an in-memory database of 30,000 rows.
DATABASE = """
import sqlite3
database = sqlite3.connect(":memory:")
database.execute("create table t (a, b)")
database.executemany("insert into t values (?, ?)",
                     ((i * 7919 % 30011, "x" * 60) for i in range(30000)))
"""

SPILLS = {
    "a sort": "assert len(database.execute("
              "'select * from t order by b, a').fetchall()) == 30000",
    "a sort that is left early": "assert database.execute("
              "'select a from t order by b, a desc').fetchone()[0] > 1",
    "an index": "database.execute('create index i on t (b, a)')",
    "a group": "assert len(database.execute("
               "'select a, b, count(*) from t group by b, a').fetchall())",
    "distinct rows": "assert database.execute('select count(*) from "
                     "(select distinct a, b from t)').fetchone()[0]",
    "a union": "assert len(database.execute("
               "'select a, b from t union select b, a from t').fetchall())",
    "a temporary table": "database.execute("
                         "'create temp table u as select * from t')",
    "another connection": """
other = sqlite3.connect(":memory:")
other.execute("create table t (a, b)")
other.executemany("insert into t values (?, ?)",
                  database.execute("select a, b from t"))
assert len(other.execute("select * from t order by b, a").fetchall())
""",
    "a change that is taken back": """
database.commit()
database.execute("update t set b = b || 'y'")
database.execute("savepoint s")
database.execute("delete from t")
database.execute("rollback to s")
database.rollback()
assert database.execute("select count(*) from t").fetchone()[0] == 30000
""",
}


class Libraries(PyexecTestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.serve_all(Server(server=LOCATIONS, location=CONF,
                                          spares=1))

    def post(self, program, path="/run", **options):
        return self.server.post(textwrap.dedent(program).lstrip("\n"),
                                path=path, **options)

    def check(self, programs, paths, before=""):
        for name, program in programs.items():
            program = (before + textwrap.dedent(program).lstrip("\n")
                       + "\nprint('well')\n")
            for path in paths:
                with self.subTest(name, path=path):
                    self.assertRan(self.post(program, path), "well\n", "")


class Semaphores(Libraries):
    def test_threads_have_them(self):
        self.check(THREADS, PATHS)

    def test_processes_share_them(self):
        self.check(PROCESSES, STARTING)

    def test_no_process_is_needed_for_them(self):
        self.check({"a pool": """
            import multiprocessing, os
            from multiprocessing.pool import ThreadPool
            with ThreadPool(2) as pool:
                assert set(pool.map(lambda i: os.getpid(), range(9))) \\
                       == {os.getpid()}
            assert multiprocessing.active_children() == []
            """}, ("/process",))

    def test_with_a_scratch_a_spawned_process_gets_one(self):
        self.assertRan(self.post("""
            import multiprocessing
            def work(lock, pipe):
                pipe.send(lock.acquire(False))
            if __name__ == "__main__":
                context = multiprocessing.get_context("spawn")
                mine, theirs = context.Pipe()
                lock = context.Lock()
                lock.acquire()
                process = context.Process(target=work, args=(lock, theirs))
                process.start()
                print(mine.recv())
                process.join()
            """, "/scratch"), "False\n", "")

    def test_without_one_it_is_told_that_it_has_none(self):
        answer = self.post("""
            import multiprocessing
            def work(lock):
                lock.acquire()
            if __name__ == "__main__":
                context = multiprocessing.get_context("spawn")
                process = context.Process(target=work,
                                          args=(context.Lock(),))
                process.start()
                process.join()
                print(process.exitcode)
            """)
        self.assertRan(answer, "1\n")
        self.assertIn("TypeError", answer["error"])

    def test_with_a_scratch_memory_has_a_name(self):
        self.assertRan(self.post("""
            from multiprocessing import shared_memory
            memory = shared_memory.SharedMemory(create=True, size=100)
            other = shared_memory.SharedMemory(memory.name)
            memory.buf[0] = 42
            print(other.buf[0])
            other.close()
            memory.close()
            memory.unlink()
            """, "/scratch"), "42\n", "")


class Databases(Libraries):
    def test_sqlite_sorts_what_is_large(self):
        self.check(SPILLS, SPILLING, DATABASE)
        self.check({"all of these": "\n".join(SPILLS.values())}, OTHERS,
                   DATABASE)

    def test_a_database_in_the_scratch_sorts_as_well(self):
        self.check({"all of these": "\n".join(SPILLS.values())},
                   ("/scratch",), DATABASE.replace(":memory:", "a.db"))

    def test_what_does_not_fit_is_a_matter_of_memory(self):
        answer = self.post(DATABASE.replace("30000", "3000000"), "/small")
        self.assertRan(answer, returncode=1, status="memory")


class Names(Libraries):
    def test_services_and_protocols_have_names(self):
        for path in NAMING:
            with self.subTest(path=path):
                self.assertRan(self.post("""
                    import socket
                    print(socket.getservbyname("https"),
                          socket.getservbyname("domain", "udp"),
                          socket.getservbyport(22),
                          socket.getprotobyname("tcp"),
                          socket.getprotobyname("icmp"))
                    """, path), "443 53 ssh 6 1\n", "")

    def test_they_are_those_of_the_machine(self):
        for file in "/etc/services", "/etc/protocols":
            with open(file, encoding="utf-8") as names:
                wanted = names.read()
            for path in NAMING:
                with self.subTest(file, path=path):
                    self.assertRan(self.post(f"""
                        with open({file!r}, encoding="utf-8") as names:
                            print(names.read(), end="")
                        """, path), wanted, "")

    def test_a_name_that_is_none_is_none(self):
        self.assertRan(self.post("""
            import socket
            try:
                socket.getservbyname("no-such-service")
            except OSError as error:
                print(error)
            """), "service/proto not found\n", "")


class Breakpoints(Libraries):
    def test_a_breakpoint_without_a_debugger_says_what_is_not_allowed(self):
        for path in "/run", "/scratch", "/process", "/off", "/fresh":
            with self.subTest(path=path):
                answer = self.post("print(1)\nbreakpoint()\nprint(2)\n", path)
                self.assertRan(answer, "1\n", returncode=1, status="error")
                self.assertEqual(answer["error"].splitlines()[-1],
                                 "ImportError: Disallowed import: pdb")
                self.assertNotIn("PYTHONBREAKPOINT", answer["error"])

    def test_it_can_be_caught(self):
        self.assertRan(self.post("""
            try:
                breakpoint()
            except ImportError as error:
                print(error)
            """), "Disallowed import: pdb\n", "")

    def test_a_hook_of_the_programs_own_is_called(self):
        self.assertRan(self.post("""
            import sys
            sys.breakpointhook = lambda *args, **kwargs: print(args, kwargs)
            breakpoint(1, a=2)
            """), "(1,) {'a': 2}\n", "")

    def test_the_environment_may_say_that_there_is_none(self):
        self.assertRan(self.post("""
            import os
            os.environ["PYTHONBREAKPOINT"] = "0"
            breakpoint()
            print("on")
            """), "on\n", "")

    def test_where_the_debugger_is_allowed_it_reads_standard_input(self):
        for path in "/any", "/debugger":
            with self.subTest(path=path):
                answer = self.post("x = 41\nbreakpoint()\nprint('end')\n",
                                   path, stdin="p x + 1\ncontinue\n")
                self.assertRan(answer, returncode=0, error="")
                self.assertIn("42\n", answer["output"])
                self.assertTrue(answer["output"].endswith("end\n"))

    def test_the_hook_is_the_one_that_was_there(self):
        self.assertRan(self.post("""
            import sys
            print(sys.breakpointhook is sys.__breakpointhook__,
                  sys.breakpointhook)
            """), "True <built-in function breakpointhook>\n", "")


if __name__ == "__main__":
    main()
