#!/usr/bin/python3
"""Requests are read and answers are written as Python's own json does it.

The C files that do it are built into a library of their own and given random
bodies and random bytes. PYEXEC_SEED repeats a run.
"""

import ctypes
import glob
import json
import math
import os
import random
import subprocess
import tempfile
import unittest

from pyexec_test import main

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCES = os.path.join(HERE, os.pardir, os.pardir, "ngx_pyexec_module",
                       "json", "*.c")
SEED = int(os.environ.get("PYEXEC_SEED", random.randrange(2 ** 32)))
ROUNDS = 40000

TIMEOUT_LIMIT = 5.0
CODE_LIMIT = 40


class String(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("len", ctypes.c_size_t)]

    def bytes(self):
        return ctypes.string_at(self.data, self.len)


class Limits(ctypes.Structure):
    _fields_ = [("timeout", ctypes.c_double), ("code", ctypes.c_size_t)]


class Request(ctypes.Structure):
    _fields_ = [("code", String), ("input", String),
                ("args", ctypes.POINTER(String)), ("nargs", ctypes.c_size_t),
                ("timeout", ctypes.c_double), ("document", ctypes.c_void_p)]


class Bytes(ctypes.Structure):
    _fields_ = [("data", ctypes.c_char_p), ("len", ctypes.c_size_t)]


class Answer(ctypes.Structure):
    _fields_ = [("output", Bytes), ("error", Bytes),
                ("notice", ctypes.c_char_p), ("returncode", ctypes.c_int),
                ("execution_time", ctypes.c_double),
                ("status", ctypes.c_char_p), ("cpu_time", ctypes.c_double),
                ("memory", ctypes.c_uint64)]


def build(directory):
    path = os.path.join(directory, "json.so")
    subprocess.run([os.environ.get("CC", "cc"), "-std=c11", "-O1", "-g",
                    "-shared", "-fPIC", "-o", path, *glob.glob(SOURCES),
                    "-lcjson", "-lutf8proc"], check=True)
    library = ctypes.CDLL(path)
    library.pyexec_answer_length.restype = ctypes.c_size_t
    library.pyexec_answer_write.restype = ctypes.c_void_p
    return library


class Refused(Exception):
    pass


def not_json(*_):
    raise ValueError


def parse_as_python(body):
    text = body.decode("utf-8").removeprefix("\ufeff")
    document = json.loads(text, parse_constant=not_json, parse_int=float,
                          object_pairs_hook=lambda pairs: {"pairs": pairs})
    json.dumps(document, ensure_ascii=False).encode("utf-8")
    return document


def read_string(name, value, kind):
    if not isinstance(value, str):
        raise Refused(f'Field "{name}" must be {kind}')
    if "\0" in value:
        raise Refused(f'Field "{name}" holds U+0000')
    return value.encode("utf-8")


def read_as_python(body):
    """The contract on requests, once more and in Python."""
    if not body:
        raise Refused("Request body is empty")

    try:
        document = parse_as_python(body)
    except (ValueError, UnicodeError):
        raise Refused("Invalid JSON")

    if not isinstance(document, dict):
        raise Refused("Request body must be a JSON object")

    fields = {}
    for name, value in document["pairs"]:
        if name not in ("code", "stdin", "args", "timeout"):
            continue
        if name in fields:
            raise Refused(f'Field "{name}" is given twice')

        if name != "code" and value is None:
            fields[name] = None
            continue

        if name == "timeout":
            if not isinstance(value, float) or not value > 0:
                raise Refused('Field "timeout" must be a number of seconds'
                              ' greater than 0')
            if value > TIMEOUT_LIMIT:
                raise Refused('Field "timeout" exceeds the limit of 5 seconds')
            fields[name] = value
        elif name == "args":
            if not isinstance(value, list):
                raise Refused('Field "args" must be an array of strings')
            fields[name] = [read_string(name, each, "an array of strings")
                            for each in value]
        else:
            fields[name] = read_string(name, value, "a string")
            if name == "code" and len(fields[name]) > CODE_LIMIT:
                raise Refused("Code exceeds the limit of 40 bytes")

    if "code" not in fields:
        raise Refused('Missing "code" field')

    return (fields["code"], fields.get("stdin") or b"",
            fields.get("args") or [], fields.get("timeout") or TIMEOUT_LIMIT)


