import sys


def leave():
    try:
        1 / 0
    except ZeroDivisionError as error:
        sys.exit(f"giving up: {error}")


leave()
print("never")
