#!/usr/bin/python3
"""Libraries import for themselves what they need, however they do so.

Each program runs with a list that has only what it imports itself, with and
without a preload, and must say what it says under a plain python3.
"""

from pyexec_test import PyexecTestCase, Server, main
from pyexec_test.fidelity import Program, difference, run_by_post, run_plainly

# By what is to be allowed: programs by what they show.
PROGRAMS = {
    "flask": {
        "templates, which are code that is generated": """
from flask import Flask, render_template_string

app = Flask(__name__)


@app.route("/<name>")
def index(name):
    return render_template_string(
        "{% macro bold(x) %}<b>{{ x }}</b>{% endmacro %}"
        "{% for i in range(3) %}{{ loop.index }}{{ bold(name) }}{% endfor %}",
        name=name)


print(app.test_client().get("/me").get_data(as_text=True))
""",
        "JSON, errors, sessions and blueprints": """
from flask import Blueprint, Flask, abort, jsonify, request, session, url_for

app = Flask(__name__)
app.secret_key = "x"
part = Blueprint("part", __name__, url_prefix="/part")


@part.route("/json", methods=["POST"])
def echo():
    session["seen"] = session.get("seen", 0) + 1
    return jsonify(got=request.get_json(), seen=session["seen"],
                   url=url_for("part.echo"))


@part.route("/gone")
def gone():
    abort(410)


app.register_blueprint(part)
client = app.test_client()
client.post("/part/json", json={"a": [1]})
print(client.post("/part/json", json={"a": [1]}).get_json())
print(client.get("/part/gone").status, client.get("/none").status)
""",
    },
    "jinja2": {
        "inheritance, macros, filters and an error in a template": """
from jinja2 import DictLoader, Environment, StrictUndefined, TemplateError

env = Environment(undefined=StrictUndefined, loader=DictLoader({
    "base": "<{% block body %}{% endblock %}>",
    "macros": "{% macro m(x) %}[{{ x|upper }}]{% endmacro %}",
    "page": "{% extends 'base' %}{% import 'macros' as k %}"
            "{% block body %}{% for x in xs %}{{ k.m(x) }}{{ loop.last }}"
            "{% endfor %}{% endblock %}"}))
print(env.get_template("page").render(xs=["a", "b"]))
try:
    env.from_string("{{ nothing }}").render()
except TemplateError as error:
    print(type(error).__name__, error)
""",
        "an asynchronous template": """
from jinja2 import Environment

print(Environment(enable_async=True).from_string(
    "{% for x in xs %}{{ x }},{% endfor %}").render(xs=[1, 2]))
""",
    },
    "sympy": {
        "nsolve and lambdify, whose functions are generated": """
from sympy import (Symbol, cos, exp, integrate, lambdify, latex, nsolve, sin,
                   solve, sqrt)

x = Symbol("x")
print(nsolve(cos(x) - x, 1))
print(lambdify(x, sin(x) + sqrt(x))(2))
print(lambdify(x, sin(x), "math")(2), lambdify(x, exp(x), "mpmath")(1))
print(lambdify(x, x ** 2, "sympy")(Symbol("y")))
print(solve(x ** 2 - 2, x), integrate(x * exp(x), x), latex(sqrt(x) / 2))
""",
        "what is parsed, evaluated and printed as code": """
from sympy import Matrix, N, pi, pretty, series, sin, sympify, symbols
from sympy.printing.pycode import pycode

x, y = symbols("x y")
print(sympify("sin(x)**2 + 1").subs(x, 0), N(pi, 30))
print(series(sin(x), x, 0, 6), Matrix([[1, x], [y, 2]]).det())
print(pycode(sin(x) ** 2), pretty(x / y, use_unicode=False))
""",
    },
    "numpy": {
        "what its C code imports": """
import numpy
import numpy.testing

a = numpy.arange(6.0).reshape(2, 3)
numpy.testing.assert_allclose(a @ a.T, [[5, 14], [14, 50]])
print(numpy.array(["2020-01-02"], "M8[D]").astype(object), a.mean(), a.std())
print(numpy.linalg.norm(a), numpy.fft.fft([1, 0])[0], a.__reduce__()[0])
print(numpy.random.default_rng(1).integers(10, size=3), repr(a.dtype.str))
print(numpy.vectorize(lambda v: v + 1)(a)[0], numpy.array_str(a))
""",
    },
    "numpy pickle": {
        "C code that finds classes": """
import pickle

import numpy

for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    a = pickle.loads(pickle.dumps(numpy.arange(3), protocol))
    print(a, pickle.loads(pickle.dumps(numpy.random.RandomState(1),
                                       protocol)).randint(9))
""",
    },
    "requests": {
        "what it asks only then": """
import requests

request = requests.Request("POST", "http://\u00fc.example/?a=b",
                           json={"a": 1}, auth=("me", "x"))
print(request.prepare().headers, request.prepare().url)
print(requests.utils.get_netrc_auth("http://example.org/"))
try:
    requests.get("nothing://x")
except requests.RequestException as error:
    print(type(error).__name__)
""",
    },
    "unittest": {
        "unittest.main() of the program itself": """
import unittest


class Tests(unittest.TestCase):
    def test_one(self):
        self.assertEqual(1, 1)

    @unittest.skip("not now")
    def test_two(self):
        pass


class Runner:
    def run(self, test):
        result = unittest.TestResult()
        test(result)
        print(result.testsRun, result.skipped)
        return result


unittest.main(testRunner=Runner, exit=False)
unittest.main(argv=["main.py", "Tests.test_one"], testRunner=Runner)
""",
    },
    "doctest": {
        "doctest.testmod() of the program itself": '''
import doctest


def twice(x):
    """
    >>> twice(2)
    4
    """
    return 2 * x


print(doctest.testmod())
''',
    },
    "datetime time zoneinfo": {
        "C code of the interpreter's own": """
import datetime
import time
import zoneinfo

print(datetime.datetime.strptime("2020-02-01", "%Y-%m-%d").timetuple())
print(time.strptime("2020", "%Y").tm_year)
try:
    print(zoneinfo.ZoneInfo("Europe/Nowhere"))
except zoneinfo.ZoneInfoNotFoundError as error:
    print(error)
""",
    },
    "sysconfig": {
        "a module whose name is that of the machine":
            "import sysconfig\nprint(sysconfig.get_config_var('EXT_SUFFIX'))",
    },
    "xml": {
        "a parser by its name": """
import xml.dom.minidom
import xml.etree.ElementTree
import xml.sax

print(xml.dom.minidom.parseString("<a b='1'/>").toxml())
print(xml.etree.ElementTree.fromstring("<a><b/></a>")[0].tag)
print(type(xml.sax.make_parser()).__name__)
""",
    },
    "logging": {
        "classes that a configuration names": """
import logging.config

logging.config.dictConfig({
    "version": 1,
    "formatters": {"f": {"format": "%(levelname)s %(message)s"}},
    "handlers": {"h": {"class": "logging.StreamHandler", "formatter": "f"}},
    "root": {"handlers": ["h"], "level": "INFO"}})
logging.info("hello")
""",
    },
    "sqlite3 decimal asyncio ssl": {
        "modules with C code that begins with imports": """
import asyncio
import decimal
import sqlite3
import ssl


async def main():
    await asyncio.sleep(0)
    return decimal.Decimal(1) / 7

base = sqlite3.connect(":memory:")
base.execute("create table t (a)")
print(list(base.iterdump()), asyncio.run(main()), ssl.PROTOCOL_TLS_CLIENT)
""",
    },
}

