import sys


class Last:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print(self.name, "finalizing:", sys.is_finalizing())


now = Last("deleted by hand")
del now
kept = Last("kept until the end")
