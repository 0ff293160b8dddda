from dataclasses import FrozenInstanceError, asdict, astuple, dataclass, field, replace


@dataclass(order=True)
class Item:
    name: str = field(compare=False)
    price: float = 0.0
    tags: list[str] = field(default_factory=list, repr=False)

    def __post_init__(self):
        self.name = self.name.strip()


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 0


items = [Item(" saw ", 9.5, ["tool"]), Item("nail", 0.1)]
print(sorted(items), asdict(items[0]), astuple(items[1]))
print(Point(1), replace(Point(1, 2), y=5), hash(Point(1, 2)) == hash(Point(1, 2)))
try:
    Point(1).x = 2
except FrozenInstanceError as error:
    print("frozen:", error)
print(Item())
