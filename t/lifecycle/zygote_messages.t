#!/usr/bin/python3
"""What a zygote says of the end of a run is what is answered.

Here it says what a program tells it to: an interpreter of the tests stands in
for a zygote, and a "program" is the message of its own end.
"""

import errno
import os
import shutil
import tempfile

from pyexec_test import PROCESS, PyexecTestCase, Server, main, wait_until

# Speaks wire/wire.h, one run after the other.  What a program sets: "flags",
# "status", "error" and "step" of the message, "type"; "stdout" and "stderr";
# "wait" for a KILL; "directory" to print that of the run.
ZYGOTE = r'''#!/usr/bin/python3
import array, ast, os, socket, struct, sys

READY, ENDED, FAILED = 3, 4, 5
MESSAGE = "IIi28sIiQQQ"
PROGRAM = "IIQQQQ"

if sys.argv[3] == "check":
    print("ok", next(word for word in sys.argv
                     if word.startswith("token=")).partition("=")[2])
    sys.exit()

control = socket.socket(fileno=3)

def send(type, run=0, error=0, step=b"", flags=0, status=0):
    control.send(struct.pack(MESSAGE, type, run, error, step, flags, status,
                             1500000, 4096, 0))

def read(fd, size):
    data = b""
    while len(data) < size:
        part = os.read(fd, size - len(data))
        if not part:
            sys.exit()
        data += part
    return data

send(READY)

while True:
    data, ancillary, _, _ = control.recvmsg(1024, 1024)
    if not data:
        sys.exit()
    type, run = struct.unpack_from("II", data)
    if type != 1:
        continue
    fds = array.array("i", ancillary[0][2])
    _, _, directory, code, args, _ = struct.unpack(
        PROGRAM, read(fds[3], struct.calcsize(PROGRAM)))
    directory = read(fds[3], directory)
    end = ast.literal_eval(read(fds[3], code).decode())
    read(fds[3], args)
    if "directory" in end:
        del end["directory"]
        files = directory != b"\0" and os.listdir(directory[:-1])
        os.write(fds[1], repr((directory, files)).encode())
    os.write(fds[1], end.pop("stdout", b""))
    os.write(fds[2], end.pop("stderr", b""))
    if end.pop("wait", False):
        while struct.unpack_from("I", control.recv(1024))[0] != 2:
            pass
    for fd in fds:
        os.close(fd)
    send(end.pop("type", ENDED), run, **end)
'''

LOCATION = """
    pyexec_memory 64m;
    pyexec_output_limit 100;
    pyexec_timeout 500ms;
    access_log %s status;
"""

OUT_OF_MEMORY = 1
KILLED = 9
FAILED = 5

TRACEBACK = "Traceback (most recent call last):\nMemoryError\n"
LIMIT = "Memory limit of 67108864 bytes exceeded"


class WithAZygote(PyexecTestCase):
    allow_alarms = ()

    def setUp(self):
        folder = tempfile.mkdtemp(prefix="pyexec-zygote-")
        self.addCleanup(shutil.rmtree, folder)
        os.chmod(folder, 0o755)
        python = os.path.join(folder, "python3")

        with open(python, "w", encoding="ascii") as file:
            file.write(ZYGOTE)

        os.chmod(python, 0o755)

        self.server = Server(
            http=f"pyexec_python {python};"
                 "log_format status $pyexec_status;",
            server=PROCESS, spares=0)
        self.server.snippets["location"] = LOCATION % os.path.join(
            self.server.prefix, "access.log")
        self.server.begin(self.addCleanup)
        self.addCleanup(self.end, self.server, self.allow_alarms)

    def ends(self, path="/run", **message):
        return self.server.post(repr(message), path=path)


