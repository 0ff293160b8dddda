def queens(n, row=0, cols=frozenset(), d1=frozenset(), d2=frozenset()):
    if row == n:
        yield []
        return
    for col in range(n):
        if col in cols or row + col in d1 or row - col in d2:
            continue
        for rest in queens(n, row + 1, cols | {col},
                           d1 | {row + col}, d2 | {row - col}):
            yield [col] + rest


solutions = list(queens(6))
print(len(solutions), "solutions")
for solution in solutions:
    for col in solution:
        print(". " * col + "Q " + ". " * (5 - col))
    print()
