class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


a = Noisy("global")
b = Noisy("cycle")
b.self = b
c = Noisy("replaced")
c = None
[Noisy("temporary")]
print("end of program")
