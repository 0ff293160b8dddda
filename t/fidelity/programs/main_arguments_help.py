import argparse

parser = argparse.ArgumentParser(description="Help goes to stdout.")
parser.add_argument("--flag", action="store_true", help="a flag")
parser.parse_args(["--help"])
