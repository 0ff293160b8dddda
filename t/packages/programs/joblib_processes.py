# python3-joblib python3-psutil
# needs pyexec_scratch
import multiprocessing
from math import sqrt

from joblib import Memory, Parallel, delayed

if __name__ == "__main__":
    print(Parallel(n_jobs=2)(delayed(sqrt)(i**2) for i in range(5)))
    memory = Memory("cache", verbose=0)

    @memory.cache
    def slow(x):
        print("called")
        return x + 1

    print(slow(1), slow(1), len(multiprocessing.active_children()))
