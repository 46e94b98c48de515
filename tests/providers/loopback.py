"""A provider's stand-in on loopback, in a thread: what `tests.standin` serves, with another desk.

A desk checks every request as its provider does, keeps what it took, and misbehaves when told to
(`tests.standin.faults`).
"""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from tests.standin.desk import Request, Response, spoilt
from tests.standin.faults import BEFORE, Faults
from tests.standin.server import Connection


class WrongError(Exception):
    """What no client may send; `code` is how the provider calls it."""

    def __init__(self, code: str, where: str) -> None:
        super().__init__(f"{code}: {where}")
        self.code = code


class Stand(ABC):
    """A desk. `wrong` is what was refused as malformed; `requests` is everything that came,
    `answered` what was answered to it, whatever a fault made of that.
    """

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.requests: list[Request] = []
        self.answered: list[Response] = []
        self._faults = Faults(0, 0)

    def misbehave(self, *faults: Any) -> None:
        """So at the next requests, one each; "" is good behaviour."""
        self._faults.tell(list(faults))

    def fault_for(self, request: Request) -> Any:
        """What goes wrong with this request."""
        self.requests.append(request)
        return self._faults.next()

    def answer(self, request: Request, fault: Any) -> Response:
        """Do what is asked, unless the fault says otherwise."""
        if fault.name in BEFORE:
            return spoilt(fault, Response(500, b""))
        try:
            response = self.route(request)
        except WrongError as error:
            self.wrong.append(str(error))
            response = self.refusal(error)
        self.answered.append(response)
        return spoilt(fault, response)

    @abstractmethod
    def route(self, request: Request) -> Response:
        """The right answer. Raises WrongError."""

    @abstractmethod
    def refusal(self, error: WrongError) -> Response:
        """How the provider says that a request was wrong."""


def told(content: Any, status: int = 200) -> Response:
    """An answer in JSON."""
    return Response(status, json.dumps(content, ensure_ascii=False).encode())


@contextmanager
def served(desk: Stand, port: int = 0) -> Iterator[str]:
    """The address where the desk is to be found meanwhile; port 0: a free one."""
    loop = asyncio.new_event_loop()
    connections: set[asyncio.Transport] = set()

    class Known(Connection):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            assert isinstance(transport, asyncio.Transport)
            connections.add(transport)

    # The server asks nothing of a desk but these two methods.
    made = loop.create_server(lambda: Known(desk), "127.0.0.1", port)  # type: ignore[arg-type]
    server = loop.run_until_complete(made)
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(_close(server, connections), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _close(server: asyncio.Server, connections: set[asyncio.Transport]) -> None:
    server.close()
    for transport in connections:
        transport.abort()
    await asyncio.sleep(0)
