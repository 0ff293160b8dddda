import math

total_price = 5
print(math.sqrt(total_prise))
