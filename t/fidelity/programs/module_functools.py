import functools
import operator


@functools.singledispatch
def show(value):
    return f"object {value!r}"


@show.register
def _(value: int):
    return f"int {value:d}"


@functools.total_ordering
class Version:
    def __init__(self, text):
        self.parts = tuple(map(int, text.split(".")))

    def __eq__(self, other):
        return self.parts == other.parts

    def __lt__(self, other):
        return self.parts < other.parts


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        print("call", function.__name__, args, kwargs)
        return function(*args, **kwargs)
    return wrapper


@logged
def add(a, b=2):
    """Add."""
    return a + b


print(show(1), show("x"), Version("1.10") > Version("1.9"))
print(add(1, b=3), add.__name__, add.__doc__)
print(functools.reduce(operator.mul, range(1, 10)), functools.partial(int, base=2)("1011"))
