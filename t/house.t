#!/usr/bin/python3
"""The sources keep to the rooms, the arrows and the forms that they have."""

import os
import re
import shutil
import tempfile

from pyexec_test import PyexecTestCase, main
from pyexec_test.sources import MODULE, Tree, outside, room

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# From the top to the bottom of the house.  A room may include those that its
# line names, all of them below it, and sees no headers but those, the system's
# and what is named last: by itself, or through what it includes.
ROOMS = """
room            may include                                    and sees
worker          worker/http worker/exec worker/conf            | nginx HTTP
worker/http     worker/exec worker/conf api json policy wire   | nginx HTTP
worker/exec     worker/conf wire                               | nginx
worker/conf     api json policy wire                           | nginx HTTP
api             json                                           | cJSON
json                                                           | cJSON utf8proc
zygote          zygote/python zygote/memory zygote/sandbox guard wire
                                                               | Python
zygote/python   zygote/memory zygote/sandbox guard wire        | Python
guard           policy/rules.h                                 | Python
zygote/memory   zygote/sandbox wire                            |
zygote/sandbox  wire                                           | seccomp
policy                                           | tree-sitter utf8proc
wire                                                           |
"""

# The one function that ends a request.
DOOR = ("ngx_http_finalize_request", "ngx_pyexec_request_finish",
        f"{MODULE}/worker/http/ngx_pyexec_request.c")

COLUMNS = 80
LINES = 80
REASON = "Long because "


def rules():
    """The table: a dict of room to what it may include, and may see."""
    found = {}
    text = re.sub(r"\n +", " ", ROOMS)
    for line in text.strip().splitlines()[1:]:
        ours, _, others = line.partition("|")
        name, *allowed = ours.split()
        found[name] = (allowed, ["system", *others.split()])
    return found


RULES = rules()


# What is wrong with a tree, as lines to read

def wrong_includes(tree):
    for path in tree.sources(".c", ".h"):
        if path.startswith(MODULE) and room(path) in RULES:
            yield from wrong_includes_of(tree, path)


def wrong_includes_of(tree, path):
    allowed, seen = RULES[room(path)]
    for there in tree.includes(path)[0]:
        if there not in tree.files:
            yield f"{path} includes {there}, which is not there"
        elif room(there) != room(path) and not {
                room(there), os.path.relpath(there, MODULE)} & set(allowed):
            yield f"{path} includes {room(there)}: {there}"
    for through, way in tree.reached(path).items():
        for name in tree.includes(through)[1]:
            if outside(name) not in seen:
                by = "".join(f", by {step}" for step in way)
                yield f"{path} sees {outside(name)}: <{name}>{by}"


def wrong_rooms(tree):
    for name in sorted(tree.rooms() - set(RULES)):
        yield f"{name} is no room"


def wrong_circles(tree):
    for way in tree.circles():
        yield " -> ".join(way)


def wrong_lines(tree):
    """What a suite of Test::Nginx sends and expects may be longer."""
    for path, text in sorted(tree.files.items()):
        for number, line in enumerate(text.splitlines(), 1):
            if line == "__DATA__":
                break
            if len(line) > COLUMNS:
                yield f"{path}:{number}: {len(line)} columns"


def wrong_lengths(tree):
    for one in [*tree.functions(), *tree.python_functions()]:
        if one.length > LINES and REASON not in one.above:
            yield f"{one.path}:{one.line}: {one.name}, {one.length} lines"


def wrong_comments(tree):
    """Above a function: a block, one empty line, the function."""
    for one in tree.functions():
        if one.above.strip() and not one.above.endswith("*/\n\n"):
            yield f"{one.path}:{one.line}: {one.name}"
    for path, text in tree.sources(".c", ".h").items():
        for match in re.finditer(r"^\s*//", text, re.M):
            yield f"{path}:{text.count(chr(10), 0, match.end()) + 1}: //"


def wrong_doors(tree):
    finalize, door, home = DOOR
    callers = [one for one in tree.functions()
               if re.search(rf"\b{finalize}\b", one.text)]
    for one in callers:
        if (one.name, one.path) != (door, home):
            yield f"{one.path}:{one.line}: {one.name} ends a request"
    if (door, home) not in [(one.name, one.path) for one in callers]:
        yield f"{home}: {door} ends no request"


# The drawing

def drawing(tree):
    """A line leads down from each room to those that it includes."""
    rooms = [name for name in RULES if name in tree.rooms()]
    arrows = tree.arrows()
    lines = [name.ljust(max(map(len, rooms)) + 2) for name in rooms]
    for above, name in enumerate(rooms):
        ends = [rooms.index(there) for here, there in arrows
                if here == name and there in rooms]
        if not ends:
            continue
        top, bottom = min(above, *ends), max(above, *ends)
        for row in range(len(rooms)):
            bend = "┐" if row == top else "┘" if row == bottom else "┤"
            if row == above:
                lines[row] += "──" + bend
            elif row in ends:
                lines[row] += " ◄" + bend
            else:
                lines[row] += "  │" if top < row < bottom else "   "
    return "".join(line.rstrip() + "\n" for line in lines)


