import sys

sys.setrecursionlimit(6000)


def count(n):
    return 0 if n == 0 else 1 + count(n - 1)


print(count(5900), sys.getrecursionlimit())
sys.setrecursionlimit(50)
try:
    count(60)
except RecursionError as error:
    print(error)
sys.setrecursionlimit(1)
