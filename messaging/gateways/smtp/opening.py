"""From nothing to a server that takes letters: connection, encryption, log-in."""

import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from urllib.parse import urlsplit

from django.conf import settings

from messaging.gateways.base import Account, AccountRefused, Busy
from messaging.gateways.http import Patience
from messaging.gateways.smtp.conversation import Conversation, Lost, Reply
from messaging.gateways.smtp.places import connect, is_loopback

_GOODBYE = 1.0  # seconds for the server to say it too


@contextmanager
def opened(account: Account, patience: Patience, trust: ssl.SSLContext) -> Iterator[Conversation]:
    """A conversation with the account's server, logged in.

    `trust` says whose certificates count. Raises Busy: nothing has been taken yet.
    """
    ends = monotonic() + patience.whole
    sock = connect(account["host"], int(account["port"]), ends=ends, each=patience.connect)
    talk = Conversation(sock, ends=ends, silence=patience.silence)
    try:
        try:
            _introduce(talk, account, trust)
        except Lost as lost:
            raise Busy(lost.code) from lost
        yield talk
    finally:
        talk.close()


def say_goodbye(talk: Conversation) -> None:
    """QUIT; whether that is heard changes nothing any more."""
    talk.ends = min(talk.ends, monotonic() + _GOODBYE)
    with suppress(Lost):
        talk.ask(b"QUIT\r\n")


def expect(reply: Reply, code: int = 250) -> None:
    """Raises AccountRefused or Busy for any other reply."""
    if reply.code == code:
        return
    raise AccountRefused(reply.word) if reply.is_final else Busy(reply.word)


def _introduce(talk: Conversation, account: Account, trust: ssl.SSLContext) -> None:
    security = account["security"]
    if security not in ("tls", "starttls") and not is_loopback(talk.sock):
        raise AccountRefused("unencrypted")
    if security == "tls":
        _encrypt(talk, account["host"], trust)
    expect(talk.hear(), 220)
    _greet(talk)
    if security == "starttls":
        if "STARTTLS" not in talk.features:
            raise AccountRefused("no-starttls")
        expect(talk.ask(b"STARTTLS\r\n")[0], 220)
        _encrypt(talk, account["host"], trust)
        _greet(talk)
    if account.get("user"):
        _log_in(talk, account["user"], account.get("password", ""))


def _greet(talk: Conversation) -> None:
    """EHLO, and what the server says it can do."""
    reply = talk.ask(f"EHLO {_own_name(talk)}\r\n".encode())[0]
    expect(reply)
    pairs = (line.upper().partition(" ") for line in reply.lines[1:])
    talk.features = {name.strip(): rest for name, _space, rest in pairs}


def _own_name(talk: Conversation) -> str:
    """The name under which this server is known, else its address."""
    name = urlsplit(settings.BASE_URL).hostname or ""
    if name.isascii() and any(sign.isalpha() for sign in name.rpartition(".")[2]):
        return name
    address = str(talk.sock.getsockname()[0])
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _encrypt(talk: Conversation, host: str, trust: ssl.SSLContext) -> None:
    talk.forget()
    talk.sock.settimeout(max(0.001, min(talk.ends - monotonic(), talk.silence)))
    try:
        talk.sock = trust.wrap_socket(talk.sock, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        raise AccountRefused("certificate") from error
    except OSError as error:
        raise Busy("no-encryption") from error


def _log_in(talk: Conversation, user: str, password: str) -> None:
    """AUTH (RFC 4954), with what the server offers of PLAIN and LOGIN."""
    offered = talk.features.get("AUTH", "").split()
    if "PLAIN" in offered:
        expect(talk.ask(b"AUTH PLAIN " + _base64(f"\0{user}\0{password}"))[0], 235)
    elif "LOGIN" in offered:
        expect(talk.ask(b"AUTH LOGIN\r\n")[0], 334)
        expect(talk.ask(_base64(user))[0], 334)
        expect(talk.ask(_base64(password))[0], 235)
    else:
        raise AccountRefused("no-log-in")


def _base64(text: str) -> bytes:
    return b64encode(text.encode()) + b"\r\n"
