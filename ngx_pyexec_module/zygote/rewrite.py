"""A program written anew, from CPython's own tree, in words that others know.

The worker's policy reads programs with a parser that does not know all that
CPython accepts.  Where it fails and CPython does not, the program comes here,
in a run that only compiles it, and goes back as the plainest text that there
is for its tree: one statement a line, one blank for each level, brackets
around what has a comma.  The policy checks that text, and its refusal is told
with the line and the column of the program as it was sent.

That it is the same program is not believed but compared: CPython parses the
text, and the two trees must be equal.  A few forms have no other text that
the parser knows; plain() puts others in their place, which evaluate the same
expressions and bind the same names.

Nothing here recurses along a program, which may be nested more deeply than
Python calls may be, and nothing imports but _ast.
"""

import sys

import _ast


ONLY_AST = 0x400    # ast.PyCF_ONLY_AST, without ast

# What a reply begins with; policy/rewritten.h has the rest of its format.
MAGIC = b'pyexec rewritten 1\n'

# How tightly an expression holds together, from loosest to tightest.
TEST, OR, AND, NOT, COMPARE, BITOR, BITXOR, BITAND, SHIFT, SUM, TERM, SIGN, \
    POWER, ATOM = range(14)

OPERATORS = {
    'BitOr': ('|', BITOR), 'BitXor': ('^', BITXOR), 'BitAnd': ('&', BITAND),
    'LShift': ('<<', SHIFT), 'RShift': ('>>', SHIFT),
    'Add': ('+', SUM), 'Sub': ('-', SUM),
    'Mult': ('*', TERM), 'MatMult': ('@', TERM), 'Div': ('/', TERM),
    'Mod': ('%', TERM), 'FloorDiv': ('//', TERM), 'Pow': ('**', POWER),
}

SIGNS = {'UAdd': '+', 'USub': '-', 'Invert': '~'}

COMPARISONS = {
    'Eq': '==', 'NotEq': '!=', 'Lt': '<', 'LtE': '<=', 'Gt': '>',
    'GtE': '>=', 'Is': 'is', 'IsNot': 'is not', 'In': 'in',
    'NotIn': 'not in',
}

# What is a keyword to the parser in places where it is a name to CPython, in
# letters that CPython reads as the same name (NFKC) and the parser as a name.
SPELLINGS = {name: chr(ord(name[0]) + 0xFEE0) + name[1:]
             for name in ('case', 'exec', 'match', 'print', 'type')}

# The last have most room for others in them.
QUOTES = ("'", '"', '"""', "'''")

# Since then anything may stand in a formatted string, and places are exact.
FREE = sys.version_info >= (3, 12)

# Of the plain elements of a display these many stay: a parser has a limit.
ELEMENTS = 256

NEW_LINE, INDENT, DEDENT = range(3)


class Unknown(Exception):
    """There is no text for this tree."""


def rewrite(code):
    """The reply to a program, of UTF-8; None where there is none."""
    source = code.decode('utf-8')
    tree = plain(parse(source))
    writer = Writer(Lines(code))
    writer.write([tree])
    text = ''.join(writer.parts)
    if not same(parse(text), tree):
        return None
    return reply(text, writer.marks)


def reply(text, marks):
    text = text.encode('utf-8')
    numbers = [len(text), len(marks)]
    for mark in marks:
        numbers += mark
    return MAGIC + b''.join(number.to_bytes(4, sys.byteorder)
                            for number in numbers) + text


def parse(source, mode='exec'):
    return compile(source, 'main.py', mode, ONLY_AST, True)


def name_of(node):
    return type(node).__name__


def spell(name):
    return SPELLINGS.get(name, name)


def spell_dotted(name):
    return '.'.join(map(spell, name.split('.')))


def joined(separator, lists):
    """One list of items, with the separator between any two of the lists."""
    items = []
    for each in lists:
        if items:
            items.append(separator)
        items += each
    return items


def children(node):
    """The nodes in a node's fields, and in lists that are its fields."""
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, _ast.AST):
            yield value
        elif isinstance(value, list):
            for each in value:
                if isinstance(each, _ast.AST):
                    yield each


