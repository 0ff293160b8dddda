# python3-numba
import numpy as np
from numba import njit, vectorize


@njit
def primes(n):
    found = np.ones(n, np.bool_)
    found[:2] = False
    for i in range(2, int(n ** 0.5) + 1):
        if found[i]:
            for j in range(i * i, n, i):
                found[j] = False
    return found.sum()


@vectorize(["float64(float64, float64)"])
def both(a, b):
    return a * a + b


print(primes(100000))
print(both(np.arange(4.0), 1.0))
