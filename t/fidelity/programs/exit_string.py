import sys
print("to stdout")
sys.exit("Fatal: cannot find the ☃")
