"""As much of HTTP/2 (RFC 9113) as it takes to post, and to reset a stream."""

import json as json_codec
import socket
import struct

DATA, HEADERS, RST_STREAM, SETTINGS, WINDOW_UPDATE = 0, 1, 3, 4, 8
INITIAL_WINDOW_SIZE = 4
ACK = END_STREAM = 0x1
END_HEADERS = 0x4
CANCEL = 0x8
FRAME = 16384
WINDOW = 1 << 30


class Http2:
    """One connection without TLS to a port that speaks HTTP/2 only."""

    def __init__(self, port, host="127.0.0.1", timeout=30):
        self.socket = socket.create_connection((host, port), timeout)
        self.file = self.socket.makefile("rb")
        self.last = -1
        self.bodies = {}
        self.ended = set()

        self.socket.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        self._send(SETTINGS, 0, 0,
                   struct.pack(">HI", INITIAL_WINDOW_SIZE, WINDOW))
        self._send(WINDOW_UPDATE, 0, 0, struct.pack(">I", WINDOW))

    def post(self, code, path="/run", **fields):
        """Send a request; returns its stream."""
        body = json_codec.dumps({"code": code, **fields}).encode("utf-8")
        headers = {":method": "POST", ":scheme": "http", ":path": path,
                   ":authority": "localhost",
                   "content-type": "application/json"}

        self.last += 2
        self._send(HEADERS, END_HEADERS, self.last,
                   b"".join(literal(*pair) for pair in headers.items()))
        pieces = [body[i:i + FRAME] for i in range(0, len(body), FRAME)]

        for piece in pieces:
            self._send(DATA, END_STREAM if piece is pieces[-1] else 0,
                       self.last, piece)

        return self.last

    def reset(self, stream):
        self._send(RST_STREAM, 0, stream, struct.pack(">I", CANCEL))

    def read_answer(self, stream):
        """The JSON that came on this stream."""
        while stream not in self.ended:
            self._read_frame()

        return json_codec.loads(self.bodies.pop(stream))

    def close(self):
        self.file.close()
        self.socket.close()

    def _send(self, kind, flags, stream, payload=b""):
        self.socket.sendall(struct.pack(">I", len(payload))[1:]
                            + struct.pack(">BBI", kind, flags, stream)
                            + payload)

    def _read_frame(self):
        head = self.file.read(9)

        if len(head) < 9:
            raise ConnectionError("the server closed the connection")

        length = int.from_bytes(head[:3], "big")
        kind, flags, stream = struct.unpack(">BBI", head[3:])
        payload = self.file.read(length)

        if kind == SETTINGS and not flags & ACK:
            self._send(SETTINGS, ACK, 0)

        if kind == DATA:
            self.bodies[stream] = self.bodies.get(stream, b"") + payload

        if kind in (DATA, HEADERS) and flags & END_STREAM:
            self.ended.add(stream)

        if kind == RST_STREAM:
            raise ConnectionError(f"the server reset stream {stream}")


def literal(name, value):
    """A header field without indexing and without Huffman coding."""
    return (b"\0" + bytes([len(name)]) + name.encode("ascii")
            + bytes([len(value)]) + value.encode("ascii"))
