import json
import sys


class Plugin:
    def __del__(self):
        print("plugin deleted")


json.plugin = Plugin()
sys.plugin = Plugin()
print("end")
