import numpy as np

x = np.linspace(0, 2 * np.pi, 1000)
integral = np.trapz(np.sin(x) ** 2, x)
print(f"{integral:.9f}")
big = np.fromfunction(lambda i, j: (i * 31 + j * 17) % 101, (300, 300))
print(big.shape, big.sum(), int((big @ big).trace()))
print(np.unique(big.astype(int) % 7, return_counts=True))
print(np.histogram(big, bins=5))
print(big)
