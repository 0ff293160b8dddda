# python3-yaml
import datetime

import yaml

text = """
name: pyexec
when: 2024-02-29
list: [1, 2.5, true, null]
base: &base {a: 1}
more: {<<: *base, b: "two"}
"""
loaded = yaml.safe_load(text)
print(loaded)
print(yaml.dump(loaded, sort_keys=True), end="")
print(yaml.load(text, Loader=yaml.CSafeLoader) == loaded)
print(isinstance(loaded["when"], datetime.date))
try:
    yaml.safe_load("a: [1")
except yaml.YAMLError as error:
    print(error)
