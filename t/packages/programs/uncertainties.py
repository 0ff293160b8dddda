# python3-uncertainties
from uncertainties import ufloat, umath

x = ufloat(1.0, 0.1)
y = ufloat(2.0, 0.2)
print(x + y, x * y, x - x, umath.sin(x))
print("{:.2f}".format((x / y)), (x / y).std_dev > 0)
