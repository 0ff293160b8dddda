# python3-gmpy2
import gmpy2
from gmpy2 import mpfr, mpq, mpz

print(gmpy2.next_prime(mpz(10)**30), gmpy2.is_prime(2**127 - 1))
print(mpq(1, 3) + mpq(1, 6), gmpy2.powmod(3, 1000, 10**9 + 7))
gmpy2.get_context().precision = 120
print(gmpy2.const_pi(), mpfr(2) ** mpfr("0.5"))
