import requests

request = requests.Request(
    "POST", "https://example.org/search?q=1", params={"page": 2, "ü": "ß"},
    json={"a": [1, 2, None]}, headers={"X-Test": "yes"}, auth=("user", "pass"),
    cookies={"k": "v"})
prepared = request.prepare()
print(prepared.method, prepared.url)
for name in sorted(prepared.headers):
    print(f"{name}: {prepared.headers[name]}")
print(prepared.body, repr(prepared), requests.__version__)
print(requests.codes.not_found, requests.utils.quote("a b/ü"))
response = requests.Response()
response.status_code = 404
response.reason = "Not Found"
response.url = prepared.url
response._content = b'{"ok": false}'
print(response, response.ok, response.json(), response.text)
response.raise_for_status()
