import pickle


class Account:
    def __init__(self, owner):
        self.owner = owner

    def __eq__(self, other):
        return self.owner == other.owner


def helper():
    return "helped"


data = pickle.dumps(Account("ann"), protocol=0)
print(data)
print(pickle.loads(data) == Account("ann"), pickle.loads(pickle.dumps(helper))())
print(pickle.loads(pickle.dumps({"a": [1, (2, 3)], "b": {4}})))
pickle.dumps(lambda: None)
