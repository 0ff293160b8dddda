weight = 10kg
