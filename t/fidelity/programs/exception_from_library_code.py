import json


def read_settings(text):
    return json.loads(text)


read_settings('{"a": 1')
