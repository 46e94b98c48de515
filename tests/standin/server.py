"""HTTP/1.1 by hand: just enough of it, strict, and quick enough not to be what is measured."""

import asyncio
from collections.abc import Iterator
from http import HTTPStatus

from tests.standin.desk import Desk, Request, Response
from tests.standin.faults import Fault

LARGEST_HEAD = 2**14
LARGEST_BODY = 2**25


class Malformed(Exception):
    """No HTTP that this server reads: the connection is closed."""


class Connection(asyncio.Protocol):
    """One client's connection; its requests are answered one after another."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._received = bytearray()
        self._wanted = 0  # bytes of the request at hand; 0: its head is not whole yet
        self._head: tuple[str, str, dict[str, str]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio sets TCP_NODELAY by itself."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._received += data
        try:
            for request in self._requests():
                self._serve(request)
        except Malformed:
            self._transport.close()

    def _requests(self) -> Iterator[Request]:
        while True:
            if self._head is None and not self._read_head():
                return
            assert self._head
            if len(self._received) < self._wanted:
                return
            body = bytes(memoryview(self._received)[: self._wanted])
            del self._received[: self._wanted]
            method, target, headers = self._head
            self._head = None
            yield Request(method, target, headers, body)

    def _read_head(self) -> bool:
        end = self._received.find(b"\r\n\r\n", 0, LARGEST_HEAD)
        if end < 0:
            if len(self._received) > LARGEST_HEAD:
                raise Malformed
            return False
        first, *rest = self._received[:end].decode("latin-1").split("\r\n")
        del self._received[: end + 4]
        try:
            method, target, _version = first.split(" ")
        except ValueError:
            raise Malformed from None
        pairs = (line.partition(":") for line in rest)
        headers = {name.lower(): value.strip() for name, _colon, value in pairs}
        length = headers.get("content-length", "" if method == "POST" else "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            raise Malformed
        self._head, self._wanted = (method, target, headers), int(length)
        return True

    def _serve(self, request: Request) -> None:
        fault = self._desk.fault_for(request)
        if fault.name == "slow":
            loop = asyncio.get_running_loop()
            loop.call_later(fault.seconds, lambda: self._answer(request, fault))
        else:
            self._answer(request, fault)

    def _answer(self, request: Request, fault: Fault) -> None:
        response = self._desk.answer(request, fault)
        if response.delay:
            loop = asyncio.get_running_loop()
            loop.call_later(response.delay, lambda: self._write(response))
        else:
            self._write(response)

    def _write(self, response: Response) -> None:
        if response.closes:
            self._transport.close()
            return
        head = f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}\r\n"
        if response.retry_after:
            head += f"Retry-After: {response.retry_after:.0f}\r\n"
        if response.date:
            head += f"Date: {response.date}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(response.body)}\r\n\r\n"
        body = response.body[: len(response.body) // 2] if response.cut else response.body
        self._transport.write(head.encode() + body)
        if response.cut:
            self._transport.close()


async def serve(desk: Desk, port: int) -> None:
    """Listen on loopback for ever; prints the port once it does."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(desk), "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