class Bodies:
    """Random bodies, most of them near to what a request is."""

    CHARACTERS = [
        "a", "print(1)", " ", "é", "€", "😀", "\x7f", "\\n", "\\\\", '\\"',
        "\\/", "\\u0041", "\\u0000", "\\\\u0000", "\\u00ff", "\\uD83D\\uDE00",
        "\\ud7ff", "0123456789" * 2]
    ODD_CHARACTERS = [
        "\\ud800", "\\udfff", "\\uZZZZ", "\\x", "\\u12", "\n", "\0", "\x1f",
        b"\xff", b"\x80", b"\xc0\x80", b"\xe2\x82", b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80", '"', "\\"]
    NUMBERS = [
        "0", "-0", "1", "5", "5.0000001", "0.5", "-1", "1e0", "25E-1", "2e+0",
        "1e-300", "1e-400", "1e308", "1e999", "-1e999", "0e9", "1" + "0" * 70,
        "4." + "9" * 70, "0." + "0" * 70 + "3e71", "3" * 70 + "e-70",
        "1e" + "0" * 70 + "1", "1e-" + "9" * 70, "-" + "1" * 63, "1" * 64]
    ODD_NUMBERS = [
        "01", "-01", "00", "1.", ".5", "-.5", "-", "+1", "1e", "1e+", "1.e1",
        "0x1", "1-1", "1.2.3", "NaN", "Infinity", "-Infinity", "0" * 70,
        "1" * 70 + ".", "1" * 63 + "e", "inf", "1_0"]
    NAMES = ["code", "code", "code", "stdin", "args", "timeout"]
    ODD_NAMES = [
        "Code", "ARGS", "co", "codes", "", "x", "c\\u006fde", "code\\u0000",
        "\\u0000code", "\\u0074imeout", "x\\u00e9"]
    WORDS = ["true", "false", "null", "{}", "[]"]
    ODD_WORDS = ["True", "nul", "nullx", "undefined", "{,}", "[,]", "'a'", ""]
    SPACES = ["", "", "", " ", "\n", "\t", "\r\n"]
    ODD_SPACES = ["\0", "\x0b", "\x0c", "\xa0", "\ufeff", "//", ",", "}"]

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.oddness = 0

    def choose(self, usual, odd):
        if self.random.random() < self.oddness:
            usual = odd
        piece = self.random.choice(usual)
        return piece if isinstance(piece, bytes) else piece.encode()

    def space(self):
        return self.choose(self.SPACES, self.ODD_SPACES)

    def string(self):
        count = self.random.choice([0, 1, 1, 2, 5])
        return b'"%s"' % b"".join(
            self.choose(self.CHARACTERS, self.ODD_CHARACTERS)
            for _ in range(count))

    def number(self):
        return self.choose(self.NUMBERS, self.ODD_NUMBERS)

    def word(self):
        return self.choose(self.WORDS, self.ODD_WORDS)

    def array(self, depth, make):
        items = [self.space() + make(depth + 1) + self.space()
                 for _ in range(self.random.choice([0, 1, 2, 3]))]
        return b"[%s]" % b",".join(items)

    def value(self, depth):
        kinds = [self.string, self.number, self.word]
        if depth < 4:
            kinds += [lambda: self.array(depth, self.value),
                      lambda: self.object(depth)]
        return self.random.choice(kinds)()

    def field(self, depth):
        name = self.choose(self.NAMES, self.ODD_NAMES)
        make = {
            b"code": self.string,
            b"stdin": self.string,
            b"args": lambda: self.array(depth, lambda _: self.string()),
            b"timeout": self.number,
        }.get(name)
        if make is None or self.random.random() < self.oddness:
            make = lambda: self.value(depth)
        return b'%s"%s"%s:%s%s%s' % (self.space(), name, self.space(),
                                     self.space(), make(), self.space())

    def object(self, depth):
        count = self.random.choice([0, 1, 2, 3, 4])
        return b"{%s}" % b",".join(self.field(depth) for _ in range(count))

    def body(self):
        self.oddness = self.random.choice([0, 0.01, 0.05, 0.3])
        make = self.object if self.random.random() < 0.95 else self.value
        body = self.space() + make(0) + self.space()

        if self.random.random() < 0.02:
            body = b"\xef\xbb\xbf" + body
        if self.random.random() < self.oddness:
            body = body[:self.random.randrange(len(body) + 1)]
        if body and self.random.random() < self.oddness:
            at = self.random.randrange(len(body))
            body = body[:at] + self.random.randbytes(1) + body[at + 1:]

        return body


class Json(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as directory:
            cls.library = build(directory)

    def read(self, body):
        request = Request()
        limits = Limits(TIMEOUT_LIMIT, CODE_LIMIT)
        error = ctypes.create_string_buffer(128)

        status = self.library.pyexec_request_parse(
            ctypes.byref(request), body, ctypes.c_size_t(len(body)),
            ctypes.byref(limits), error)

        if status != 0:
            raise Refused(error.value.decode("ascii"))

        fields = (request.code.bytes(), request.input.bytes(),
                  [request.args[i].bytes() for i in range(request.nargs)],
                  request.timeout)
        self.library.pyexec_request_free(ctypes.byref(request))
        return fields

    def write(self, output, error, notice):
        answer = Answer(
            output=Bytes(output, len(output)), error=Bytes(error, len(error)),
            notice=notice, returncode=-9, execution_time=0.00314,
            status=b"timeout", cpu_time=math.pi, memory=2 ** 40)

        length = self.library.pyexec_answer_length(ctypes.byref(answer))
        body = ctypes.create_string_buffer(length)
        end = self.library.pyexec_answer_write(body, ctypes.byref(answer))

        self.assertEqual(end, ctypes.addressof(body) + length)
        return body.raw

    def test_a_body_is_read_as_python_reads_it(self):
        bodies = Bodies(SEED)
        accepted = 0

        for _ in range(ROUNDS):
            body = bodies.body()
            try:
                expected = read_as_python(body)
                accepted += 1
            except Refused as refused:
                expected = str(refused)
            try:
                result = self.read(body)
            except Refused as refused:
                result = str(refused)

            self.assertEqual(result, expected, f"{body!r}, seed {SEED}")

        self.assertGreater(accepted, ROUNDS // 20)

    def test_any_bytes_are_answered_as_python_decodes_them(self):
        choose = random.Random(SEED)
        pieces = [bytes([byte]) for byte in range(256)]
        pieces += [each.encode() for each in "é€测😀\u2028\ufffd"]
        pieces += [piece[:-1] for piece in pieces[256:]]

        for _ in range(ROUNDS):
            output, error = (
                b"".join(choose.choices(pieces, k=choose.randrange(20)))
                for _ in range(2))
            notice = choose.choice([None, b"Execution timed out"])

            body = self.write(output, error, notice)
            fields = json.loads(body.decode("utf-8"))

            lines = error.decode("utf-8", "replace")
            if notice is not None:
                if lines and not lines.endswith("\n"):
                    lines += "\n"
                lines += notice.decode()

            self.assertEqual(
                fields,
                {"output": output.decode("utf-8", "replace"), "error": lines,
                 "returncode": -9, "execution_time": "0.0031 seconds",
                 "status": "timeout", "cpu_time": 3.141593,
                 "memory": 2 ** 40},
                f"{output!r} {error!r}, seed {SEED}")

            # raw characters, but for those that Python escapes too
            self.assertEqual(
                body, json.dumps(fields, ensure_ascii=False).encode(),
                f"{output!r} {error!r}, seed {SEED}")


if __name__ == "__main__":
    main()
