"""Random programs, by the productions of CPython's own grammar.

CPython's grammar file is read where Debian's libpython3.11-dev has it; what
newer versions have beside it is below. No production is known here by its
name: all of them are generated, nested in each other, and compile() says which
programs are valid for the interpreter at hand.
"""

import glob
import re
import sys

GRAMMARS = "/usr/src/python3.*/Grammar/python.gram"

# What 3.12 to 3.14 have more, in the same notation.
NEWER = r"""
simple_stmt: | "type" NAME [type_params] '=' expression
type_params: '[' ','.type_param+ [','] ']'
type_param:
    | NAME [':' expression] ['=' expression]
    | '*' NAME ['=' star_expression]
    | '**' NAME ['=' expression]
class_def_raw: | 'class' NAME type_params ['(' [arguments] ')'] ':' block
function_def_raw:
    | 'def' NAME type_params '(' [params] ')' ['->' expression] ':' block
    | ASYNC 'def' NAME type_params '(' [params] ')' ':' block
except_block: | 'except' expression ',' ','.expression+ ':' block
except_star_block: | 'except' '*' expression ',' ','.expression+ ':' block
atom: | TEMPLATE
"""

NAMES = ["a", "b", "c", "d", "e", "os", "x1", "_", "__a", "print", "exec",
         "match", "case", "type", "\u00e9t\u00e9", "\uff53elf", "async_"]

NUMBERS = ["0", "1", "42", "1_000", "0x1F", "0b101", "0o17", "1.5", ".5", "5.",
           "1e5", "1E-3", "2j", "1.5J", "1" + "0" * 30, "1e999"]

STRINGS = ["'a'", '"b"', "''", "'''c'''", '"""d\ne"""', "r'\\d'", "b'f'",
           "rb'\\g'", "u'h'", "'\\n\\x41\\u00e9\\N{DASH}\\\\'", "'\\\n'",
           "'\u4e2d'", "B\"'\"", '"\'"', "'{'", "'\\''"]

TEXTS = ["", "a", "{{", "}}", " b c", "\\n", "'", '"', "\u00e9", "\\N{DASH}",
         "#", ":", "!", "\\x41", "\\{", "="]

FORMATS = ["", "", "", "!r", "!s", "=", " = ", ":>10", ":.2f", ":{a}",
           "!r:^{b}.{c}", ":%Y-%m-%d", ":=^10", "=!r:>5", ":{a!r:5}"]

WORD = re.compile(r"\w|['\"]")
TIGHT = set("()[]{},")


def tokens(text):
    """The words and signs of a grammar, without names for results."""
    pattern = re.compile(r"""
        \s+ | \#[^\n]* | (?P<token> '[^'\n]+' | "[^"\n]+" | \w+ | && | .)
        """, re.VERBOSE)
    return [match["token"] for match in pattern.finditer(text)
            if match["token"]]


class Rule:
    def __init__(self):
        self.alternatives = []


class Alternative(list):
    """Items in a row; `simple` where it leads to one rule and no more."""

    @property
    def simple(self):
        return len(self) == 1 and self[0][0] == "name"


class Reader:
    """Of one rule's right side: alternatives of items.

    An item is (kind, value): "text", "name", "group" or "optional" with
    alternatives, "repeat" with (item, least), "joined" with (separator, item).
    """

    def __init__(self, words):
        self.words = words
        self.at = 0

    def peek(self, ahead=0):
        at = self.at + ahead
        return self.words[at] if at < len(self.words) else ""

    def next(self):
        self.at += 1
        return self.words[self.at - 1]

    def alternatives(self, end=""):
        found = [Alternative()]
        while self.peek() != end:
            if self.peek() == "|":
                self.next()
                found.append(Alternative())
            elif self.peek() == "{":
                self.skip("{", "}")
            elif self.peek() in "&!" or self.peek() == "&&":
                if self.next() == "&&":
                    found[-1].append(self.item())
                else:
                    self.item()
            elif self.peek() == "~":
                self.next()
            else:
                found[-1].append(self.item())
        return [each for each in found if each]

    def skip(self, start, end):
        depth = 0
        while True:
            word = self.next()
            depth += (word == start) - (word == end)
            if depth == 0:
                return

    def item(self):
        # A name for the result: a=... or a[type]=...
        if re.match(r"\w", self.peek()):
            if self.peek(1) == "=":
                self.next(), self.next()
            elif self.peek(1) == "[" and "*" in self.words[self.at:self.at + 6]:
                end = self.words.index("]", self.at)
                if self.words[end + 1] == "=":
                    self.at = end + 2
        atom = self.atom()
        while self.peek() and self.peek() in "*+?.":
            sign = self.next()
            if sign == ".":
                atom = ("joined", (atom, self.atom()))
                assert self.next() == "+"
            elif sign == "?":
                atom = ("optional", [Alternative([atom])])
            else:
                atom = ("repeat", (atom, int(sign == "+")))
        return atom

    def atom(self):
        word = self.next()
        if word == "(":
            found = ("group", self.alternatives(")"))
            self.next()
        elif word == "[":
            found = ("optional", self.alternatives("]"))
            self.next()
        elif word[0] in "'\"":
            found = ("text", word[1:-1])
        else:
            found = ("name", word)
        return found


