#!/usr/bin/python3
"""The documentation says what the code says, and its examples work.

Directives, variables and the default allow-list are read from the sources.
The nginx.conf examples go through nginx -t, the clients of README.md and
docs/api.md are run, and must get the answer that is printed below them.
"""

import collections
import glob
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from pyexec_test import PyexecTestCase, Server, VirtualEnvironment, main
from pyexec_test.server import PATHS

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)
SRC = os.path.join(TOP, "ngx_pyexec_module")

PAGES = [os.path.relpath(path, TOP) for path in sorted(
    glob.glob(os.path.join(TOP, "*.md"))
    + glob.glob(os.path.join(TOP, "docs", "**", "*.md"), recursive=True))]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
HEADING = re.compile(r"^#+ (.+)$", re.M)
CONTEXTS = {"NGX_HTTP_MAIN_CONF": "http", "NGX_HTTP_SRV_CONF": "server",
            "NGX_HTTP_LOC_CONF": "location"}

Directive = collections.namedtuple(
    "Directive", "syntax default contexts since text")
Block = collections.namedtuple("Block", "page line language text follows")


def read(*path):
    with open(os.path.join(TOP, *path), encoding="utf-8") as text:
        return text.read()


# What the sources say

def coded_directives():
    """The command table: a dict of name to set of contexts."""
    table = re.search(r"ngx_pyexec_commands\[\] = \{(.*?)ngx_null_command",
                      read(SRC, "worker", "ngx_pyexec_module.c"), re.S)[1]
    return {name: {word for flag, word in CONTEXTS.items() if flag in flags}
            for name, flags in
            re.findall(r'\{ ngx_string\("(\w+)"\),\s*([\w|\s]+?),', table)}


def coded_variables():
    text = read(SRC, "worker", "http", "ngx_pyexec_variables.c")
    return set(re.findall(r'ngx_string\("(pyexec_\w+)"\), NULL', text))


def coded_allow_list():
    macro = re.search(r"define PYEXEC_RULES_DEFAULT_ALLOW\(X\)(.*?)\n\n",
                      read(SRC, "policy", "rules.h"), re.S)[1]
    return re.findall(r'X\("(\w+)"\)', macro)


# What the pages say

def blocks(*pages):
    """The fenced blocks, each with the one that follows it directly."""
    found = []
    for page in pages:
        text = read(page)
        for match in FENCE.finditer(text):
            after = FENCE.match(text, match.end() + 2)
            follows = after and Block(page, 0, after[1], after[2], None)
            found.append(Block(page, text.count("\n", 0, match.start()) + 1,
                               match[1], match[2], follows))
    return found


def documented_directives():
    """The sections of docs/directives.md, those without a form as None."""
    page = read("docs", "directives.md")
    section = re.search(r"^## Directives$(.*?)^## ", page, re.M | re.S)[1]
    found = {}
    for text in re.split(r"^### ", section, flags=re.M)[1:]:
        form = re.search(
            r"^Syntax:   (.*?)\nDefault:  (.*?)\nContext:  (.*?)\n\n"
            r"This directive appeared in version (\S+)\.$", text,
            re.M | re.S)
        found[text.split("\n", 1)[0]] = form and Directive(
            form[1], form[2], set(form[3].split(", ")), form[4], text)
    return found


def documented_variables():
    section = re.search(r"^## Variables$(.*?)^## ",
                        read("docs", "directives.md"), re.M | re.S)[1]
    return set(re.findall(r"^\| `\$(\w+)` \|", section, re.M))


def readme_table():
    """The README's table: a dict of name to the cell of its default."""
    return dict(re.findall(
        r"^\| \[`(\w+)`\]\(docs/directives\.md#\1\) \| (.*?) \|",
        read("README.md"), re.M))


