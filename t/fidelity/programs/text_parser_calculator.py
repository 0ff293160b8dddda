import re
import sys

TOKEN = re.compile(r"\s*(?:(\d+\.?\d*)|(.))")


def tokens(text):
    for number, op in TOKEN.findall(text):
        yield float(number) if number else op
    yield None


class Parser:
    def __init__(self, text):
        self.stream = tokens(text)
        self.advance()

    def advance(self):
        self.now = next(self.stream)

    def expr(self):
        value = self.term()
        while self.now in ("+", "-"):
            op = self.now
            self.advance()
            value = value + self.term() if op == "+" else value - self.term()
        return value

    def term(self):
        value = self.atom()
        while self.now in ("*", "/"):
            op = self.now
            self.advance()
            value = value * self.atom() if op == "*" else value / self.atom()
        return value

    def atom(self):
        if self.now == "(":
            self.advance()
            value = self.expr()
        elif isinstance(self.now, float):
            value = self.now
        else:
            raise SyntaxError(f"unexpected {self.now!r}")
        self.advance()
        return value


for line in sys.stdin:
    print(line.strip(), "=", Parser(line.rstrip("\n")).expr())
