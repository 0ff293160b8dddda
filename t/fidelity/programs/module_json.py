import json

value = {"name": "Zoë ☃ 😀", "list": [1, 2.5, None, True], "nested": {"a": {}}}
print(json.dumps(value), json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True))
print(json.loads('[1e3, -0.0, "\\ud83d\\ude00", "\\u0041"]'))
print(json.dumps({"nan": float("nan"), "t": (1, 2)}, separators=(",", ":")))
try:
    json.dumps({1, 2})
except TypeError as error:
    print(error)
json.loads('{"a": 1,}')
