import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--count", type=int, choices=range(3), required=True)
parser.parse_args()
