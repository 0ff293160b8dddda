print("\d is not an escape", 1 is 1)
assert (1 == 2, "always true")