def anchors(page):
    """The anchors that GitHub gives the headings of a page."""
    text = FENCE.sub("", read(page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            for heading in HEADING.findall(text)}


class Reference(PyexecTestCase):
    """docs/directives.md and the README's table against the sources."""

    @classmethod
    def setUpClass(cls):
        cls.coded = coded_directives()
        cls.documented = documented_directives()

    def test_every_directive_of_the_module_is_documented_and_no_other(self):
        self.assertIn("pyexec", self.coded)
        self.assertEqual(set(self.documented), set(self.coded))

    def test_every_directive_is_in_the_table_of_the_readme_and_no_other(self):
        self.assertEqual(set(readme_table()), set(self.coded))

    def test_every_directive_has_syntax_default_context_and_version(self):
        self.assertEqual([n for n, d in self.documented.items() if not d], [])

    def test_every_directive_may_stand_where_the_documentation_says(self):
        for name, directive in self.documented.items():
            with self.subTest(name):
                self.assertEqual(directive.contexts, self.coded[name])

    def test_every_form_of_a_directive_begins_with_its_name(self):
        for name, directive in self.documented.items():
            for line in directive.syntax.splitlines() + [directive.default]:
                with self.subTest(line):
                    self.assertRegex(line, rf"^ *{name} .*;$")

    def test_every_version_is_in_the_list_of_changes(self):
        for name, directive in self.documented.items():
            with self.subTest(name):
                self.assertIn(f"Changes with pyexec {directive.since} ",
                              read("CHANGELOG.md"))

    def test_the_readme_names_the_defaults_of_the_reference(self):
        for name, cell in readme_table().items():
            default = self.documented[name].default
            value = default[len(name) + 1:-1]
            with self.subTest(name):
                if value.startswith("<"):
                    self.assertNotIn("`", cell)
                else:
                    self.assertEqual(cell, f"`{value}`")

    def test_every_directive_has_an_example(self):
        for name, directive in self.documented.items():
            with self.subTest(name):
                examples = [text for language, text in
                            FENCE.findall(directive.text)
                            if language == "nginx"]
                self.assertRegex("".join(examples), rf"\b{name} ")

    def test_every_variable_of_the_module_is_documented_and_no_other(self):
        self.assertIn("pyexec_status", coded_variables())
        self.assertEqual(documented_variables(), coded_variables())

    def test_the_default_allow_list_is_printed_as_it_is(self):
        quoted = re.findall(r"^> (.*)$", self.documented["pyexec_allow"].text,
                            re.M)
        self.assertEqual(" ".join(quoted).split(), coded_allow_list())


class Pages(PyexecTestCase):
    def test_every_relative_link_leads_to_a_file_and_a_heading(self):
        for page in PAGES:
            text = FENCE.sub("", read(page))
            for target in re.findall(r"\]\(([^)\s]+)\)", text):
                if re.match(r"\w+:", target):
                    continue
                path, _, anchor = target.partition("#")
                path = os.path.normpath(
                    os.path.join(os.path.dirname(page), path)
                    if path else page)
                with self.subTest(page=page, target=target):
                    self.assertTrue(os.path.exists(os.path.join(TOP, path)))
                    if anchor:
                        self.assertIn(anchor, anchors(path))

    def test_every_example_of_json_is_json(self):
        for block in blocks(*PAGES):
            if block.language == "json":
                with self.subTest(page=block.page, line=block.line):
                    json.loads(block.text)


class Platforms(PyexecTestCase):
    """docs/platforms.md has rows of what ran, and says how."""

    def rows(self):
        ran = read("docs", "platforms.md").split("\n## Not tried\n")[0]
        found = re.findall(r"^\|(.*)\| (\S+) \| `(.*)` \|$", ran, re.M)
        self.assertTrue(found)
        return found

    def test_each_row_has_what_ran_and_the_day(self):
        for cells, day, command in self.rows():
            with self.subTest(command):
                self.assertRegex(day, r"^\d{4}-\d\d-\d\d$")
                self.assertNotIn("", [cell.strip()
                                      for cell in cells.split("|")])

    def test_each_row_has_a_command_that_is_there(self):
        targets = re.search(r"^\.PHONY:(.*?)\n\n", read("Makefile"),
                            re.M | re.S)[1].split()
        for *_, command in self.rows():
            with self.subTest(command):
                make, target, *_ = command.split()
                self.assertEqual(make, "make")
                self.assertIn(target, targets)
                for path in re.findall(r"t/[\w/.]+", command):
                    self.assertTrue(os.path.exists(os.path.join(TOP, path)))

    def test_no_command_has_two_rows(self):
        commands = [command for *_, command in self.rows()]
        self.assertEqual(sorted(set(commands)), sorted(commands))


class Figures(PyexecTestCase):
    """docs/performance.md, and what "make bench DOCS=1" makes of it."""

    long = [page for page in PAGES
            if os.path.dirname(page) == "docs/performance"]

    def setUp(self):
        self.top = tempfile.mkdtemp(prefix="pyexec-docs-")
        self.addCleanup(shutil.rmtree, self.top)
        self.docs = os.path.join(self.top, "docs")
        os.makedirs(os.path.join(self.docs, "performance"))
        for page in ("docs/performance.md", *self.long):
            shutil.copy(os.path.join(TOP, page), os.path.join(self.top, page))

    def publish(self, **figures):
        """The pages that have changed, after these files are published."""
        source = os.path.join(self.top, "bench")
        os.mkdir(source)
        for name, text in figures.items():
            with open(os.path.join(source, name + ".md"), "w",
                      encoding="utf-8") as file:
                file.write(text)
        subprocess.run([os.path.join(TOP, "bench", "publish"), source,
                        self.docs], check=True)
        shutil.rmtree(source)
        return {page: read(self.top, page)
                for page in ("docs/performance.md", *self.long)
                if read(self.top, page) != read(page)}

    def test_the_story_has_one_plot_and_one_table(self):
        text = FENCE.sub("", read("docs", "performance.md"))
        self.assertEqual(len(re.findall(r"!\[", text)), 1)
        tables = re.findall(r"^\|[-:|]+\|$", text, re.M)
        self.assertEqual(len(tables), 1)

    def test_the_story_leads_to_every_long_table(self):
        found = re.findall(r"\]\((performance/\w+\.md)\)",
                           read("docs", "performance.md"))
        self.assertEqual({f"docs/{page}" for page in found}, set(self.long))

    def test_goals_are_put_into_the_story_and_nothing_else_is(self):
        before = read("docs", "performance.md")
        old = re.search(r"<!-- goals -->\n\n(.*?)\n\n<!-- end of goals -->",
                        before, re.S)[1]
        self.assertEqual(self.publish(goals="new goals \\1\n"), {
            "docs/performance.md": before.replace(old, "new goals \\1")})

    def test_a_table_becomes_its_page(self):
        changed = self.publish(soak="| a | b |\n")
        self.assertEqual(list(changed), ["docs/performance/soak.md"])
        text, = changed.values()
        self.assertTrue(text.startswith("# After many runs\n"))
        self.assertIn("\n\n| a | b |\n\n", text)
        self.assertNotIn("until 10,000", text)

    def test_a_page_of_two_tables_waits_for_both(self):
        self.assertEqual(self.publish(policy="half of it"), {})
        changed = self.publish(policy="half of it", refusals="the rest")
        self.assertEqual(list(changed), ["docs/performance/policy.md"])

    def test_the_pages_are_as_they_are_written(self):
        names = ("compare", "isolation", "soak", "policy", "refusals")
        changed = self.publish(**{name: f"<{name}>" for name in names})
        self.assertEqual(set(changed), set(self.long))
        for page, text in changed.items():
            parts = re.split(r"<\w+>", text)
            with self.subTest(page):
                self.assertRegex(read(page), re.compile(
                    ".*".join(map(re.escape, parts)) + r"\Z", re.S))


class Configurations(PyexecTestCase):
    """The examples of nginx.conf, with nginx -t."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.remove)
        VirtualEnvironment(f"{cls.server.prefix}/srv/pyexec/venv")
        os.makedirs(f"{cls.server.prefix}/var/log/nginx")
        os.makedirs(f"{cls.server.prefix}/var/lib/nginx")

    def complete(self, text):
        """A whole nginx.conf of a part of one, with nothing of the host's."""
        if not re.search(r"\b(location|server|http) .*\{", text):
            text = "location /example {\npyexec on;\n%s}\n" % text
        if not re.search(r"\b(server|http) \{", text):
            text = "server {\n%s}\n" % text
        if "http {" not in text:
            text = "http {\n%s}\n" % text
        if not re.search(r"^events ", text, re.M):
            text = "events {}\n" + text

        prefix = self.server.prefix
        text = re.sub(r"^load_module .*$", "", text, flags=re.M)
        text = re.sub(r"\blisten [^;]+;", f"listen 127.0.0.1:"
                                          f"{self.server.port};", text)
        text = re.sub(r"(?<=\s)/(srv|var)/", rf"{prefix}/\1/", text)
        # A machine of the tests has none that is delegated.
        text = re.sub(r"pyexec_cgroup /[^;]+;", "pyexec_cgroup off;", text)
        text = text.replace("http {\n",
                            "http {\n" + PATHS.format(prefix=prefix), 1)
        head = "{user}\npid {prefix}/nginx.pid;\nload_module {module};\n"

        return head + text.replace("{", "{{").replace("}", "}}")

    def assertAccepted(self, text):
        self.server.configuration = self.complete(text)
        status, said = self.server.test_conf()
        self.assertEqual(status, 0, said)

    def test_every_example_passes(self):
        examples = [block for block in blocks(*PAGES)
                    if block.language == "nginx"]
        self.assertGreater(len(examples), len(coded_directives()))

        for block in examples:
            with self.subTest(page=block.page, line=block.line):
                self.assertAccepted(block.text)

    def test_the_configuration_of_make_run_passes(self):
        self.assertAccepted(read("docs", "nginx.conf"))

    def test_every_documented_default_passes_in_every_context(self):
        for name, directive in documented_directives().items():
            if "<" in directive.default or name == "pyexec":
                continue
            for text in ("location / {\npyexec on;\n%s\n}\n",
                         "server {\n%s\nlocation / {\npyexec on;\n}\n}\n",
                         "http {\n%s\nserver {\nlocation / {\npyexec on;\n}\n"
                         "}\n}\n"):
                with self.subTest(name):
                    self.assertAccepted(text % directive.default)

    def test_a_wrong_example_would_not_pass(self):
        with self.assertRaises(AssertionError):
            self.assertAccepted("pyexec_timeout 0;\n")


class Clients(PyexecTestCase):
    """The clients of the pages, and the answers that are printed."""

    @classmethod
    def setUpClass(cls):
        cls.server = cls.serve_all(
            Server(server="location /execute { pyexec on; }"))
        cls.server.wait_for_log("is ready after")

    def examples(self, language):
        return [block for block in blocks("README.md", "docs/api.md")
                if block.language == language and block.follows]

    def run_client(self, argv, text, **kwargs):
        text = text.replace("127.0.0.1:8080", f"127.0.0.1:{self.server.port}")
        done = subprocess.run([*argv, text], stdout=subprocess.PIPE,
                              timeout=60, check=True, **kwargs)
        return done.stdout.decode("utf-8").replace("\r\n", "\n")

    @staticmethod
    def without_figures(body):
        """An answer without what differs each time or with each CPython."""
        answer = json.loads(body)
        for name in ("execution_time", "cpu_time", "memory"):
            if name in answer:
                answer[name] = re.sub(r"\d+", "0", str(answer[name]))
        answer["error"] = re.sub(r"^[ ~^]+\n", "", answer["error"],
                                 flags=re.M)
        return answer

    def test_every_curl_command_gets_the_answer_that_is_printed(self):
        commands = [block for block in self.examples("sh")
                    if block.text.startswith("curl ")]
        self.assertGreater(len(commands), 5)

        for block in commands:
            got = self.run_client(["/bin/sh", "-c"],
                                  block.text.replace("curl", "curl -s", 1))
            with self.subTest(page=block.page, line=block.line):
                if block.follows.language == "http":
                    self.check_message(got, block.follows.text)
                else:
                    self.assertEqual(self.without_figures(got),
                                     self.without_figures(
                                         block.follows.text))

    def check_message(self, got, printed):
        """All that is printed, and of the head nothing else but routine."""
        got_head, _, got_body = got.partition("\n\n")
        head, _, body = printed.rstrip().partition("\n\n")
        routine = re.compile(r"^(Server|Date|Connection): ")
        self.assertEqual([line for line in got_head.splitlines()
                          if not routine.match(line)], head.splitlines())
        self.assertEqual(got_body.rstrip(), body)

    def test_every_python_client_prints_what_is_printed(self):
        clients = self.examples("python")
        self.assertTrue(clients)

        for block in clients:
            with self.subTest(page=block.page, line=block.line):
                got = self.run_client(["/usr/bin/python3", "-c"], block.text)
                self.assertEqual(got.rstrip(), block.follows.text.rstrip())

    @unittest.skipUnless(shutil.which("node"), "there is no Node.js here")
    def test_every_javascript_client_prints_what_is_printed(self):
        clients = self.examples("js")
        self.assertTrue(clients)

        for block in clients:
            with self.subTest(page=block.page, line=block.line):
                got = self.run_client(["node", "--input-type=module", "-e"],
                                      block.text)
                self.assertEqual(got.rstrip(), block.follows.text.rstrip())


if __name__ == "__main__":
    main()
