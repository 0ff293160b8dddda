# python3-attr
import attr


@attr.s(auto_attribs=True, order=True)
class Point:
    x: int = attr.ib(validator=attr.validators.instance_of(int))
    y: int = 0
    tags: list = attr.Factory(list)


print(Point(1), attr.asdict(Point(1, 2, ["a"])), Point(1) < Point(2))
try:
    Point("a")
except TypeError as error:
    print(type(error).__name__)
print(attr.evolve(Point(1), y=5))
