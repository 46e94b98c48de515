"""A server that answers byte by byte, and calls of it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from messaging.gateways import AnswerLost, Busy, Rejected
from messaging.gateways.http import Json, JsonClient, Patience

HASTE = Patience(connect=0.5, silence=0.3, whole=0.6)
BYTES = b'{"messages": []}'


class Wire:
    """A server that reads a request and answers with these very bytes, as often as it is asked."""

    def __init__(self, *pieces: bytes, pause: float = 0) -> None:
        self.requests: list[bytes] = []
        self._pieces, self._pause = pieces, pause
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            with client:
                self.requests.append(_request(client))
                self._answer(client)

    def _answer(self, client: socket.socket) -> None:
        client.settimeout(self._pause or None)
        for piece in self._pieces:
            try:
                client.sendall(piece)
                if self._pause and not client.recv(1):
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    def close(self) -> None:
        """Stop listening, and wait for the thread."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


def _request(client: socket.socket) -> bytes:
    """A request with its body, which is BYTES or nothing."""
    read = b""
    while b"\r\n\r\n" not in read or (read.startswith(b"POST") and not read.endswith(BYTES)):
        received = client.recv(65536)
        assert received, "the client went away in the middle of its request"
        read += received
    return read


@contextmanager
def wire(*pieces: bytes, pause: float = 0) -> Iterator[Wire]:
    server = Wire(*pieces, pause=pause)
    try:
        yield server
    finally:
        server.close()


def http(status: str, body: bytes = b"{}", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def post(server: Wire, **options) -> Json:
    client = JsonClient(server.url, patience=HASTE, **options)
    return client.post("/send", BYTES, {"X-Key": "k-1"})


def end_of(*pieces: bytes, pause: float = 0) -> Rejected | Busy | AnswerLost:
    """The error that a call ends with which is answered so."""
    with wire(*pieces, pause=pause) as server, pytest.raises((Rejected, Busy, AnswerLost)) as end:
        post(server)
    assert len(server.requests) == 1, "nothing is repeated"
    error = end.value
    assert isinstance(error, Rejected | Busy | AnswerLost)
    return error
