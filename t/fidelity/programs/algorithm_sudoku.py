puzzle = ("530070000600195000098000060800060003400803001"
          "700020006060000280000419005000080079")
grid = [int(c) for c in puzzle]


def options(i):
    row, col = divmod(i, 9)
    used = set(grid[row * 9:row * 9 + 9]) | set(grid[col::9])
    top = row // 3 * 27 + col // 3 * 3
    for k in range(3):
        used |= set(grid[top + k * 9:top + k * 9 + 3])
    return [n for n in range(1, 10) if n not in used]


def solve():
    try:
        i = grid.index(0)
    except ValueError:
        return True
    for n in options(i):
        grid[i] = n
        if solve():
            return True
    grid[i] = 0
    return False


print(solve())
for r in range(9):
    print(*grid[r * 9:r * 9 + 9])