def same(one, other):
    """Whether two trees are equal, as by ast.dump()."""
    pairs = [(one, other)]
    while pairs:
        a, b = pairs.pop()
        if type(a) is not type(b):
            return False
        if isinstance(a, _ast.AST):
            pairs += [(getattr(a, field, None), getattr(b, field, None))
                      for field in a._fields]
        elif isinstance(a, list):
            if len(a) != len(b):
                return False
            pairs += zip(a, b)
        elif a != b or (isinstance(a, (float, complex))
                        and repr(a) != repr(b)):
            return False
    return True


# What the parser has no words for


def plain(tree):
    """Put other forms in the place of some; see what makes them below."""
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        change = PLAIN.get(name_of(node))
        if change is not None:
            change(node)
        nodes += children(node)
    return tree


def make(kind, like, **fields):
    """A new node, where another one is."""
    node = getattr(_ast, kind)(**fields)
    for field in ('lineno', 'col_offset', 'end_lineno', 'end_col_offset'):
        setattr(node, field, getattr(like, field))
    return node


def make_tuple(like, elements):
    return make('Tuple', like, elts=elements, ctx=_ast.Load())


def plain_subscript(node):
    """a[b:c, *d] is a[(b, c), *d]: no key that is a text either way."""
    elements = getattr(node.slice, 'elts', ())
    if (name_of(node.slice) == 'Tuple'
            and {'Slice', 'Starred'} <= set(map(name_of, elements))):
        node.slice.elts = [plain_slice(element)
                           if name_of(element) == 'Slice' else element
                           for element in elements]


def plain_slice(node):
    parts = (node.lower, node.upper, node.step)
    return make_tuple(node, [part for part in parts if part is not None])


def plain_argument(node):
    """def f(*a: *b) is def f(*a: (*b,))."""
    if node.annotation is not None and name_of(node.annotation) == 'Starred':
        node.annotation = make_tuple(node.annotation, [node.annotation])


def plain_elements(node):
    """Of *(a, b) among targets the names stay, and one of the stars."""
    if isinstance(node.ctx, _ast.Store):
        plain_targets(node)
    else:
        plain_display(node)


def plain_targets(node):
    elements, pending = [], node.elts[::-1]
    while pending:
        element = pending.pop()
        if (name_of(element) != 'Starred'
                or name_of(element.value) not in ('List', 'Tuple')):
            elements.append(element)
            continue
        # Another star beside it would be an error, so there is none.
        inner = element.value.elts
        if inner and not any(name_of(each) == 'Starred' for each in inner):
            element.value = inner[0]
            inner = [element, *inner[1:]]
        pending += inner[::-1]
    node.elts = elements


def plain_display(node):
    """Numbers and the like in a long list are of no interest to a policy."""
    if len(node.elts) > ELEMENTS:
        count = 0
        elements = []
        for element in node.elts:
            if is_plain(element):
                count += 1
                if count > ELEMENTS:
                    continue
            elements.append(element)
        node.elts = elements


def plain_dict(node):
    if len(node.keys) > ELEMENTS:
        count = 0
        pairs = []
        for key, value in zip(node.keys, node.values):
            if is_plain(key) and is_plain(value):
                count += 1
                if count > ELEMENTS:
                    continue
            pairs.append((key, value))
        node.keys = [key for key, value in pairs]
        node.values = [value for key, value in pairs]


def is_plain(node):
    nodes = [node]
    while nodes:
        node = nodes.pop()
        kind = name_of(node)
        if kind in ('Dict', 'List', 'Set', 'Tuple', 'UnaryOp', 'BinOp'):
            nodes += [each for each in children(node)
                      if isinstance(each, _ast.expr)]
        elif kind != 'Constant':
            return False
    return True


def plain_class_pattern(node):
    """In case A(_=b) the parser has another use for the name."""
    node.kwd_attrs = ['__' if name == '_' else name for name in node.kwd_attrs]


def plain_mapping_pattern(node):
    """In case {_.a: b}, too."""
    for key in node.keys:
        while name_of(key) == 'Attribute':
            key = key.value
        if name_of(key) == 'Name' and key.id == '_':
            key.id = '__'


def plain_comprehension(node):
    """[*a for a in b] is [(*a,) for a in b]."""
    if name_of(node.elt) == 'Starred':
        node.elt = make_tuple(node.elt, [node.elt])


