"""A mail server that takes everything and keeps nothing but the count, in a process of its own.

`python -m bench.smtp_sink` prints its port; at the end of its standard input it prints as JSON how
many messages it took and how many different recipients they had. It answers from one callback,
without a task or a stream for each line, so that it is not what limits a sender.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_END = b"\r\n.\r\n"
_OK = b"250 OK\r\n"
# As mail servers do; who doesn't use it (smtplib) loses nothing.
_OFFERS = b"250-sink\r\n250 PIPELINING\r\n"


@dataclass(slots=True)
class Seen:
    """What has arrived so far."""

    messages: int = 0
    recipients: set[bytes] = field(default_factory=set)


class Session(asyncio.Protocol):
    """One connection: commands line by line, then a message up to its lone dot."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._waiting = bytearray()
        self._in_message = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream has one
        self._transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer all that is complete."""
        self._waiting += data
        while self._take_message() if self._in_message else self._take_line():
            pass

    def _take_message(self) -> bool:
        """Whether the message has come to its end."""
        end = self._waiting.find(_END)
        if end < 0:
            return False
        del self._waiting[: end + len(_END)]
        self._in_message = False
        self._seen.messages += 1
        self._transport.write(_OK)
        return True

    def _take_line(self) -> bool:
        """Whether there was a whole command."""
        line, found, _rest = self._waiting.partition(b"\r\n")
        if not found:
            return False
        del self._waiting[: len(line) + 2]
        self._obey(bytes(line))
        return True

    def _obey(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"DATA":
            self._in_message = True
            self._transport.write(b"354 Go on\r\n")
        elif verb == b"EHLO":
            self._transport.write(_OFFERS)
        elif verb == b"QUIT":
            self._transport.write(b"221 Bye\r\n")
            self._transport.close()
        else:
            if verb == b"RCPT":
                self._seen.recipients.add(line)
            self._transport.write(_OK)


async def _serve() -> Seen:
    seen = Seen()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Session(seen), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
    return seen


@dataclass(slots=True)
class Sink:
    """A running sink; the counts are there once it has ended."""

    port: int
    messages: int = 0
    recipients: int = 0


@contextmanager
def running() -> Iterator[Sink]:
    """A sink in a process of its own, on loopback, as long as the block lasts."""
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "bench.smtp_sink"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin and process.stdout  # noqa: S101 - both are pipes
        try:
            sink = Sink(port=int(process.stdout.readline()))
            yield sink
        except BaseException:
            process.kill()  # nobody asks for its counts
            raise
        counts = json.loads(process.communicate()[0])
        sink.messages, sink.recipients = counts["messages"], counts["recipients"]


if __name__ == "__main__":
    found = asyncio.run(_serve())
    print(json.dumps({"messages": found.messages, "recipients": len(found.recipients)}))
