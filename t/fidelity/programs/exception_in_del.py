class Fragile:
    def __del__(self):
        raise RuntimeError("cannot be deleted")


f = Fragile()
del f
print("still here")
g = Fragile()
