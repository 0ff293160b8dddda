import requests

for url in ("no-scheme.example", "ftp://example.org/", "http://", "http://[::1"):
    try:
        requests.get(url, timeout=1)
    except requests.exceptions.RequestException as error:
        print(type(error).__name__, error)
requests.get("nowhere")