class Grammar:
    def __init__(self, text, newer):
        self.rules = {}
        self.read(text)
        if newer:
            self.read(NEWER)
        self.heights = {}
        self.measure()

    def read(self, text):
        text = re.sub(r"(?ms)^@\w+\s+'''.*?'''", "", text)
        text = re.sub(r"(?m)^\s*#.*$", "", text)
        heads = list(re.finditer(
            r"(?m)^([a-z]\w*)(?:\[[^\]\n]*\])?\s*(?:\(memo\))?:", text))
        for head, following in zip(heads, [*heads[1:], None]):
            end = following.start() if following else len(text)
            if head[1].startswith("invalid_"):
                continue
            found = Reader(tokens(text[head.end():end])).alternatives()
            self.rules.setdefault(head[1], []).extend(
                each for each in found if not any(
                    value.startswith("invalid_") for kind, value in each
                    if kind == "name"))

    # How many rules deep the shortest sentence is

    def measure(self):
        changed = True
        while changed:
            changed = False
            for name, alternatives in self.rules.items():
                height = min((self.height(each) for each in alternatives),
                             default=99) + 1
                if height < self.heights.get(name, 99):
                    self.heights[name] = height
                    changed = True

    def height(self, item):
        if isinstance(item, Alternative):
            return max(map(self.height, item), default=0)
        kind, value = item
        if kind == "name":
            if value in ("TYPE_COMMENT", "func_type_comment"):
                return 99
            return 0 if value.isupper() else self.heights.get(value, 99)
        if kind == "group":
            return min(map(self.height, value))
        if kind == "repeat":
            return self.height(value[0]) if value[1] else 0
        if kind == "joined":
            return self.height(value[1])
        return 0

    def productions(self, start):
        """Each that can be reached: (rule, alternative), with the way to it."""
        ways = {start: []}
        pending = [start]
        while pending:
            rule = pending.pop(0)
            for alternative in self.rules[rule]:
                for name in names(alternative):
                    # There is a way without the parameters of types.
                    if (name in self.rules and name not in ways
                            and (rule not in ("type_param", "type_params")
                                 or name.startswith("type_param"))):
                        ways[name] = [*ways[rule], (rule, alternative, name)]
                        pending.append(name)
        return [(rule, alternative, ways[rule])
                for rule in ways for alternative in self.rules[rule]
                if self.height(alternative) < 99]


def names(item):
    """The rules that an item leads to."""
    if isinstance(item, list):
        return [name for each in item for name in names(each)]
    kind, value = item
    if kind == "name":
        return [value]
    if kind in ("group", "optional"):
        return names(value)
    if kind == "repeat":
        return names(value[0])
    if kind == "joined":
        return names(value[0]) + names(value[1])
    return []