LOCATION = """
    location /{name} {{
        pyexec on;
        pyexec_allow {allow};
        {preload}
    }}
"""


class Libraries(PyexecTestCase):

    @classmethod
    def setUpClass(cls):
        cls.paths = {}
        locations = []

        for number, allow in enumerate(PROGRAMS):
            for kind, preload in (("warm", ""),
                                  ("cold", "pyexec_preload none;")):
                cls.paths[allow, kind] = f"/{number}{kind}"
                locations.append(LOCATION.format(
                    name=f"{number}{kind}", allow=allow, preload=preload))

        cls.server = cls.serve_all(Server(
            server="".join(locations), spares=0,
            http="pyexec_timeout 60s; pyexec_memory 1g;"))

    def check(self, allow, code):
        program = Program("none.py")
        program.source = code.strip().encode() + b"\n"
        plain = run_plainly(program)
        self.assertEqual(plain.returncode, 0, plain.error)

        for kind in "warm", "cold":
            with self.subTest(kind):
                posted = run_by_post(self.server, program,
                                     self.paths[allow, kind])
                found = difference(plain, posted)
                self.assertFalse(found, "\n" + found)


class TheLists(PyexecTestCase):

    def test_a_package_is_not_allowed_because_another_needs_it(self):
        server = self.serve(server="""
            location /flask { pyexec on; pyexec_allow flask; }""")
        for name in "jinja2", "werkzeug", "socket":
            answer = server.post(f"import flask\nexec('import {name}')",
                                 path="/flask")
            self.assertIn(f"ImportError: Disallowed import: {name}\n",
                          answer["error"])

    def test_a_packages_own_importing_function_is_not_the_programs(self):
        server = self.serve(server="""
            location /list { pyexec on; pyexec_allow flask sympy sys; }""")
        for code, name in (
                ("import sys, flask\nu = sys.modules['werkzeug.utils']\n"
                 "u.import_string('smtplib:SMTP')", "smtplib"),
                ("import sys, sympy\n"
                 "e = vars(sys.modules['sympy.external.importtools'])\n"
                 "print(e['import_' + 'module']('smtplib'))\n"
                 "sys.exit('smtplib' in sys.modules and 'imported' or "
                 "'Disallowed import: smtplib')", "smtplib"),
                ("import flask\napp = flask.Flask('x')\n"
                 "app.config.from_object('smtplib')", "smtplib")):
            answer = server.post(code, path="/list")
            self.assertIn(f"Disallowed import: {name}", answer["error"])


for allowed, programs in PROGRAMS.items():
    for story, source in programs.items():
        setattr(Libraries,
                f"test_{allowed}: {story}".replace(" ", "_"),
                lambda self, a=allowed, s=source: self.check(a, s))


if __name__ == "__main__":
    main()
