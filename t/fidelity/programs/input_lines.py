name = input("What is your name? ")
age = int(input("How old are you? "))
print(f"Hello {name}, next year you are {age + 1}.")
print(input())
