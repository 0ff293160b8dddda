import itertools as it

print(list(it.permutations("abc", 2)), list(it.combinations(range(4), 3)))
print(list(it.product([0, 1], repeat=3)), list(it.accumulate([1, 2, 3, 4])))
print([(k, list(g)) for k, g in it.groupby("AAABBCDAA")])
print(list(it.islice(it.cycle("xyz"), 7)), list(it.zip_longest("ab", "c", fillvalue="-")))
print(list(it.chain.from_iterable([[1], [2, 3]])), list(it.takewhile(lambda x: x < 3, it.count())))
print(list(it.pairwise("abcd")), list(it.starmap(pow, [(2, 3), (3, 2)])), it.count(5, 2))
