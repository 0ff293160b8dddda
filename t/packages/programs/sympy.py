# python3-sympy
from sympy import (Eq, Function, Matrix, diff, dsolve, exp, factor, integrate,
                   latex, limit, pi, sin, solve, symbols)

x, y = symbols("x y")
f = Function("f")
print(factor(x**4 - 1), solve(x**2 - 5 * x + 6, x))
print(integrate(exp(-x**2), (x, 0, 1)), limit(sin(x) / x, x, 0))
print(diff(sin(x) * exp(x), x, 3), latex(pi / x))
print(dsolve(Eq(f(x).diff(x), f(x)), f(x)))
print(Matrix([[1, 2], [3, 4]]).inv(), pi.evalf(30))
