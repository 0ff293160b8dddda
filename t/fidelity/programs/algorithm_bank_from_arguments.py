import sys


class Account:
    def __init__(self, owner, balance=0):
        self.owner, self.balance = owner, balance

    def withdraw(self, amount):
        if amount > self.balance:
            raise ValueError(f"{self.owner} has only {self.balance:.2f}")
        self.balance -= amount
        return self.balance


account = Account(sys.argv[1], float(sys.argv[2]))
for amount in map(float, sys.argv[3:]):
    print(f"{amount:>10.2f} -> {account.withdraw(amount):>10,.2f}")
