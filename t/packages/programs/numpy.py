# python3-numpy
import numpy as np

rng = np.random.default_rng(7)
a = rng.normal(size=(50, 4))
cov = np.cov(a, rowvar=False)
values = np.linalg.eigvalsh(cov)
print(a.shape, cov.shape, bool((values > 0).all()))
print(np.round(values, 6))
print(np.fft.rfft(np.arange(8)).round(3))
print(np.linalg.solve(np.array([[3.0, 1], [1, 2]]), np.array([9.0, 8])))
