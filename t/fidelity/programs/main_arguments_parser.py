import argparse

parser = argparse.ArgumentParser(description="Add numbers.", epilog="That is all.")
parser.add_argument("numbers", nargs="+", type=float)
parser.add_argument("-r", "--round", type=int, default=None, metavar="N")
options = parser.parse_args()
total = sum(options.numbers)
print(options, total if options.round is None else round(total, options.round))
