import math

print(math.sqrt(16), math.pi, math.e, math.tau, math.inf, math.nan)
print(math.factorial(30), math.comb(50, 25), math.gcd(84, 36), math.isqrt(99))
print([round(math.sin(x / 4), 12) for x in range(8)])
print(math.fsum([0.1] * 10), sum([0.1] * 10), math.hypot(3, 4, 12))
print(math.nextafter(1, 2), math.ulp(1.0), math.frexp(10.5), math.modf(-2.75))
print(math.sqrt(-1))
