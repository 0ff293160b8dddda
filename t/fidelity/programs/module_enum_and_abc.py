import abc
import enum


class Colour(enum.Enum):
    RED = 1
    GREEN = enum.auto()
    CRIMSON = 1


class Mode(enum.Flag):
    R = 4
    W = 2
    X = 1


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...


print(list(Colour), Colour(2), Colour["CRIMSON"], Mode.R | Mode.X, Mode(7), Colour.RED.name)
try:
    Shape()
except TypeError as error:
    print(error)
Colour(9)
