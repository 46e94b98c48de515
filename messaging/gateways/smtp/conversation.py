"""SMTP's commands and replies over one connection, each held to the call's deadline.

With a server that offers PIPELINING (RFC 2920) commands go out together; otherwise one by one.
"""

import re
import socket
from time import monotonic
from typing import NamedTuple

LONGEST_REPLY = 2**16
# A record of TLS: what one call of `send` takes whole or not at all.
_PIECE = 2**14
_LAST_LINE = re.compile(rb"([2-5][0-9]{2})(?: (.*))?")
_MORE = re.compile(rb"[2-5][0-9]{2}-")
_ENHANCED = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")


class Reply(NamedTuple):
    """A server's reply: its code, and the text of its lines."""

    code: int
    lines: tuple[str, ...]

    @property
    def word(self) -> str:
        """The code, with the enhanced one (RFC 3463) where there is one: "550 5.1.1"."""
        return f"{self.code} {self.enhanced}".strip()

    @property
    def enhanced(self) -> str:
        """The enhanced code, or nothing."""
        found = _ENHANCED.match(self.lines[-1])
        return found[0] if found else ""

    @property
    def is_good(self) -> bool:
        """Whether the server did what it was asked."""
        return 200 <= self.code < 300

    @property
    def is_final(self) -> bool:
        """Whether the same again would be refused again."""
        return self.code >= 500


class Lost(Exception):
    """The connection is of no use any more.

    `sent` counts the bytes that had gone out of those asked, `heard` are the replies that came.
    """

    def __init__(self, code: str, sent: int = 0, heard: tuple[Reply, ...] = ()) -> None:
        super().__init__(code)
        self.code, self.sent, self.heard = code, sent, heard


class Conversation:
    """A connection to a server. Everything ends at `ends` (monotonic), or raises Lost.

    `silence` is how many seconds a single operation may take.
    """

    def __init__(self, sock: socket.socket, *, ends: float, silence: float) -> None:
        self.sock = sock
        self.ends = ends
        self.silence = silence
        self.features: dict[str, str] = {}
        self._received = bytearray()

    def ask(self, *commands: bytes) -> list[Reply]:
        """Send the commands; a reply to each."""
        groups = [commands] if "PIPELINING" in self.features else [(each,) for each in commands]
        heard: list[Reply] = []
        sent = 0
        try:
            for group in groups:
                sent += self._say(b"".join(group))
                for _ in group:
                    heard.append(self.hear())
        except Lost as lost:
            raise Lost(lost.code, sent + lost.sent, tuple(heard)) from lost
        return heard

    def hear(self) -> Reply:
        """The next reply."""
        lines = []
        left = LONGEST_REPLY
        while left > 0:
            line = self._line()
            left -= len(line)
            lines.append(line[4:].decode(errors="replace"))
            if last := _LAST_LINE.fullmatch(line):
                return Reply(int(last[1]), tuple(lines))
            if not _MORE.match(line):
                break
        raise Lost("garbage")

    def forget(self) -> None:
        """Whatever was said without encryption does not count (RFC 3207)."""
        if self._received:
            raise Lost("garbage")
        self.features = {}

    def close(self) -> None:
        """Hang up."""
        self.sock.close()

    def _say(self, data: bytes) -> int:
        rest = memoryview(data)
        try:
            while rest:
                self._limit()
                rest = rest[self.sock.send(rest[:_PIECE]) :]
        except (OSError, Lost) as error:
            raise Lost(_why(error), len(data) - len(rest)) from error
        return len(data)

    def _line(self) -> bytes:
        while (end := self._received.find(b"\n")) < 0:
            if len(self._received) > LONGEST_REPLY:
                raise Lost("garbage")
            try:
                self._limit()
                received = self.sock.recv(_PIECE)
            except OSError as error:
                raise Lost(_why(error)) from error
            if not received:
                raise Lost("cut-off")
            self._received += received
        line = bytes(self._received[:end]).rstrip(b"\r")
        del self._received[: end + 1]
        return line

    def _limit(self) -> None:
        left = self.ends - monotonic()
        if left <= 0:
            raise Lost("timeout")
        self.sock.settimeout(min(left, self.silence))


def _why(error: Exception) -> str:
    if isinstance(error, Lost):
        return error.code
    return "timeout" if isinstance(error, TimeoutError) else "cut-off"
