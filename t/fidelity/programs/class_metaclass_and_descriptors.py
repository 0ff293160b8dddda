class Registry(type):
    known = {}

    def __new__(meta, name, bases, namespace, **options):
        cls = super().__new__(meta, name, bases, namespace)
        meta.known[name] = options
        return cls


class Positive:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, obj, owner=None):
        return self if obj is None else getattr(obj, self.name, 0)

    def __set__(self, obj, value):
        if value <= 0:
            raise ValueError(f"{self.name[1:]} must be positive, not {value}")
        setattr(obj, self.name, value)


class Box(metaclass=Registry, colour="red"):
    width = Positive()

    def __getattr__(self, name):
        return f"no {name}"

    def __class_getitem__(cls, item):
        return f"{cls.__name__}[{item}]"


box = Box()
box.width = 3
print(box.width, box.nothing, Box["x"], Registry.known, Box.__mro__)
print(type("Dynamic", (Box,), {"x": 1})().x, Box.__module__, Box, type(box))
box.width = -1
