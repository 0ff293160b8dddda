from dataclasses import dataclass


@dataclass
class Move:
    x: int
    y: int


def describe(command):
    match command:
        case Move(x=0, y=0):
            return "stay"
        case Move(x, y) if x == y:
            return f"diagonal {x}"
        case {"kind": "say", "text": str(text), **rest}:
            return f"say {text!r} {rest}"
        case [first, *others]:
            return f"list {first} {others}"
        case "go" | "run":
            return "word"
        case _:
            return f"unknown {command!r}"


for c in (Move(0, 0), Move(2, 2), Move(1, 2), {"kind": "say", "text": "hi", "x": 1},
          [1, 2, 3], "go", None):
    print(describe(c))
