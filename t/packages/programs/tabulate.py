# python3-tabulate
from tabulate import tabulate

rows = [["Sun", 696000, 1.9891e9], ["Earth", 6371, 5973.6]]
for style in "simple", "github", "html":
    print(tabulate(rows, headers=["Planet", "R", "mass"], tablefmt=style))
