# python3-pulp
import pulp

problem = pulp.LpProblem("diet", pulp.LpMaximize)
x, y = pulp.LpVariable("x", 0, 4), pulp.LpVariable("y", 0)
problem += x + 2 * y
problem += x + y <= 5
print(problem)
