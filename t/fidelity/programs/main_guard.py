import sys


def main(argv):
    print("main called with", argv[1:])
    return len(argv) - 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
