import copy

a = [1, [2, 3], {"k": [4]}]
b, c = copy.copy(a), copy.deepcopy(a)
a[1].append("new")
a[2]["k"].append(5)
print(a, b, c, sep="\n")
loop = []
loop.append(loop)
again = copy.deepcopy(loop)
print(again, again[0] is again)


class Node:
    def __deepcopy__(self, memo):
        raise RuntimeError("do not copy me")


copy.deepcopy([Node()])
