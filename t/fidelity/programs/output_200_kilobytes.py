for i in range(4000):
    print(f"{i:6d} " + "The five boxing wizards jump quickly. ☃ "[i % 7:] + "x" * (i % 17))
