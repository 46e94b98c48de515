"""Connections that hold a call to its deadline, whatever the other end does.

The usual time-outs count from one byte to the next, so a peer that trickles (while it takes the
request, in the head of its answer, in the body) could hold a call for ever. Here each single
operation on the socket may take what is left of the call, and `silence` at most.
"""

import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from time import monotonic
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


class _Call(threading.local):
    """The call that this thread is in."""

    ends = 0.0
    silence = 0.0


_call = _Call()


@contextmanager
def deadline(whole: float, silence: float) -> Iterator[None]:
    """The calls within end `whole` seconds from now, with a TimeoutError at the latest.

    Making a connection has a time-out of its own; once it stands, nothing is sent too late.
    """
    _call.ends, _call.silence = monotonic() + whole, silence
    yield


def _limit(sock: socket.socket) -> None:
    left = _call.ends - monotonic()
    if left <= 0:
        raise TimeoutError("the call's time is over")
    sock.settimeout(min(left, _call.silence))


class _Reading(io.RawIOBase):
    """A socket's bytes, each read within what is left."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        _limit(self._sock)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_Reading(sock))


class _Punctual(HTTPConnection):
    response_class = _Response

    def send(self, data: Any) -> None:
        """Send these bytes; `sendall` over TLS would begin its time anew with each record."""
        if self.sock is None:
            self.connect()
        rest = memoryview(data)
        while rest:
            _limit(self.sock)
            rest = rest[self.sock.send(rest) :]


class _PunctualTls(_Punctual, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Punctual


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _PunctualTls


class PunctualAdapter(HTTPAdapter):
    """Calls that end when `deadline` says; each must be made within one."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Have the pools make such connections."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