def plain_definition(node):
    """class A[T: a = b] is class A[T: (a, b)], and so are *T and **T."""
    parameters = getattr(node, 'type_params', ())
    for i, parameter in enumerate(parameters):
        default = getattr(parameter, 'default_value', None)
        if default is not None:
            bound = getattr(parameter, 'bound', None)
            parts = [default] if bound is None else [bound, default]
            parameters[i] = make('TypeVar', parameter, name=parameter.name,
                                 bound=make_tuple(default, parts))


def plain_template(node):
    """t"{a}" is f"{a}"."""
    node.__class__ = _ast.JoinedStr


def plain_interpolation(node):
    node.__class__ = _ast.FormattedValue


PLAIN = {
    'AsyncFunctionDef': plain_definition,
    'ClassDef': plain_definition,
    'Dict': plain_dict,
    'FunctionDef': plain_definition,
    'GeneratorExp': plain_comprehension,
    'Interpolation': plain_interpolation,
    'List': plain_elements,
    'ListComp': plain_comprehension,
    'MatchClass': plain_class_pattern,
    'MatchMapping': plain_mapping_pattern,
    'Set': plain_display,
    'SetComp': plain_comprehension,
    'Subscript': plain_subscript,
    'TemplateStr': plain_template,
    'Tuple': plain_elements,
    'TypeAlias': plain_definition,
    'arg': plain_argument,
}


# Where something is in the program as it was sent


class Lines:
    """The lines of a program, for positions that CPython counts in bytes."""

    def __init__(self, code):
        self.lines = code.split(b'\n')

    def position(self, line, offset):
        """Line and column, from 1 and in characters."""
        before = self.lines[line - 1][:offset]
        return line, len(before.decode('utf-8', 'replace')) + 1

    def words(self, node):
        """(text, line, offset) of each word and sign of a statement."""
        line, offset = node.lineno, node.col_offset
        while line <= len(self.lines):
            text = self.lines[line - 1]
            while offset < len(text):
                byte = text[offset:offset + 1]
                end = offset + 1
                if is_of_name(byte):
                    while is_of_name(text[end:end + 1]):
                        end += 1
                    yield text[offset:end], line, offset
                elif byte == b'#':
                    end = len(text)
                elif byte not in b' \t\f\\':
                    yield byte, line, offset
                offset = end
            line, offset = line + 1, 0

    def find(self, name, node, start):
        """The next place of a name at or after a place, within a node."""
        line, offset = start
        name = name.encode('utf-8')
        while line <= node.end_lineno:
            text = self.lines[line - 1]
            if line == node.end_lineno:
                text = text[:node.end_col_offset]
            offset = text.find(name, offset)
            while offset != -1:
                end = offset + len(name)
                if not (is_of_name(text[offset - 1:offset])
                        or is_of_name(text[end:end + 1])):
                    return line, offset
                offset = text.find(name, end)
            line, offset = line + 1, 0
        return None


def is_of_name(byte):
    return byte.isalnum() or byte == b'_' or byte > b'\x7f'


# What writes


