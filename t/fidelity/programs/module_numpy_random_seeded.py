import numpy as np

np.random.seed(7)
print(np.random.rand(3), np.random.randint(0, 100, 5))
rng = np.random.default_rng(42)
print(rng.normal(size=4), rng.permutation(10), rng.choice(["a", "b"], 5))
