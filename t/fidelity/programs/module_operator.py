import operator as op

print(op.itemgetter(1, 3)("abcdef"), op.attrgetter("real", "imag")(3 + 4j))
print(op.methodcaller("split", "-")("a-b-c"), op.concat([1], [2]), op.xor(5, 3))
print(sorted([("b", 2), ("a", 2), ("c", 1)], key=op.itemgetter(1)), op.matmul)
print(op.index(True), op.length_hint(iter([1, 2])), op.countOf("banana", "a"))
op.truediv(1, 0)
