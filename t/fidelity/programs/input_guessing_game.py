import random

random.seed(3)
secret = random.randint(1, 100)
tries = 0
while True:
    tries += 1
    guess = int(input("Guess: "))
    if guess == secret:
        print("Right after", tries)
        break
    print("too low" if guess < secret else "too high")
