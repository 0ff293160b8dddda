import io
import sys

sys.stderr = io.StringIO()
sys.stderr.write("lost")
sys.stderr = sys.stdout
print("printed")
raise ValueError("the traceback goes to stdout")
