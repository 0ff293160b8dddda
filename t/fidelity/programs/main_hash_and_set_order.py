words = {"pear", "apple", "fig", "kiwi"}
print(sorted(words), len(words), {1, 2, 3}, {0: "a", True: "b", 1.0: "c"})
print(hash("a") == hash("a"), hash((1, 2)), hash(frozenset([1, 2])), hash(2 ** 61 - 1), hash(float("inf")))
