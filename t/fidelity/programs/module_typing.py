from __future__ import annotations

import typing
from typing import Generic, NamedTuple, Optional, Protocol, TypedDict, TypeVar, Union

T = TypeVar("T")


class Stack(Generic[T]):
    items: list[T]

    def __init__(self) -> None:
        self.items = []

    def push(self, item: T) -> None:
        self.items.append(item)


class Movie(TypedDict, total=False):
    name: str
    year: int


class Pair(NamedTuple):
    left: int
    right: Optional[str] = None


@typing.runtime_checkable
class Sized(Protocol):
    def __len__(self) -> int: ...


stack = Stack[int]()
stack.push(1)
print(stack.items, Pair(1), Movie(name="Brazil", year=1985))
print(typing.get_type_hints(Stack.push), typing.get_type_hints(Movie))
print(Union[int, str, None], Optional[int], isinstance([], Sized), Stack[int])
print(__annotations__, typing.get_args(dict[str, int]))
x: int = 5
print(__annotations__)
