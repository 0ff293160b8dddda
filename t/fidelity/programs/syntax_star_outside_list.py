a = *range(3)
