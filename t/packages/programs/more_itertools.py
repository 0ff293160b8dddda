# python3-more-itertools python3-toolz
from more_itertools import chunked, distinct_permutations, windowed
from toolz import curry, groupby, pipe

print(list(chunked(range(7), 3)), list(windowed([1, 2, 3], 2)))
print(sorted(distinct_permutations("aab")))
print(groupby(len, ["a", "bb", "c"]), pipe(3, lambda x: x + 1, str))
print(list(map(curry(pow)(2), range(4))))
