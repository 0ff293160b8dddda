def matmul(a, b):
    return [[sum(x * y for x, y in zip(row, col)) for col in zip(*b)]
            for row in a]


def power(m, n):
    result = [[int(i == j) for j in range(len(m))] for i in range(len(m))]
    while n:
        if n & 1:
            result = matmul(result, m)
        m = matmul(m, m)
        n >>= 1
    return result


print(power([[1, 1], [1, 0]], 300)[0][1])
for row in matmul([[1, 2], [3, 4], [5, 6]], [[0.5, -1], [2, 1e-3]]):
    print(row)
