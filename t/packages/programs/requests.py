# python3-requests
import requests

request = requests.Request("POST", "http://example.org/a?x=1",
                           params={"y": "ü"}, json={"a": [1, 2]},
                           auth=("user", "word")).prepare()
print(request.url, request.body, sorted(request.headers))
try:
    requests.get("nowhere:/x")
except requests.RequestException as error:
    print(type(error).__name__)
print(requests.utils.default_headers()["Accept"], requests.codes.teapot)
