import sys
print("bye", end="")
sys.exit(0)
