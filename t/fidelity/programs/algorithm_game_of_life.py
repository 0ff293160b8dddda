cells = {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)}
for generation in range(8):
    print("generation", generation)
    for y in range(6):
        print("".join("#" if (x, y) in cells else "." for x in range(6)))
    near = {}
    for x, y in cells:
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                if dx or dy:
                    key = x + dx, y + dy
                    near[key] = near.get(key, 0) + 1
    cells = {c for c, n in near.items() if n == 3 or n == 2 and c in cells}
