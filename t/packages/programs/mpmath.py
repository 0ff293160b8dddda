# python3-mpmath
from mpmath import mp, quad, sin, zeta, findroot, mpf

mp.dps = 40
print(mp.pi)
print(zeta(3))
print(quad(sin, [0, mp.pi]))
print(findroot(lambda x: x**3 - 2, 1))
print(mpf(1) / 7)
