# python3-scipy
import numpy as np
from scipy import integrate, linalg, optimize, signal, sparse, stats
from scipy.sparse.linalg import spsolve

print(round(integrate.quad(lambda x: np.exp(-x * x), 0, 10)[0], 9))
best = optimize.minimize(optimize.rosen, [1.3, 0.7, 0.8], method="BFGS")
print(best.success, best.x.round(4))
print(linalg.expm(np.zeros((2, 2))))
matrix = sparse.diags([4.0, -1.0, -1.0], [0, 1, -1], shape=(5, 5),
                      format="csc")
print(spsolve(matrix, np.ones(5)).round(6))
print(stats.ttest_ind([1, 2, 3, 4], [2, 3, 4, 5]).pvalue.round(6))
print(signal.butter(2, 0.5)[0].round(6))
