total = 0
for n in range(900000):
    total += n & 7
print(total)