def drawn():
    """The drawing of the documentation."""
    with open(os.path.join(TOP, "docs", "architecture.md"),
              encoding="utf-8") as page:
        section = re.search(r"^### Rooms$(.*?)^#", page.read(), re.M | re.S)
    return re.search(r"^```text\n(.*?)^```$", section[1], re.M | re.S)[1]


class TheHouse(PyexecTestCase):

    @classmethod
    def setUpClass(cls):
        cls.tree = Tree(TOP)

    def assertNothing(self, wrong):
        found = list(wrong)
        if found:
            self.fail("\n".join([f"{len(found)}:", *found]))

    def test_a_room_lies_above_all_that_it_may_include(self):
        rooms = list(RULES)
        for number, name in enumerate(rooms):
            for allowed in RULES[name][0]:
                below = os.path.dirname(allowed) \
                    if allowed.endswith(".h") else allowed
                self.assertIn(below, rooms[number + 1:])

    def test_every_folder_of_sources_is_a_room(self):
        self.assertNothing(wrong_rooms(self.tree))

    def test_rooms_include_and_see_only_what_they_may(self):
        self.assertNothing(wrong_includes(self.tree))

    def test_no_files_include_each_other_in_a_circle(self):
        self.assertNothing(wrong_circles(self.tree))

    def test_the_drawing_has_the_arrows_that_are_there(self):
        self.assertEqual(drawn(), drawing(self.tree))

    def test_one_function_ends_requests(self):
        self.assertNothing(wrong_doors(self.tree))

    def test_no_line_is_longer_than_80_columns(self):
        self.assertNothing(wrong_lines(self.tree))

    def test_no_function_is_longer_than_80_lines_without_a_reason(self):
        self.assertNothing(wrong_lengths(self.tree))

    def test_comments_above_functions_have_one_form(self):
        self.assertNothing(wrong_comments(self.tree))


