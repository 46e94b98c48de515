"""A letter's bytes (RFC 5322, MIME), written without an object for each header.

Both parts are base64, so that every server takes them whatever it offers: nothing but ASCII, no
line that is too long, none that begins with a dot. No character of it is in the boundary.
"""

import re
from binascii import b2a_base64
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import NamedTuple

_BOUNDARY = "=_dangol"
_LINE = 76
# With the header's name before it, a word of so many bytes keeps within a line (RFC 2047).
_WORD = 39
_PLAIN = re.compile(r"[A-Za-z0-9 .,:;!'()/-]{0,50}")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*")

_PARTS = (
    f"--{_BOUNDARY}\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\n".encode(),
    f"\r\n--{_BOUNDARY}\r\nContent-Type: text/html; charset=utf-8\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\n".encode(),
    f"\r\n--{_BOUNDARY}--\r\n".encode(),
)


class Envelope(NamedTuple):
    """What the headers say of one letter: `mark` makes its Message-ID, `opt_out` refuses more."""

    to: str
    subject: str
    mark: str
    opt_out: str


def one_line(text: str) -> str:
    """Text for a header: without line ends and other signs that nobody sees."""
    return _CONTROLS.sub(" ", text).strip()


def deliverable(address: str) -> str:
    """The address as SMTP takes it, its domain in ASCII; empty where it is none."""
    local, _at, domain = address.rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError:
            return ""
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain) or len(domain) > 253:
        return ""
    return f"{local}@{domain}"


@lru_cache(maxsize=1024)  # a batch's subjects are much alike
def encoded(text: str) -> str:
    """A header's words; as RFC 2047 writes them, unless they are short and plain."""
    text = one_line(text)
    if _PLAIN.fullmatch(text):
        return text
    return "\r\n ".join(f"=?utf-8?b?{_base64(word)}?=" for word in _words(text))


def _words(text: str) -> list[bytes]:
    """Cut where a character ends."""
    words = [b""]
    for sign in text:
        written = sign.encode(errors="replace")
        if len(words[-1]) + len(written) > _WORD:
            words.append(b"")
        words[-1] += written
    return words


def _base64(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode()


def head(*, name: str, address: str, reply_to: str, at: datetime) -> bytes:
    """The headers that all letters of a batch have."""
    # A name of plain words may still hold signs that have a meaning in an address.
    name = f'"{name}"' if _PLAIN.fullmatch(name) else encoded(name)
    lines = [
        f"From: {name}\r\n <{address}>",
        *([f"Reply-To: <{reply_to}>"] if reply_to else []),
        f"Date: {format_datetime(at)}",
        "MIME-Version: 1.0",
        "Auto-Submitted: auto-generated",
        f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"',
    ]
    return "\r\n".join(lines).encode() + b"\r\n"


def letter(head: bytes, envelope: Envelope, text: str, html: str) -> bytes:
    """A whole letter. Text and HTML have `\\n` for the end of a line."""
    own = (
        f"To: <{envelope.to}>\r\nSubject: {encoded(envelope.subject)}\r\n"
        f"Message-ID: <{envelope.mark}>\r\n{_unsubscribing(envelope.opt_out)}\r\n"
    )
    plain, page, end = _PARTS
    return b"".join((head, own.encode(), plain, _body(text), page, _body(html), end))


def _unsubscribing(address: str) -> str:
    """RFC 8058: one click in the mail program, and only over HTTPS."""
    if not address:
        return ""
    click = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    return f"List-Unsubscribe: <{address}>\r\n{click if address.startswith('https:') else ''}"


def _body(text: str) -> bytes:
    data = b2a_base64(text.replace("\n", "\r\n").encode(errors="replace"), newline=False)
    return b"\r\n".join([data[at : at + _LINE] for at in range(0, len(data), _LINE)])
