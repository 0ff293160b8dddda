from collections import (ChainMap, Counter, OrderedDict, UserDict, defaultdict,
                         deque, namedtuple)

Point = namedtuple("Point", "x y", defaults=[0])
print(Point(3), Point(1, 2)._asdict(), Point._fields, Point(1)._replace(y=9))
print(Counter("mississippi").most_common(), Counter(a=3) - Counter(a=1, b=2))
d = defaultdict(list)
for word in "apple avocado banana blueberry cherry".split():
    d[word[0]].append(word)
print(d, dict(d))
q = deque(range(5), maxlen=5)
q.append(5)
q.rotate(2)
print(q, ChainMap({"a": 1}, {"a": 2, "b": 3})["b"])
o = OrderedDict(a=1, b=2)
o.move_to_end("a")
print(o, UserDict(x=1))
print(Point(1, 2, 3))