class Planted(PyexecTestCase):
    """What is planted in a copy is found, and nothing else is."""

    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix="pyexec-house-")
        cls.addClassCleanup(shutil.rmtree, cls.top)
        cls.tree = Tree(TOP)
        for path, text in cls.tree.files.items():
            cls.write(path, text)

    @classmethod
    def write(cls, path, text):
        path = os.path.join(cls.top, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def planted(self, check, files):
        """What a check finds of these files, and did not find before."""
        before = list(check(self.tree))
        try:
            for path, text in files.items():
                self.write(path, text)
            return [line for line in check(Tree(self.top))
                    if line not in before]
        finally:
            for path in files:
                os.unlink(os.path.join(self.top, path))
                if path in self.tree.files:
                    self.write(path, self.tree.files[path])

    def assertFound(self, check, files, *expected):
        found = self.planted(check, files)
        self.assertEqual(len(found), len(expected), found)
        for line, part in zip(sorted(found), sorted(expected)):
            self.assertIn(part, line)

    def header(self, name):
        """A header of a room that includes nothing, planted."""
        return f"{MODULE}/{name}/planted_below.h"

    def test_an_include_of_a_room_that_the_table_does_not_name(self):
        for name, (allowed, _) in RULES.items():
            others = [there for there in RULES
                      if there not in (name, *allowed)]
            files = {self.header(there): "" for there in RULES}
            files[f"{MODULE}/{name}/planted.c"] = "".join(
                f'#include "{os.path.relpath(there, name)}/planted_below.h"\n'
                for there in RULES if there != name)
            with self.subTest(name):
                self.assertFound(
                    wrong_includes, files,
                    *[f"planted.c includes {there}: " for there in others])

    def test_another_header_of_the_policy_in_the_guard(self):
        self.assertFound(
            wrong_includes,
            {f"{MODULE}/guard/planted.c": '#include "../policy/rules.h"\n'
                                          '#include "../policy/policy.h"\n'},
            f"guard/planted.c includes policy: {MODULE}/policy/policy.h")

    def test_an_include_of_others_that_the_table_does_not_name(self):
        headers = {"system": "stdio.h", "nginx": "ngx_core.h",
                   "HTTP": "ngx_http.h", "Python": "Python.h",
                   "cJSON": "cjson/cJSON.h", "seccomp": "seccomp.h",
                   "tree-sitter": "tree_sitter/api.h",
                   "utf8proc": "utf8proc.h"}
        text = "".join(f"#include <{name}>\n" for name in headers.values())

        for name, (_, seen) in RULES.items():
            with self.subTest(name):
                self.assertFound(
                    wrong_includes, {f"{MODULE}/{name}/planted.c": text},
                    *[f"planted.c sees {whose}: <{headers[whose]}>"
                      for whose in headers if whose not in seen])

    def test_what_is_seen_through_a_header_of_another_room(self):
        self.assertFound(
            wrong_includes,
            {self.header("worker/conf"): "#include <ngx_http.h>\n",
             f"{MODULE}/worker/exec/planted.c":
                 '#include "../conf/planted_below.h"\n'},
            "worker/exec/planted.c sees HTTP: <ngx_http.h>, by "
            f"{MODULE}/worker/conf/planted_below.h")

    def test_an_include_of_what_is_not_there(self):
        self.assertFound(
            wrong_includes,
            {f"{MODULE}/json/planted.c": '#include "nowhere.h"\n'},
            "json/planted.c includes nowhere.h, which is not there")

    def test_a_folder_that_is_no_room(self):
        self.assertFound(wrong_rooms, {f"{MODULE}/cellar/planted.c": ""},
                         "cellar is no room")

    def test_a_circle_of_headers(self):
        self.assertFound(
            wrong_circles,
            {f"{MODULE}/json/planted_{a}.h": f'#include "planted_{b}.h"\n'
             for a, b in ("ab", "bc", "ca")},
            "json/planted_a -> ")

    def test_a_circle_of_a_source_and_a_header_of_another(self):
        self.assertFound(
            wrong_circles,
            {"t/unit/planted_a.c": '#include "planted_b.h"\n',
             "t/unit/planted_a.h": "",
             "t/unit/planted_b.c": '#include "planted_a.h"\n'
                                   '#include "planted_b.h"\n',
             "t/unit/planted_b.h": ""},
            "t/unit/planted_a -> t/unit/planted_b -> t/unit/planted_a")

    def test_an_arrow_that_is_not_drawn(self):
        there = self.tree.rooms()
        for name, (allowed, _) in RULES.items():
            for below in allowed:
                if (below not in there or name not in there
                        or (name, below) in self.tree.arrows()):
                    continue
                with self.subTest(f"{name} to {below}"):
                    self.assertTrue(self.planted(
                        lambda tree: drawing(tree).splitlines(),
                        {self.header(below): "",
                         f"{MODULE}/{name}/planted.c": "#include "
                         f'"{os.path.relpath(below, name)}/planted_below.h"'}))

    def test_a_second_door(self):
        self.assertFound(
            wrong_doors,
            {f"{MODULE}/worker/http/planted.c":
                 "void\nplanted(ngx_http_request_t *r)\n{\n"
                 "    ngx_http_finalize_request(r, NGX_OK);\n}\n"},
            "worker/http/planted.c:1: planted ends a request")

    def test_a_long_line_in_every_kind_of_file(self):
        long, full = "x" * 81, "x" * 80
        for path in (f"{MODULE}/json/planted.c", f"{MODULE}/json/planted.h",
                     "t/lib/pyexec_test/planted.py", "t/planted.t",
                     "bench/planted"):
            with self.subTest(path):
                self.assertFound(wrong_lines, {path: f"{full}\n{long}\n"},
                                 f"{path}:2: 81 columns")
        self.assertFound(wrong_lines, {"Makefile": f"{long}\n"},
                         "Makefile:1: 81 columns")
        self.assertFound(wrong_lines, {"t/planted.t": f"__DATA__\n{long}\n"})

    def test_a_long_function(self):
        def c(lines, above=""):
            body = "    ;\n" * (lines - 4)
            return {f"{MODULE}/json/planted.c":
                    f"{above}static void\nplanted(void)\n{{\n{body}}}\n"}

        def python(lines, doc=""):
            return {"t/planted.py": "def planted():\n" + doc
                    + "    pass\n" * (lines - 1 - doc.count("\n"))}

        self.assertFound(wrong_lengths, c(80))
        self.assertFound(wrong_lengths, c(81), "planted, 81 lines")
        self.assertFound(wrong_lengths,
                         c(81, "/* Long because it is a table. */\n\n"))
        self.assertFound(wrong_lengths,
                         c(81, "/* Long because of an other. */\n\n\n"),
                         "planted, 81 lines")
        self.assertFound(wrong_lengths, python(80))
        self.assertFound(wrong_lengths, python(81), "planted, 81 lines")
        self.assertFound(wrong_lengths,
                         python(81, '    """Long because so."""\n'))

    def test_a_comment_above_a_function_in_another_form(self):
        body = "static void\nplanted(void)\n{\n}\n"
        for above, expected in (("", []), ("/* Why. */\n\n", []),
                                ("/*\n * Why.\n */\n\n", []),
                                ("/* Of all. */\n\n\n", []),
                                ("/* Why. */\n", [": planted"]),
                                ("/*\n * Why.\n */\n", [": planted"]),
                                ("// Why.\n\n", [": //"])):
            with self.subTest(repr(above)):
                self.assertFound(
                    wrong_comments,
                    {f"{MODULE}/json/planted.c": "int  x;\n\n\n"
                                                 + above + body},
                    *expected)


if __name__ == "__main__":
    main()
