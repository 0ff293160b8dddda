"""A plain HTTP/1.1 client for one endpoint."""

import collections
import http.client
import json as json_codec
import socket

from .patience import PATIENCE


class Answer(collections.namedtuple("Answer", "status headers body")):
    """What came back; headers is an email.message.Message."""

    @property
    def json(self):
        return json_codec.loads(self.body.decode("utf-8"))

    def __getitem__(self, key):
        if isinstance(key, str):
            return self.json[key]

        return super().__getitem__(key)


class Client:
    def __init__(self, port, host="127.0.0.1"):
        self.host = host
        self.port = port

    def request(self, method, path="/run", body=None, headers=None,
                timeout=60, chunked=False):
        """One request on a connection of its own; body is bytes or None."""
        connection = http.client.HTTPConnection(self.host, self.port,
                                                timeout=timeout * PATIENCE)
        headers = dict(headers or {})

        if chunked:
            headers.setdefault("Transfer-Encoding", "chunked")

        try:
            connection.request(method, path, body=body, headers=headers,
                               encode_chunked=chunked)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def post(self, code=None, *, path="/run", json=None, raw=None,
             headers=None, timeout=60, **fields):
        """POST code with stdin=, args= and run_timeout= as its fields.

        json replaces the whole object, raw the whole body. timeout is the
        client's patience, run_timeout the "timeout" field.
        """
        if raw is None:
            if json is None:
                json = self.fields(code, fields)

            raw = json_codec.dumps(json).encode("utf-8")

        headers = {"Content-Type": "application/json", **(headers or {})}
        headers = {k: v for k, v in headers.items() if v is not None}

        return self.request("POST", path, raw, headers, timeout)

    @staticmethod
    def fields(code, fields):
        """The object of a request; "timeout" is another word of the client."""
        json = dict(fields)

        if code is not None:
            json["code"] = code

        if "run_timeout" in json:
            json["timeout"] = json.pop("run_timeout") * PATIENCE

        return json

    def connect(self, timeout=60):
        """A raw socket, for clients that misbehave."""
        return socket.create_connection((self.host, self.port),
                                        timeout * PATIENCE)

    def send_and_keep(self, code, path="/run", timeout=60, **fields):
        """Send a POST and return its socket with the answer unread."""
        connection = self.connect(timeout)
        connection.sendall(self.encode(code, path, **fields))

        return connection

    def encode(self, code, path="/run", **fields):
        """A POST as it is sent."""
        body = json_codec.dumps(self.fields(code, fields)).encode("utf-8")
        head = (f"POST {path} HTTP/1.1\r\nHost: localhost\r\n"
                "Content-Type: application/json\r\nConnection: close\r\n"
                f"Content-Length: {len(body)}\r\n\r\n")

        return head.encode("ascii") + body

    @staticmethod
    def read_answer(connection):
        """The answer to what send_and_keep sent; closes the connection."""
        response = http.client.HTTPResponse(connection)

        try:
            response.begin()
            return Answer(response.status, response.headers, response.read())
        finally:
            response.close()
            connection.close()
