# python3-pygments
from pygments import highlight
from pygments.formatters import HtmlFormatter, TerminalFormatter
from pygments.lexers import PythonLexer, get_lexer_by_name, guess_lexer

code = "def f(x):\n    return x + 1  # one\n"
print(highlight(code, PythonLexer(), HtmlFormatter()))
print(repr(highlight(code, get_lexer_by_name("python"), TerminalFormatter())))
print(guess_lexer("#!/bin/sh\necho x").name)