class Writer:
    """Text, and marks: where in the program a place of the text is from.

    Work is a stack of items: a node; a node with how tightly it must hold
    together; a text; NEW_LINE, INDENT or DEDENT; or a Mark.
    """

    def __init__(self, lines):
        self.lines = lines
        self.outer = None           # the formatted string around it
        self.found = None           # how far names were looked for in that
        self.quotes = QUOTES        # what a string in it may have
        self.escapes = True         # whether it may have a backslash
        self.parts = []
        self.marks = []
        self.line = self.column = 1
        self.depth = 0

    def write(self, items):
        work = list(reversed(items))
        while work:
            item = work.pop()
            if isinstance(item, str):
                self.put(item)
            elif isinstance(item, Mark):
                self.mark(item.line, item.offset)
            elif item == NEW_LINE:
                self.put('\n' + ' ' * self.depth)
            elif item == INDENT:
                self.depth += 1
            elif item == DEDENT:
                self.depth -= 1
            else:
                work += reversed(self.expand(item))

    def put(self, text):
        self.parts.append(text)
        lines = text.count('\n')
        if lines:
            self.line += lines
            self.column = len(text) - text.rindex('\n')
        else:
            self.column += len(text)

    def mark(self, line, offset):
        """What comes next is from there; all that follows on a line is."""
        line, column = self.lines.position(line, offset)
        if self.marks:
            last = self.marks[-1]
            if last[:2] == (self.line, self.column):
                return
            if (last[0] == self.line and last[2] == line
                    and self.column - last[1] == column - last[3]):
                return
        self.marks.append((self.line, self.column, line, column))

    def expand(self, item):
        node, wanted = item if isinstance(item, tuple) else (item, None)
        kind = name_of(node)
        writes = getattr(self, 'write_' + kind, None)
        if writes is None:
            raise Unknown(kind)
        items = writes(node)
        if kind in MARKED:
            items.insert(0, self.place(node))
        if wanted is not None and self.holds(node, kind) < wanted:
            items = ['(', *items, ')']
        return items

    def place(self, node):
        return Mark(node.lineno, node.col_offset)

    @staticmethod
    def holds(node, kind):
        if kind == 'BinOp':
            return OPERATORS[name_of(node.op)][1]
        if kind == 'BoolOp':
            return AND if isinstance(node.op, _ast.And) else OR
        if kind == 'UnaryOp':
            return NOT if isinstance(node.op, _ast.Not) else SIGN
        return HOLDS.get(kind, ATOM)

    # Statements

    def write_Module(self, node):
        return self.statements(node.body)

    def statements(self, body):
        items = []
        for statement in body:
            items += [NEW_LINE, statement]
        return items

    def block(self, body):
        return [':', INDENT, *self.statements(body), DEDENT]

    def orelse(self, node):
        if not node.orelse:
            return []
        return [NEW_LINE, 'else', *self.block(node.orelse)]

    def write_FunctionDef(self, node, word='def '):
        items = self.decorators(node)
        items += [word, spell(node.name), *self.type_parameters(node), '(',
                  node.args, ')']
        if node.returns is not None:
            items += [' -> ', *self.type(node.returns)]
        return items + self.block(node.body)

    def write_AsyncFunctionDef(self, node):
        return self.write_FunctionDef(node, 'async def ')

    def write_ClassDef(self, node):
        items = self.decorators(node)
        items += ['class ', spell(node.name), *self.type_parameters(node)]
        if node.bases or node.keywords:
            items += ['(', *self.arguments(node.bases, node.keywords), ')']
        return items + self.block(node.body)

    def decorators(self, node):
        items = []
        for decorator in node.decorator_list:
            items += ['@', (decorator, TEST), NEW_LINE]
        return items

    def type_parameters(self, node):
        parameters = getattr(node, 'type_params', None)
        if not parameters:
            return []
        return ['[', *joined(', ', [[each] for each in parameters]), ']']

    def write_TypeVar(self, node):
        items = [spell(node.name)]
        if node.bound is not None:
            items += [': ', *self.type(node.bound)]
        return items

    def write_ParamSpec(self, node):
        return ['**', spell(node.name)]

    def write_TypeVarTuple(self, node):
        return ['*', spell(node.name)]

    def write_TypeAlias(self, node):
        return ['type ', (node.name, ATOM), *self.type_parameters(node),
                ' = ', *self.type(node.value)]

    def type(self, node):
        """The parser has other rules there, but not in brackets."""
        if name_of(node) in ('Constant', 'Name', 'Tuple'):
            return [node]
        return ['(', (node, TEST), ')']

    def write_Return(self, node):
        return self.word('return', node.value)

    def word(self, word, value):
        return [word] if value is None else [word, ' ', (value, TEST)]

    def write_Delete(self, node):
        return ['del ', *self.list(node.targets)]

    def list(self, nodes):
        return joined(', ', [[(each, TEST)] for each in nodes])

    def write_Assign(self, node):
        items = []
        for target in node.targets:
            items += [(target, ATOM), ' = ']
        return items + [(node.value, TEST)]

    def write_AugAssign(self, node):
        sign = OPERATORS[name_of(node.op)][0]
        return [(node.target, ATOM), f' {sign}= ', (node.value, TEST)]

    def write_AnnAssign(self, node):
        items = [(node.target, ATOM)]
        if name_of(node.target) == 'Name' and not node.simple:
            items = ['(', *items, ')']
        items += [': ', *self.type(node.annotation)]
        if node.value is not None:
            items += [' = ', (node.value, TEST)]
        return items

    def write_For(self, node, word='for '):
        return [word, (node.target, ATOM), ' in ', (node.iter, TEST),
                *self.block(node.body), *self.orelse(node)]

    def write_AsyncFor(self, node):
        return self.write_For(node, 'async for ')

    def write_While(self, node):
        return ['while ', (node.test, TEST), *self.block(node.body),
                *self.orelse(node)]

    def write_If(self, node):
        items = ['if ', (node.test, TEST), *self.block(node.body)]
        if len(node.orelse) == 1 and name_of(node.orelse[0]) == 'If':
            # An else with an if alone in it has the same tree.
            return items + [NEW_LINE, 'el', node.orelse[0]]
        return items + self.orelse(node)

    def write_With(self, node, word='with '):
        items = [word, *joined(', ', [[each] for each in node.items])]
        first = node.items[0]
        if (len(node.items) == 1 and first.optional_vars is None
                and name_of(first.context_expr) in BRACKETED):
            # Its own would be taken for those of the statement.
            items = [word, '(', first, ')']
        return items + self.block(node.body)

    def write_AsyncWith(self, node):
        return self.write_With(node, 'async with ')

    def write_withitem(self, node):
        items = [(node.context_expr, TEST)]
        if node.optional_vars is not None:
            items += [' as ', (node.optional_vars, ATOM)]
        return items

    def write_Match(self, node):
        items = ['match ', (node.subject, TEST), ':', INDENT]
        for case in node.cases:
            items += [NEW_LINE, case]
        return items + [DEDENT]

    def write_match_case(self, node):
        items = ['case ', node.pattern]
        if node.guard is not None:
            items += [' if ', (node.guard, TEST)]
        return items + self.block(node.body)

    def write_Raise(self, node):
        items = self.word('raise', node.exc)
        if node.cause is not None:
            items += [' from ', (node.cause, TEST)]
        return items

    def write_Try(self, node, star=''):
        items = ['try', *self.block(node.body)]
        for handler in node.handlers:
            items += [NEW_LINE, 'except', star,
                      *self.handler(handler), *self.block(handler.body)]
        items += self.orelse(node)
        if node.finalbody:
            items += [NEW_LINE, 'finally', *self.block(node.finalbody)]
        return items

    def write_TryStar(self, node):
        return self.write_Try(node, '*')

    def handler(self, node):
        items = [] if node.type is None else [' ', (node.type, TEST)]
        if node.name is not None:
            items += [' as ', spell(node.name)]
        return items

    def write_Assert(self, node):
        items = ['assert ', (node.test, TEST)]
        if node.msg is not None:
            items += [', ', (node.msg, TEST)]
        return items

    def write_Import(self, node):
        return ['import ', *self.aliases(node, self.words_of(node))]

    def words_of(self, node):
        """Places of the names that are imported; CPython 3.9 has none."""
        words = self.lines.words(node)
        next(words)
        while True:
            text, line, offset = next(words)
            yield Mark(line, offset)
            while text != b',':
                text, line, offset = next(words)

    def aliases(self, node, places=None):
        lists = []
        for alias in node.names:
            items = [] if places is None else [next(places)]
            items.append(spell_dotted(alias.name))
            if alias.asname is not None:
                items += [' as ', spell(alias.asname)]
            lists.append(items)
        return joined(', ', lists)

    def write_ImportFrom(self, node):
        words = self.lines.words(node)
        next(words)
        text, line, offset = next(words)
        module = spell_dotted(node.module or '')
        if module.startswith('__future__.'):
            # A word to the parser, and nothing may follow it.
            module = module.replace('f', chr(ord('f') + 0xFEE0), 1)
        return ['from ', Mark(line, offset), '.' * (node.level or 0), module,
                ' import ', *self.aliases(node)]

    def write_Global(self, node):
        return ['global ', ', '.join(map(spell, node.names))]

    def write_Nonlocal(self, node):
        return ['nonlocal ', ', '.join(map(spell, node.names))]

    def write_Expr(self, node):
        return [(node.value, TEST)]

    def write_Pass(self, node):
        return ['pass']

    def write_Break(self, node):
        return ['break']

    def write_Continue(self, node):
        return ['continue']

    # Expressions

    def write_BoolOp(self, node):
        word, wanted = (' and ', NOT) if isinstance(node.op, _ast.And) \
            else (' or ', AND)
        return joined(word, [[(each, wanted)] for each in node.values])

    def write_NamedExpr(self, node):
        return ['(', (node.target, ATOM), ' := ', (node.value, TEST), ')']

    def write_BinOp(self, node):
        sign, wanted = OPERATORS[name_of(node.op)]
        if sign == '**':
            return [(node.left, ATOM), ' ** ', (node.right, SIGN)]
        return [(node.left, wanted), f' {sign} ', (node.right, wanted + 1)]

    def write_UnaryOp(self, node):
        if isinstance(node.op, _ast.Not):
            return ['not ', (node.operand, NOT)]
        return [SIGNS[name_of(node.op)], (node.operand, SIGN)]

    def write_Lambda(self, node):
        arguments = node.args
        blank = ' ' if next(children(arguments), None) is not None else ''
        return ['lambda', blank, arguments, ': ', (node.body, TEST)]

    def write_IfExp(self, node):
        return [(node.body, OR), ' if ', (node.test, OR), ' else ',
                (node.orelse, TEST)]

    def write_Dict(self, node):
        lists = [['**', (value, BITOR)] if key is None
                 else [(key, TEST), ': ', (value, TEST)]
                 for key, value in zip(node.keys, node.values)]
        return ['{', *joined(', ', lists), '}']

    def write_Set(self, node):
        return ['{', *self.list(node.elts), '}']

    def write_List(self, node):
        return ['[', *self.list(node.elts), ']']

    def write_Tuple(self, node):
        end = ',)' if len(node.elts) == 1 else ')'
        return ['(', *self.list(node.elts), end]

    def write_Starred(self, node):
        return ['*', (node.value, BITOR)]

    def write_ListComp(self, node):
        return ['[', *self.comprehension(node), ']']

    def write_SetComp(self, node):
        return ['{', *self.comprehension(node), '}']

    def write_GeneratorExp(self, node):
        return ['(', *self.comprehension(node), ')']

    def write_DictComp(self, node):
        return ['{', (node.key, TEST), ': ', (node.value, TEST),
                *node.generators, '}']

    def comprehension(self, node):
        return [(node.elt, TEST), *node.generators]

    def write_comprehension(self, node):
        items = [' async for ' if node.is_async else ' for ',
                 (node.target, ATOM), ' in ', (node.iter, OR)]
        for condition in node.ifs:
            items += [' if ', (condition, OR)]
        return items

    def write_Await(self, node):
        return ['await ', (node.value, ATOM)]

    def write_Yield(self, node):
        return ['(', *self.word('yield', node.value), ')']

    def write_YieldFrom(self, node):
        return ['(yield from ', (node.value, TEST), ')']

    def write_Compare(self, node):
        items = [(node.left, BITOR)]
        for op, value in zip(node.ops, node.comparators):
            items += [f' {COMPARISONS[name_of(op)]} ', (value, BITOR)]
        return items

    def write_Call(self, node):
        return [(node.func, ATOM), '(',
                *self.arguments(node.args, node.keywords), ')']

    def arguments(self, values, keywords):
        """In the order of the program, which says what is told first."""
        placed = [(each.lineno, each.col_offset, each)
                  for each in (*values, *keywords)]
        placed.sort(key=lambda place: place[:2])
        return joined(', ', [self.argument(each) for _, _, each in placed])

    def argument(self, node):
        if name_of(node) != 'keyword':
            return [(node, TEST)]
        if node.arg is None:
            return ['**', (node.value, BITOR)]
        return [spell(node.arg), '=', (node.value, TEST)]

    def write_Attribute(self, node):
        value = (node.value, ATOM)
        if name_of(node.value) == 'Constant':
            # 1.real is no attribute.
            return ['(', value, ').', spell(node.attr)]
        return [value, '.', spell(node.attr)]

    def write_Subscript(self, node):
        elements = getattr(node.slice, 'elts', ())
        if 'Slice' in map(name_of, elements):
            # No brackets may be around it.
            end = ',]' if len(elements) == 1 else ']'
            return [(node.value, ATOM), '[', *self.list(elements), end]
        return [(node.value, ATOM), '[', (node.slice, TEST), ']']

    def write_Slice(self, node):
        items = []
        if node.lower is not None:
            items.append((node.lower, TEST))
        items.append(':')
        if node.upper is not None:
            items.append((node.upper, TEST))
        if node.step is not None:
            items += [':', (node.step, TEST)]
        return items

    def write_Name(self, node):
        return [spell(node.id)]

    def write_Constant(self, node):
        value = node.value
        if value is Ellipsis:
            return ['...']
        if isinstance(value, (str, bytes)):
            return ['u' if node.kind else '', self.string(value)]
        if isinstance(value, int) and not isinstance(value, bool):
            # In decimal digits, a number may be too long to be written.
            return [repr(value) if value.bit_length() < 64 else hex(value)]
        # What is too large for a number is infinite.
        return [repr(value).replace('inf', '1e999')]

    def write_arguments(self, node):
        positional = [*node.posonlyargs, *node.args]
        defaults = [None] * (len(positional) - len(node.defaults))
        lists = [self.parameter(each, default) for each, default
                 in zip(positional, [*defaults, *node.defaults])]
        if node.posonlyargs:
            lists.insert(len(node.posonlyargs), ['/'])
        if node.vararg is not None:
            lists.append(['*', node.vararg])
        elif node.kwonlyargs:
            lists.append(['*'])
        lists += [self.parameter(each, default) for each, default
                  in zip(node.kwonlyargs, node.kw_defaults)]
        if node.kwarg is not None:
            lists.append(['**', node.kwarg])
        return joined(', ', lists)

    def parameter(self, node, default):
        return [node] if default is None else [node, '=', (default, TEST)]

    def write_arg(self, node):
        items = [spell(node.arg)]
        if node.annotation is not None:
            items += [': ', *self.type(node.annotation)]
        return items

    # Strings

    def string(self, value):
        if self.escapes:
            return repr(value)
        # Inside of a formatted string a backslash is an error.
        text, prefix = value, ''
        if isinstance(value, bytes):
            text, prefix = value.decode('latin-1'), 'b'
            if not text.isascii():
                raise Unknown('bytes')
        if '\\' in text or '\r' in text or '\0' in text:
            raise Unknown('an escape')
        for quote in self.quotes:
            if (quote not in text and text[-1:] != quote[0]
                    and (len(quote) == 3 or '\n' not in text)):
                return prefix + quote + text + quote
        raise Unknown('quotes')

    def write_JoinedStr(self, node):
        """A formatted string, with marks of its own for what is in it."""
        for free in (False, True) if FREE else (False,):
            for quote in reversed(self.quotes):
                inner = self.formatted(node, quote, free)
                if inner is not None:
                    self.found = inner.found
                    return [Formatted(inner)]
        return self.quoted(node)

    def write_FormattedValue(self, node):
        """One that stands alone, as in a format of CPython 3.8."""
        raise Unknown('FormattedValue')

    def write_Formatted(self, node):
        inner = node.inner
        for line, column, old_line, old_column in inner.marks:
            if line == 1:
                column += self.column - 1
            self.marks.append((line + self.line - 1, column, old_line,
                               old_column))
        return [''.join(inner.parts)]

    def formatted(self, node, quote, free):
        """A writer that has written it with those quotes, or None."""
        inner = FormattedWriter(self, node, quote, free)
        try:
            inner.string_of(node)
            text = ''.join(inner.parts)
            if self.outer is None and not same(parse(text, 'eval').body,
                                               node):
                return None
        except (Unknown, SyntaxError, ValueError):
            return None
        return inner

    def quoted(self, node):
        """As it is in the program."""
        if self.outer is not None:
            raise Unknown('JoinedStr')
        lines = self.lines.lines[node.lineno - 1:node.end_lineno]
        lines[-1] = lines[-1][:node.end_col_offset]
        lines[0] = lines[0][node.col_offset:]
        items = ['(', Mark(node.lineno, node.col_offset)]
        for number, line in enumerate(lines):
            if number:
                items += ['\n', Mark(node.lineno + number, 0)]
            items.append(line.decode('utf-8'))
        return items + [')']

    # Patterns

    def write_MatchValue(self, node):
        return [(node.value, TEST)]

    def write_MatchSingleton(self, node):
        return [repr(node.value)]

    def write_MatchSequence(self, node):
        return ['[', *self.patterns(node.patterns), ']']

    def patterns(self, nodes):
        return joined(', ', [[each] for each in nodes])

    def write_MatchMapping(self, node):
        lists = [[(key, TEST), ': ', pattern]
                 for key, pattern in zip(node.keys, node.patterns)]
        if node.rest is not None:
            lists.append(['**', spell(node.rest)])
        return ['{', *joined(', ', lists), '}']

    def write_MatchClass(self, node):
        lists = [[each] for each in node.patterns]
        lists += [[spell(name), '=', each] for name, each
                  in zip(node.kwd_attrs, node.kwd_patterns)]
        return [(node.cls, ATOM), '(', *joined(', ', lists), ')']

    def write_MatchStar(self, node):
        return ['*', '_' if node.name is None else spell(node.name)]

    def write_MatchAs(self, node):
        if node.name is None:
            return ['_']
        if node.pattern is None:
            return [spell(node.name)]
        return ['(', node.pattern, ' as ', spell(node.name), ')']

    def write_MatchOr(self, node):
        return ['(', *joined(' | ', [[each] for each in node.patterns]), ')']


