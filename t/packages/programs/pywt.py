# python3-pywt
import numpy as np
import pywt

low, high = pywt.dwt([1, 2, 3, 4, 5, 6], "db2")
print(low.round(4), high.round(4))
levels = pywt.wavedec(np.arange(64.0), "haar", level=3)
print([len(level) for level in levels])
print(pywt.waverec(levels, "haar").round(6)[:5])
