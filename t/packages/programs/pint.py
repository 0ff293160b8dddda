# python3-pint
import pint

unit = pint.UnitRegistry()
speed = 30 * unit.kilometer / unit.hour
print(speed.to("meter / second").magnitude.__round__(4))
print((5 * unit.meter).to(unit.foot).magnitude.__round__(4))
try:
    1 * unit.meter + 1 * unit.second
except pint.DimensionalityError as error:
    print(type(error).__name__)
