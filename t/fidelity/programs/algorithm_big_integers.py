import sys

print(2 ** 1000)
print(len(str(3 ** 5000)))
print(pow(7, 10 ** 20, 10 ** 9 + 7), -7 // 2, -7 % 3, divmod(-7, 2))
print(sys.get_int_max_str_digits())
print(int("1" * 5000))
