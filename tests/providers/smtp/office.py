"""A strict mail server on loopback that misbehaves as told, in threads of the test's own process.

It notes in `wrong` what no client may do: lines without CR, commands out of order or too long,
commands before their turn where PIPELINING is not offered, anything but ASCII in a letter.
"""

import socket
import ssl
import time
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

HANG_UP, SILENCE = "", "(silence)"
LONGEST_COMMAND, LONGEST_LINE = 512, 1000


@dataclass(frozen=True, slots=True)
class Taken:
    """A letter that was taken."""

    sender: str
    recipient: str
    content: bytes


@dataclass
class Office:
    """What the server offers, how it answers, and what it saw.

    `answers` replaces the reply to whatever begins so: a command, "GREETING", or "LETTER name@…"
    for the end of a letter to that address.
    """

    features: tuple[str, ...] = ("PIPELINING", "8BITMIME")
    answers: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    starts_encrypted: bool = False
    # Seconds before each reply; whether DATA is welcome without anybody to get it; how many bytes
    # of a connection are read before it is closed (0: all).
    delay: float = 0
    wants_anything: bool = False
    reads: int = 0
    commands: list[str] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def reply_to(self, what: str, usual: str) -> str:
        """As told, or as usual."""
        for begin, reply in self.answers.items():
            if what.upper().startswith(begin.upper()):
                return reply
        return usual

    def to(self) -> list[str]:
        """Who has got a letter, in order."""
        return [one.recipient for one in self.taken]


class _HungUp(Exception):
    pass


class _Session:
    """One client's connection."""

    def __init__(self, office: Office, client: socket.socket) -> None:
        self._office, self._client = office, client
        self._waiting = b""
        self._encrypted = self._known = self._greeted = False
        self._sender = self._recipient = ""
        self._read = 0

    def run(self) -> None:
        office = self._office
        try:
            if office.starts_encrypted:
                self._encrypt()
            self._say(office.reply_to("GREETING", "220 office ready"))
            while True:
                line = self._line(LONGEST_COMMAND)
                office.commands.append(line)
                reply = office.reply_to(line, "?")
                reply = self._obey(line) if reply == "?" else reply
                self._say(reply)
                if reply.startswith("354"):
                    self._take()
                elif line == "STARTTLS":
                    self._encrypt()
                elif line == "QUIT":
                    return
        except (_HungUp, OSError):
            return
        finally:
            self._client.close()

    def _obey(self, line: str) -> str:
        verb, _space, rest = line.partition(" ")
        match verb:
            case "EHLO" if rest:
                self._greeted = True
                return "\r\n".join(self._offers())
            case "STARTTLS" if self._office.tls and not self._encrypted:
                return "220 go ahead"
            case "AUTH":
                return self._log_in(rest)
            case "RSET":
                self._sender = self._recipient = ""
                return "250 2.0.0 forgotten"
            case "QUIT":
                return "221 2.0.0 bye"
        if not self._greeted or (self._office.users and not self._known):
            return "530 5.7.0 who are you?"
        return self._transact(line)

    def _transact(self, line: str) -> str:
        """MAIL, RCPT, DATA in their order."""
        office = self._office
        if line.startswith("MAIL FROM:<") and line.endswith(">"):
            if self._sender:
                return "503 5.5.1 nested MAIL"
            self._sender = line[11:-1]
            return "250 2.1.0 ok"
        if line.startswith("RCPT TO:<") and line.endswith(">"):
            self._recipient = line[9:-1] if self._sender else ""
            return "250 2.1.5 ok" if self._sender else "503 5.5.1 MAIL first"
        if line == "DATA":
            welcome = self._recipient or office.wants_anything
            return "354 go on" if welcome else "554 5.5.1 for nobody"
        office.wrong.append(f"unknown: {line}")
        return "500 5.5.2 what?"

    def _offers(self) -> list[str]:
        offers = [*self._office.features]
        if self._office.tls and not self._encrypted and not self._office.starts_encrypted:
            offers.append("STARTTLS")
        lines = ["office", *offers]
        return [f"250{'-' if n < len(lines) - 1 else ' '}{each}" for n, each in enumerate(lines)]

    def _log_in(self, rest: str) -> str:
        method, _space, first = rest.partition(" ")
        if method == "PLAIN":
            _none, user, password = b64decode(first).decode().split("\0")
        else:
            user, password = self._prompt("VXNlcg=="), self._prompt("UGFzcw==")
        self._known = bool(user) and self._office.users.get(user) == password
        return "235 2.7.0 welcome" if self._known else "535 5.7.8 no"

    def _prompt(self, words: str) -> str:
        self._say(f"334 {words}")
        return b64decode(self._line(LONGEST_COMMAND)).decode()

    def _take(self) -> None:
        """A letter up to its lone dot."""
        lines = []
        while (line := self._line(LONGEST_LINE)) != ".":
            lines.append(line[1:] if line.startswith(".") else line)
        to = self._recipient
        if lines:
            content = "\r\n".join(lines).encode()
            self._office.taken.append(Taken(self._sender, to, content))
        self._sender = self._recipient = ""
        self._say(
            self._office.reply_to(f"LETTER {to}", "250 2.0.0 taken" if lines else "554 empty")
        )

    def _encrypt(self) -> None:
        assert self._office.tls
        self._client = self._office.tls.wrap_socket(self._client, server_side=True)
        self._encrypted, self._greeted = True, False

    def _say(self, reply: str) -> None:
        if "PIPELINING" not in self._office.features and self._waiting:
            self._office.wrong.append(f"before its turn: {self._waiting[:40]!r}")
        if reply == HANG_UP:
            raise _HungUp
        time.sleep(self._office.delay)
        if reply != SILENCE:
            self._client.sendall(reply.encode() + b"\r\n")
        elif not self._client.recv(1):
            raise _HungUp

    def _line(self, longest: int) -> str:
        while b"\n" not in self._waiting:
            received = self._client.recv(65536)
            self._read += len(received)
            if not received or 0 < self._office.reads < self._read:
                raise _HungUp
            self._waiting += received
        line, _end, self._waiting = self._waiting.partition(b"\n")
        if not line.endswith(b"\r") or len(line) > longest or not line.isascii():
            self._office.wrong.append(f"bad line: {line[:80]!r}")
        return line.rstrip(b"\r").decode(errors="replace")


@contextmanager
def running(office: Office) -> Iterator[Office]:
    """That server, listening on loopback as long as the block lasts."""
    listener = socket.create_server(("127.0.0.1", 0))
    office.port = listener.getsockname()[1]
    threads: list[Thread] = []

    def serve() -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            office.connections += 1
            threads.append(Thread(target=_Session(office, client).run, daemon=True))
            threads[-1].start()

    server = Thread(target=serve, daemon=True)
    server.start()
    try:
        yield office
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in (server, *threads):
            thread.join(10)
        assert office.wrong == []