class Sentence:
    """One random sentence, as a list of tokens."""

    def __init__(self, grammar, random, budget, way=()):
        self.grammar = grammar
        self.random = random
        self.budget = budget
        self.way = list(way)    # productions to take when their rule comes
        self.tokens = []

    def rule(self, name):
        if name.isupper():
            self.token(name)
            return
        alternatives = [each for each in self.grammar.rules[name]
                        if self.grammar.height(each) < 99]
        if self.way and self.way[0][0] == name:
            choice = self.way.pop(0)[1]
        elif self.budget > 0:
            choice = self.random.choice(alternatives)
            self.budget -= not choice.simple
        else:
            least = min(map(self.grammar.height, alternatives))
            choice = self.random.choice(
                [each for each in alternatives
                 if self.grammar.height(each) == least])
        for item in choice:
            self.item(item)

    def item(self, item):
        kind, value = item
        if kind == "text":
            self.tokens.append(value)
        elif kind == "name":
            self.rule(value)
        elif kind == "group":
            self.items(self.choose(value))
        elif kind == "optional":
            choice = self.choose(value)
            if self.leads(value) or (self.budget > 0 and self.random.random()
                                     < 0.5 and self.grammar.height(choice)
                                     < 99):
                self.items(choice)
        elif kind == "repeat":
            least = value[1] or self.leads([value[0]])
            for _ in range(least or self.count()):
                self.item(value[0])
        else:
            self.item(value[1])
            for _ in range(self.count()):
                self.item(value[0])
                self.item(value[1])

    def items(self, items):
        for item in items:
            self.item(item)

    def count(self):
        return self.random.choice((0, 0, 0, 1, 1, 2)) if self.budget > 0 else 0

    def choose(self, alternatives):
        for each in alternatives:
            if self.leads(each):
                return each
        if self.budget > 0:
            return self.random.choice(alternatives)
        return min(alternatives, key=self.grammar.height)

    def leads(self, item):
        """Whether the next production to take can only be there."""
        return bool(self.way) and self.way[0][0] in names(item)

    def token(self, name):
        random = self.random
        if name == "NAME":
            self.tokens.append(random.choice(NAMES[:6]) if random.random() < .8
                               else random.choice(NAMES))
        elif name == "NUMBER":
            self.tokens.append(random.choice(NUMBERS))
        elif name == "STRING":
            self.tokens.append(random.choice(STRINGS)
                               if random.random() < 0.6 or self.budget <= 0
                               else self.formatted("f"))
        elif name == "TEMPLATE":
            self.tokens.append(self.formatted("t"))
        elif name in ("ASYNC", "AWAIT"):
            self.tokens.append(name.lower())
        elif name in ("NEWLINE", "INDENT", "DEDENT"):
            self.tokens.append((name,))

    def formatted(self, prefix):
        random = self.random
        quote = random.choice(("'", '"', "'''", '"""'))
        text = random.choice((prefix, prefix.upper(), "r" + prefix)) + quote
        for _ in range(random.choice((0, 1, 1, 2, 3))):
            text += random.choice(TEXTS)
            if random.random() < 0.8:
                inner = Sentence(self.grammar, random,
                                 random.choice((0, 1, 2, 4)))
                inner.rule(random.choice(("star_expressions", "yield_expr",
                                          "star_expressions", "primary")))
                text += ("{ " + inner.text(plain=True)
                         + random.choice(FORMATS) + "}")
        return text + quote

    # Layout

    def text(self, plain=False):
        random = self.random
        unit = " " if plain else random.choice(("    ", "  ", " ", "\t"))
        lines, line, depth, brackets = [], "", 0, 0
        last = ""
        for token in self.tokens:
            if isinstance(token, tuple):
                if token[0] == "NEWLINE":
                    if not plain and random.random() < 0.05:
                        line += "  # a comment"
                    lines.append(line + "\n")
                    line = last = ""
                else:
                    depth += 1 if token[0] == "INDENT" else -1
                continue
            if not line:
                line = unit * depth
            elif last not in TIGHT and token not in TIGHT:
                line += " "
            elif not plain and random.random() < 0.3:
                line += " "
            if not plain and last and random.random() < 0.01:
                line += "\\\n" if not brackets else "\n  # a comment\n"
            line += token
            brackets += (token in "([{") - (token in ")]}") if token else 0
            last = token
        return "".join(lines) + line


def find():
    """The newest grammar that is on this machine; its path, or None."""
    return max(glob.glob(GRAMMARS), default=None)


def load():
    with open(find(), encoding="utf-8") as file:
        return Grammar(file.read(), sys.version_info >= (3, 12))


def frame(text, random):
    """A program around statements: some are valid in a function only."""
    head = random.choice(("", *["async def f(a, b):\n  while a:\n"] * 4,
                          "def f(a, b):\n  while a:\n",
                          "def f(a, b, c, d, e):\n async def g():\n"))
    if not head or '"""' in text or "\\\n" in text:
        return text
    return head + "".join(f"   {line}\n" for line in text.split("\n"))
