import subprocess
import sys

show = "import sys, json; print(json.dumps([sys.version, sys.prefix, sys.flags.utf8_mode, sys.stdout.encoding]))"
out = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True).stdout
import json
version, prefix, utf8_mode, encoding = json.loads(out)
print(version == sys.version, prefix == sys.prefix, utf8_mode == sys.flags.utf8_mode, encoding)
