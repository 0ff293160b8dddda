import numpy as np

a = np.arange(12, dtype=float).reshape(3, 4)
print(a)
print(a @ a.T, a.sum(axis=0), a.mean(), a.std())
print(np.linalg.inv(np.array([[2.0, 1.0], [5.0, 3.0]])))
print(np.linalg.eigvalsh([[2, 1], [1, 2]]))
print(a[a > 5], np.where(a % 2 == 0, a, -a))
print(repr(np.array([1, 2, 3], dtype="int8")), a.dtype, a.shape, a.strides)
print(np.fft.rfft([1, 2, 3, 4]).round(3), np.polyfit([0, 1, 2], [1, 3, 5], 1).round(6))
print(np.linspace(0, 1, 5), np.eye(2), np.nan, np.datetime64("2024-02-29") + 1)
