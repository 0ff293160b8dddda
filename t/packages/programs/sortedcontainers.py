# python3-sortedcontainers
from sortedcontainers import SortedDict, SortedList, SortedSet

numbers = SortedList([5, 1, 4])
numbers.add(2)
print(numbers, numbers.bisect(3), SortedSet("banana"))
print(SortedDict({"b": 1, "a": 2}).peekitem(0))
