import random

random.seed(20240312)
print([random.randint(1, 6) for _ in range(20)])
print(random.random(), random.gauss(0, 1), random.choice("abcdef"))
deck = list(range(52))
random.shuffle(deck)
print(deck)
print(random.sample(range(1000), 5), random.choices("xyz", [1, 2, 3], k=10))
other = random.Random("text seed")
print(other.getrandbits(64), other.uniform(1, 2), other.triangular())
