"""The usual way to build such a service, to be measured beside the module.

A Flask application that checks a program's syntax tree, writes it to a
temporary file, runs it with a python3 of its own, and answers what it printed.
"""

import ast
import os
import subprocess
import sys
import time
import uuid

from flask import Flask, jsonify, request
from flask_cors import CORS

TEMP_DIR = "temp_scripts"
MAX_EXECUTION_TIME = 5
ALLOWED = frozenset("""math random datetime numpy requests json string os sys
    collections re time subprocess itertools functools typing statistics
    decimal hashlib uuid copy heapq bisect operator shlex dataclasses
    textwrap""".split())

app = Flask(__name__)
CORS(app)
os.makedirs(TEMP_DIR, exist_ok=True)


class Unsafe(Exception):
    """What a program must not do."""


def check_import(name):
    if name.split(".")[0] not in ALLOWED:
        raise Unsafe(f"Disallowed import: {name}")


def check_call(node):
    called = ast.unparse(node.func)
    if called == "os.system":
        raise Unsafe("os.system is not allowed")

    if called == "open":
        modes = node.args[1:2] + [word.value for word in node.keywords
                                  if word.arg == "mode"]
        for mode in modes:
            if (isinstance(mode, ast.Constant) and isinstance(mode.value, str)
                    and set(mode.value) & set("wa+")):
                raise Unsafe("writing files is not allowed")

    if called == "subprocess.run":
        for word in node.keywords:
            if (word.arg == "shell" and isinstance(word.value, ast.Constant)
                    and word.value.value):
                raise Unsafe("subprocess.run with shell=True is not allowed")


def check(code):
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                check_import(alias.name)
        elif isinstance(node, ast.ImportFrom):
            check_import(node.module or "")
        elif isinstance(node, ast.Call):
            check_call(node)


def run(code):
    path = os.path.join(TEMP_DIR, f"{uuid.uuid4()}.py")
    try:
        with open(path, "w", encoding="utf-8") as script:
            script.write(code)

        start = time.time()
        done = subprocess.run([sys.executable, path], capture_output=True,
                              text=True, timeout=MAX_EXECUTION_TIME,
                              check=False)
        return {"output": done.stdout, "error": done.stderr,
                "returncode": done.returncode,
                "execution_time": f"{time.time() - start:.4f} seconds"}
    finally:
        os.unlink(path)


@app.route("/execute", methods=["POST"])
def execute():
    body = request.get_json(silent=True) or {}
    if "code" not in body:
        return jsonify(error='Missing "code" field'), 400

    try:
        check(body["code"])
    except (Unsafe, SyntaxError) as error:
        return jsonify(error=f"Code is not safe: {error}"), 400

    try:
        return jsonify(run(body["code"]))
    except Exception as error:
        return jsonify(error=f"An unexpected error occurred: {error}"), 500
