import requests

query = {"q": "a fresh interpreter", "page": 2}
request = requests.Request("GET", "http://localhost/search", params=query)
print(request.prepare().url)
