import sys
import warnings

warnings.warn("from the main program")
warnings.warn("old", DeprecationWarning)


def helper():
    warnings.warn("blames the caller", UserWarning, stacklevel=2)


for _ in range(3):
    helper()
warnings.warn("resources", ResourceWarning)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    helper()
    print(len(caught), caught[0].message, caught[0].lineno)
print(sys.warnoptions)
warnings.simplefilter("error")
helper()
