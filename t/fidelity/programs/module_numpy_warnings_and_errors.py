import numpy as np

print(np.array([1.0, 0.0, -1.0]) / np.array([0.0, 0.0, 2.0]))
print(np.sqrt(np.array([-1.0])))
print(np.int8(127) + np.int8(1))
with np.errstate(divide="raise"):
    try:
        np.array([1.0]) / 0
    except FloatingPointError as error:
        print("caught", error)
np.ones((2, 3)) @ np.ones((2, 3))