# Below an atom; everything else is one, or has brackets of its own.
HOLDS = {'Await': NOT, 'Compare': COMPARE, 'IfExp': TEST, 'Lambda': TEST,
         'Slice': TEST, 'Starred': TEST}

# What a policy may name as the place of an offence begins with one of these.
MARKED = {'Attribute', 'Call', 'Name', 'Subscript'}

BRACKETED = {'GeneratorExp', 'NamedExpr', 'Tuple', 'Yield', 'YieldFrom'}


class Mark:
    """A place in the program, as CPython has it."""

    def __init__(self, line, offset):
        self.line = line
        self.offset = offset


class Formatted:
    """A formatted string that is written."""

    def __init__(self, inner):
        self.inner = inner


class FormattedWriter(Writer):
    """Writes one formatted string, for a writer.

    It is "free" to use escapes and its own quotes in expressions.
    """

    def __init__(self, writer, node, quote, free):
        super().__init__(writer.lines)
        self.outer = writer.outer or node
        self.found = writer.found or (node.lineno, node.col_offset)
        self.quote = quote
        self.free = free
        self.inner = writer.outer is not None
        if not free:
            self.escapes = False
            self.quotes = [each for each in writer.quotes
                           if quote not in each]

    def string_of(self, node):
        self.put('f' + self.quote)
        self.values(node.values, False)
        self.put(self.quote)

    def values(self, nodes, in_format):
        for node in nodes:
            if name_of(node) == 'Constant':
                self.put(self.literal(node.value, in_format))
            elif name_of(node) == 'FormattedValue':
                self.value(node)
            else:
                raise Unknown(name_of(node))

    def literal(self, text, in_format):
        text = repr('"' + text)[2:-1].replace("\\'", "'")
        text = text.replace(self.quote[0], '\\' + self.quote[0])
        if '\\' in text and self.inner and not self.free:
            raise Unknown('an escape')
        if in_format:
            return text.replace('{', '\\x7b').replace('}', '\\x7d')
        return text.replace('{', '{{').replace('}', '}}')

    def value(self, node):
        start = len(self.parts)
        self.write(['{(', (node.value, TEST), ')'])
        text = ''.join(self.parts[start:])
        if not self.free and (self.quote in text or '\n' in text
                              and len(self.quote) == 1):
            raise Unknown('quotes')
        if node.conversion != -1:
            self.put('!' + chr(node.conversion))
        if node.format_spec is not None:
            self.put(':')
            self.values(node.format_spec.values, True)
        self.put('}')

    def place(self, node):
        """Before CPython 3.12, the place of what is in a string is a guess."""
        place = node.lineno, node.col_offset
        outer = self.outer
        if not FREE:
            first = node
            while name_of(first) in MARKED and name_of(first) != 'Name':
                first = getattr(first, 'func', None) or first.value
            if name_of(first) == 'Name':
                place = self.lines.find(first.id, outer, self.found) or place
                if first is node:
                    self.found = place[0], place[1] + len(first.id.encode())
        if not ((outer.lineno, outer.col_offset) <= place
                <= (outer.end_lineno, outer.end_col_offset)):
            place = outer.lineno, outer.col_offset
        return Mark(*place)
