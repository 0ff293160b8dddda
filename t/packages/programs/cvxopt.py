# python3-cvxopt
from cvxopt import matrix, solvers

solvers.options["show_progress"] = False
solution = solvers.lp(matrix([-4.0, -5.0]),
                      matrix([[2.0, 1, -1, 0], [1.0, 2, 0, -1]]),
                      matrix([3.0, 3, 0, 0]))
print(solution["status"], [round(x, 4) for x in solution["x"]])
