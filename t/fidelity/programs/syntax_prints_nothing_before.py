import sys
sys.stderr.write("never\n")
print("never", flush=True)
def f(:
    pass
