from functools import lru_cache

items = [("map", 9, 150), ("compass", 13, 35), ("water", 153, 200),
         ("sandwich", 50, 160), ("glucose", 15, 60), ("tin", 68, 45),
         ("banana", 27, 60), ("apple", 39, 40), ("cheese", 23, 30)]


@lru_cache(maxsize=None)
def best(i, room):
    if i == len(items):
        return 0, ()
    skip = best(i + 1, room)
    name, weight, value = items[i]
    if weight > room:
        return skip
    v, chosen = best(i + 1, room - weight)
    return max(skip, (v + value, (name,) + chosen))


print(best(0, 200))
print(best.cache_info())
