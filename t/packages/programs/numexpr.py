# python3-numexpr
import numexpr as ne
import numpy as np

a = np.arange(1000000.0)
b = a + 1
print(ne.evaluate("sum(2 * a + 3 * b)"), ne.evaluate("sin(a)**2")[:3].round(6))
