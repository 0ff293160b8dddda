"""What the sources say of themselves: rooms, includes, functions.

A room is a folder of ngx_pyexec_module/.  A source and the header of its name
are one file here, since neither is anything without the other.
"""

import ast
import collections
import os
import re

MODULE = "ngx_pyexec_module"
FOLDERS = (MODULE, "bench", "build-aux", "t")

# Programs that are sent, and what fuzzers found: not ours to form.
FOREIGN = ("t/fidelity/programs", "t/fuzz/corpus")

# Whose headers stand in angle brackets; what no line names is the system's.
OUTSIDE = {
    "HTTP": r"ngx_http",
    "nginx": r"ngx_|nginx",
    "Python": r"Python\.h|py\w*\.h|cpython/|internal/pycore",
    "cJSON": r"cjson/",
    "seccomp": r"seccomp\.h",
    "tree-sitter": r"tree_sitter/|parser\.c|scanner\.c",
    "utf8proc": r"utf8proc\.h",
}

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.M)

Function = collections.namedtuple(
    "Function", "path name line length above text")


class Tree:
    """The files of a tree that are ours: a dict of path to text."""

    def __init__(self, top):
        self.top = top
        self.files = {}
        for folder in FOLDERS:
            for where, folders, names in os.walk(os.path.join(top, folder)):
                here = os.path.relpath(where, top)
                folders[:] = [name for name in folders
                              if os.path.join(here, name) not in FOREIGN]
                for name in names:
                    self.read(os.path.join(here, name))
        for name in ("Makefile", "config"):
            self.read(name)

    def read(self, path):
        try:
            with open(os.path.join(self.top, path), encoding="utf-8") as file:
                self.files[path] = file.read()
        except (UnicodeDecodeError, FileNotFoundError):
            pass

    def sources(self, *endings):
        return {path: text for path, text in sorted(self.files.items())
                if path.endswith(endings)}

    def rooms(self):
        """The rooms that have a file of C."""
        return {room(path) for path in self.sources(".c", ".h")
                if path.startswith(MODULE)}

    def includes(self, path):
        """What a file includes: paths of ours, and names of others."""
        ours, others = [], []
        for quoted, bracketed in INCLUDE.findall(self.files[path]):
            if bracketed:
                others.append(bracketed)
            else:
                ours.append(self.resolve(path, quoted))
        return ours, others

    def resolve(self, path, name):
        """The file that is meant; one that is not there by its name."""
        for folder in (os.path.dirname(path), MODULE):
            found = os.path.normpath(os.path.join(folder, name))
            if found in self.files:
                return found
        return name

    def reached(self, path):
        """What a file includes, and what that does: to the way there."""
        ways, open_ = {path: ()}, [path]
        while open_:
            here = open_.pop()
            for there in self.includes(here)[0]:
                if there in self.files and there not in ways:
                    ways[there] = ways[here] + (there,)
                    open_.append(there)
        return ways

    def arrows(self):
        """Pairs of rooms, of which the first includes the second."""
        return {(room(path), room(there))
                for path in self.sources(".c", ".h") if path.startswith(MODULE)
                for there in self.includes(path)[0]
                if there in self.files and room(path) != room(there)}

    def circles(self):
        """Ways from a file back to itself, one for each knot of files."""
        graph = collections.defaultdict(set)
        for path in self.sources(".c", ".h"):
            for there in self.includes(path)[0]:
                if stem(there) != stem(path):
                    graph[stem(path)].add(stem(there))
        found, told = [], set()
        for start in sorted(graph):
            way = way_back(graph, start)
            if way and not told & set(way):
                found.append(way)
                told.update(way)
        return found

    def functions(self):
        return [function for path, text in self.sources(".c", ".h").items()
                for function in c_functions(path, text)]

    def python_functions(self):
        for path, text in sorted(self.files.items()):
            if path.endswith(".py") or text.startswith("#!/usr/bin/python3"):
                for node in ast.walk(ast.parse(text)):
                    if isinstance(node, ast.FunctionDef):
                        yield Function(path, node.name, node.lineno,
                                       node.end_lineno - node.lineno + 1,
                                       ast.get_docstring(node) or "", "")


def room(path):
    return os.path.relpath(os.path.dirname(path), MODULE)


def stem(path):
    return os.path.splitext(path)[0]


def outside(name):
    """Whose header a name in angle brackets is."""
    for whose, pattern in OUTSIDE.items():
        if re.match(pattern, name):
            return whose
    return "system"


def way_back(graph, start):
    """A shortest way from a node to itself, or None."""
    ways = collections.deque([(start,)])
    seen = set()
    while ways:
        way = ways.popleft()
        for there in sorted(graph[way[-1]] if way[-1] in graph else ()):
            if there == start:
                return way + (start,)
            if there not in seen:
                seen.add(there)
                ways.append(way + (there,))
    return None


def c_functions(path, text):
    """By their braces, which stand alone at the left edge."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if line != "{":
            continue
        head = number
        while head and not ends_something(lines[head - 1]):
            head -= 1
        end = lines.index("}", number)
        name = re.search(r"^(?:.*[ *])?(?!__)(\w+)\(",
                         "\n".join(lines[head:number]), re.M)
        yield Function(path, name[1] if name else "?", head + 1,
                       end - head + 1, comment_above(lines[:head]),
                       "\n".join(lines[head:end + 1]))


def ends_something(line):
    return (not line.strip() or line.startswith(("}", "#"))
            or line.rstrip().endswith(("*/", ";")))


def comment_above(lines):
    """The comment that belongs to what comes next, with its blank line."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    blank = len(lines) - end
    if not end or not lines[end - 1].rstrip().endswith("*/") or blank > 1:
        return "\n" * blank
    begin = end - 1
    while begin and "/*" not in lines[begin]:
        begin -= 1
    return "\n".join(lines[begin:end]) + "\n" * (blank + 1)
