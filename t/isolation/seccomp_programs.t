#!/usr/bin/python3

"""The seccomp filter: what honest programs do goes on working under it."""

import asyncio
import ctypes
import faulthandler
import multiprocessing
import multiprocessing.pool
import os
import select
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

try:
    import numpy
except ImportError:
    numpy = None

from pyexec_test import main
from pyexec_test.filtered import (
    EVERYTHING, NETWORK, NOTHING, PROCESSES, SCRATCH, SIGNALS,
    Died, FilterTestCase, errno_of)


def echo():
    """One message over a loopback connection, with asyncio."""
    async def answer(reader, writer):
        writer.write(await reader.readline())
        writer.close()

    async def talk():
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        address = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"hello\n")
        line = await reader.readline()
        writer.close()
        server.close()
        return line

    return asyncio.run(talk()).decode()


async def command(*args):
    process = await asyncio.create_subprocess_exec(
        *args, stdout=subprocess.PIPE)
    return (await process.communicate())[0]


class Everywhere(FilterTestCase):
    """Whatever the options."""

    def assertEverywhere(self, want, function, *args):
        for options in NOTHING, SIGNALS, EVERYTHING:
            self.assertOutcome(want, options, function, *args)

    def test_an_asyncio_loop_with_tasks_and_threads(self):
        async def both():
            return await asyncio.gather(
                asyncio.sleep(0.01, "slept"),
                asyncio.to_thread(threading.get_native_id))

        self.assertEverywhere(
            True, lambda: asyncio.run(both())[0] == "slept")

    def test_asyncio_handles_signals(self):
        async def wait():
            event = asyncio.Event()
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGUSR1, event.set)
            os.kill(os.getpid(), signal.SIGUSR1)
            await event.wait()

        self.assertEverywhere(None, lambda: asyncio.run(wait()))

    def test_threads_with_locks(self):
        def count():
            total, lock = [0], threading.Lock()

            def add():
                for _ in range(100):
                    with lock:
                        total[0] += 1

            threads = [threading.Thread(target=add) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return total[0]

        self.assertEverywhere(800, count)

    def test_a_pool_of_threads(self):
        def squares():
            with multiprocessing.pool.ThreadPool(3) as pool:
                return sum(pool.map(lambda n: n * n, range(10)))

        # It needs a semaphore, which is a file, where one cannot be had.
        self.assertOutcome(285, SCRATCH, squares)

    @unittest.skipIf(numpy is None, "numpy is not installed")
    def test_numpy_multiplies_matrices(self):
        def multiply():
            ones = numpy.ones((600, 600))
            return float((ones @ ones).sum())

        self.assertEverywhere(600.0 ** 3, multiply)

    @unittest.skipIf(numpy is None, "numpy is not installed")
    def test_numpy_solves_and_draws(self):
        def solve():
            matrix = numpy.random.default_rng().random((50, 50))
            found = numpy.linalg.solve(matrix, matrix)
            return bool(numpy.allclose(found, numpy.eye(50)))

        self.assertEverywhere(True, solve)

    def test_timers_and_handlers(self):
        def wait():
            seen = []
            signal.signal(signal.SIGALRM, lambda *args: seen.append(1))
            signal.setitimer(signal.ITIMER_REAL, 0.01)
            signal.pause()
            return seen

        self.assertEverywhere([1], wait)

    def test_epoll_and_pipes(self):
        def wait():
            reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
            with select.epoll() as poll:
                poll.register(reader, select.EPOLLIN)
                os.write(writer, b"x")
                return poll.poll(1) == [(reader, select.EPOLLIN)]

        self.assertEverywhere(True, wait)

    def test_a_database_in_memory(self):
        def query():
            with sqlite3.connect(":memory:") as base:
                base.execute("create table t (n)")
                base.executemany("insert into t values (?)", [(1,), (2,)])
                return base.execute("select sum(n) from t").fetchone()

        self.assertEverywhere((3,), query)

    def test_a_callback_from_c(self):
        def sort():
            array = (ctypes.c_int * 3)(3, 1, 2)
            compare = ctypes.CFUNCTYPE(
                ctypes.c_int, ctypes.POINTER(ctypes.c_int),
                ctypes.POINTER(ctypes.c_int))(lambda a, b: a[0] - b[0])
            ctypes.CDLL(None).qsort(array, 3, 4, compare)
            return list(array)

        self.assertEverywhere([1, 2, 3], sort)

    def test_modules_are_imported_and_files_listed(self):
        def look():
            import colorsys
            import plistlib
            return (len(os.listdir(os.path.dirname(colorsys.__file__))) > 10,
                    os.path.isfile(plistlib.__file__),
                    os.stat("/").st_mode > 0, shutil.which("sh") is not None)

        self.assertEverywhere((True,) * 4, look)

    def test_tls_is_set_up(self):
        self.assertEverywhere(
            None, lambda: ssl.create_default_context() and None)

    def test_a_crash_ends_it_as_any_program(self):
        def crash():
            # Not to standard error, which is the test's.
            faulthandler.enable(open("/dev/null", "wb"))
            ctypes.string_at(0)

        self.assertEverywhere(Died(signal.SIGSEGV), crash)

    def test_large_memory_comes_and_goes(self):
        def use():
            return sum(len(bytearray(n << 20)) for n in (1, 40, 5)) >> 20

        self.assertEverywhere(46, use)


class Processes(FilterTestCase):

    def test_subprocess_in_all_its_ways(self):
        def start():
            shell = subprocess.run(
                ["/bin/sh", "-c", "read line; echo $line | cat; exit 3"],
                input="in\n", capture_output=True, text=True,
                start_new_session=True, cwd="/")
            hook = subprocess.run(["/bin/true"], preexec_fn=os.getpid)
            python = subprocess.run([sys.executable, "-ISc", "print(6 * 7)"],
                                    stdout=subprocess.PIPE)
            return (shell.stdout, shell.returncode, hook.returncode,
                    python.stdout)

        self.assertOutcome(("in\n", 3, 0, b"42\n"), PROCESSES, start)

    def test_a_child_is_stopped(self):
        def stop():
            with subprocess.Popen(["/bin/sleep", "60"]) as process:
                process.terminate()
            return process.returncode

        self.assertOutcome(-15, PROCESSES, stop)

    def test_asyncio_starts_programs(self):
        self.assertOutcome(
            b"x\n", PROCESSES,
            lambda: asyncio.run(command("/bin/echo", "x")))

    def test_multiprocessing_by_fork_and_by_spawn(self):
        def both():
            results = []
            for method in "fork", "spawn":
                context = multiprocessing.get_context(method)
                with context.Pool(2) as pool:
                    results += pool.map(abs, [-1, -2])
            return results

        # The main program must not run again in the spawned ones.
        def start():
            sys.modules["__main__"].__file__ = None
            sys.modules["__main__"].__spec__ = None
            return both()

        self.assertOutcome([1, 2, 1, 2], EVERYTHING, start)


class Network(FilterTestCase):

    def test_asyncio_serves_and_connects(self):
        self.assertOutcome("hello\n", NETWORK, echo)

    def test_names_and_interfaces_are_looked_up(self):
        def look():
            address = socket.getaddrinfo("localhost", 80,
                                         type=socket.SOCK_STREAM)
            names = dict(socket.if_nameindex())
            return (bool(address), names[socket.if_nametoindex("lo")])

        self.assertOutcome((True, "lo"), NETWORK, look)

    def test_a_datagram_is_sent(self):
        def send():
            with socket.socket(type=socket.SOCK_DGRAM) as one:
                one.bind(("127.0.0.1", 0))
                one.sendto(b"x", one.getsockname())
                return one.recv(2)

        self.assertOutcome(b"x", NETWORK, send)

    def test_without_one_a_name_is_not_found_and_nothing_worse(self):
        def look():
            try:
                socket.getaddrinfo("name.invalid", 80)
            except socket.gaierror:
                return "not found"

        self.assertOutcome("not found", SIGNALS, look)
        self.assertOutcome("ENETUNREACH", SIGNALS, errno_of,
                           socket.create_connection, ("127.0.0.1", 9))


class Scratch(FilterTestCase):

    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def test_files_are_made_copied_and_removed(self):
        def work():
            os.chdir(self.dir.name)
            os.mkdir("a")
            with open("a/one", "w", encoding="utf-8") as file:
                file.write("text")
            shutil.copy2("a/one", "a/two")
            shutil.copytree("a", "b")
            os.link("b/one", "b/three")
            os.symlink("three", "b/four")
            os.rename("b/four", "b/five")
            os.chmod("b", 0o700)
            os.truncate("b/one", 2)
            found = sorted(os.listdir("b"))
            shutil.rmtree("b")
            return found

        self.assertOutcome(["five", "one", "three", "two"], SCRATCH, work)

    def test_a_database_in_a_file(self):
        def query():
            path = os.path.join(self.dir.name, "base")
            with sqlite3.connect(path) as base:
                base.execute("pragma journal_mode = wal")
                base.execute("create table t (n)")
                base.execute("insert into t values (7)")
            with sqlite3.connect(path) as base:
                return base.execute("select n from t").fetchone()

        self.assertOutcome((7,), SCRATCH, query)

    def test_temporary_files(self):
        def use():
            tempfile.tempdir = self.dir.name
            with tempfile.TemporaryFile() as file, \
                    tempfile.NamedTemporaryFile() as other:
                file.write(b"x")
                other.write(b"y")
                return os.path.exists(other.name)

        self.assertOutcome(True, SCRATCH, use)


if __name__ == "__main__":
    main()
