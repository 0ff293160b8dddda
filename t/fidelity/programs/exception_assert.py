values = [1, 2, 3]
assert sum(values) == 6, "sums"
assert (
    len(values) == 4
), f"expected four values, not {len(values)}"