class AnEnd(WithAZygote):
    def test_a_run_that_was_killed_for_its_memory(self):
        self.assertRan(self.ends(flags=OUT_OF_MEMORY, status=KILLED,
                                 stdout=b"so far\n"),
                       "so far\n", LIMIT, -9, "memory")

    def test_a_run_that_an_uncaught_memory_error_ended(self):
        self.assertRan(self.ends(flags=OUT_OF_MEMORY, status=1 << 8,
                                 stderr=TRACEBACK.encode()),
                       "", TRACEBACK + LIMIT, 1, "memory")

    def test_the_limit_is_a_line_of_its_own(self):
        self.assertRan(self.ends(flags=OUT_OF_MEMORY, status=KILLED,
                                 stderr=b"working"),
                       "", "working\n" + LIMIT, -9, "memory")

    def test_a_signal_is_no_matter_of_memory_unless_that_is_said(self):
        self.assertRan(self.ends(status=KILLED), "", "", -9, "signal")

    def test_what_is_cut_is_told_whatever_else_was_the_matter(self):
        self.assertRan(self.ends(flags=OUT_OF_MEMORY, status=1 << 8,
                                 stdout=b"x" * 101),
                       "x" * 100, "Output limit of 100 bytes exceeded", -9,
                       "output_limit")

    def test_a_run_without_memory_that_is_killed_late_is_one_all_the_same(
            self):
        self.assertRan(self.ends(flags=OUT_OF_MEMORY, status=KILLED,
                                 wait=True),
                       "", LIMIT, -9, "memory")

    def test_a_run_that_is_killed_for_its_time(self):
        self.assertRan(self.ends(status=KILLED, wait=True), "",
                       "Execution timed out after 0.5 seconds", -9,
                       "timeout")

    def test_a_run_that_ends_while_it_is_being_killed(self):
        self.assertRan(self.ends(status=3 << 8, wait=True), "", "", 3,
                       "error")

    def test_what_a_run_used_is_told(self):
        answer = self.ends().json
        self.assertEqual((answer["cpu_time"], answer["memory"]), (1.5, 4096))

    def test_the_log_of_accesses_may_tell_it(self):
        self.ends(flags=OUT_OF_MEMORY, status=KILLED)
        self.assertTrue(wait_until(
            lambda: self.server.access_log() == "memory\n"))


class AFailure(WithAZygote):
    allow_alarms = [r"pyexec: [ -~]+ in a zygote failed( \(-?\d+: .*\))?$"]

    def fails(self, step, number):
        answer = self.ends(type=FAILED, error=number, step=step)
        self.assertStatus(answer, 500)
        return answer["error"]

    def test_what_failed_and_why_are_told(self):
        self.assertEqual(
            self.fails(b"clone", errno.ENOSPC),
            "An unexpected error occurred: clone: No space left on device")
        self.server.wait_for_log(r"\[alert\] .* pyexec: clone in a zygote "
                                 r"failed \(28: No space left on device\)$")

    def test_words_that_have_no_end_are_cut(self):
        self.assertEqual(self.fails(b"s" * 28, errno.EPERM),
                         "An unexpected error occurred: " + "s" * 27
                         + ": Operation not permitted")

    def test_no_words_write_a_line_of_the_log(self):
        self.assertEqual(self.fails(b"a\n\x1b[31m\xff\"b\0c", errno.EPERM),
                         "An unexpected error occurred: a??[31m?\"b: "
                         "Operation not permitted")
        self.server.wait_for_log(r"pyexec: a\?\?\[31m\?\"b in a zygote "
                                 r"failed \(1: Operation not permitted\)$")

    def test_a_reason_that_is_none_is_no_crash(self):
        for number in (0, -1, 2 ** 31 - 1, -2 ** 31):
            with self.subTest(number):
                self.assertTrue(self.fails(b"a step", number).startswith(
                    "An unexpected error occurred: a step: "))

        self.assertRan(self.ends(stdout=b"and goes on"), "and goes on")

    def test_the_next_program_runs(self):
        self.fails(b"clone", errno.ENOSPC)
        self.assertRan(self.ends(stdout=b"next"), "next")
        self.assertEqual(len(self.server.processes("python3")), 2)


class ADirectory(WithAZygote):
    def test_a_run_with_its_own_file_system_has_none_outside(self):
        answer = self.ends(directory=1)
        self.assertRan(answer, repr((b"\0", False)))

    def test_a_run_without_has_one_with_its_program(self):
        answer = self.ends("/process", directory=1)
        self.assertRan(answer)
        self.assertRegex(
            answer.json["output"],
            r"^\(b'/\S+/temp_scripts/[0-9a-f-]{36}\\x00', \[b'main\.py'\]\)$")


if __name__ == "__main__":
    main(AnEnd, AFailure, ADirectory)
