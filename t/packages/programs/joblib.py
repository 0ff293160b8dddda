# python3-joblib
from math import sqrt

from joblib import Parallel, delayed, hash

print(Parallel(n_jobs=2, prefer="threads")(delayed(sqrt)(i**2)
                                           for i in range(5)))
print(hash([1, 2, {"a": 3}]))
