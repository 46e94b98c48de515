"""Where a letter may be taken to: a merchant types the mail server's name, and we connect to it.

So that nobody reaches into this server's own network that way, what a name resolves to is looked
at, and the connection goes to that very address: a name that means something else a moment later
leads nowhere.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from time import monotonic

from django.conf import settings

from messaging.gateways.base import AccountRefused, Busy

PORTS = (587, 465, 25, 2525)
MOST_ADDRESSES = 3
_NAT64 = IPv6Network("64:ff9b::/96")


def may_be_local() -> bool:
    """Whether mail servers may stand in this server's own network, on any port."""
    return bool(getattr(settings, "SMTP_MAY_BE_LOCAL", False))


def is_public(address: str) -> bool:
    """Whether that IP address is one of the internet's, and nothing else in disguise."""
    found = ip_address(address.partition("%")[0])
    inner = _inner(found) if isinstance(found, IPv6Address) else None
    return all(each.is_global and not each.is_multicast for each in (inner or found,))


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]


def connect(host: str, port: int, *, ends: float, each: float) -> socket.socket:
    """A connection to that server, by `ends` (monotonic); `each` address may take so many seconds.

    Raises AccountRefused where it may not be connected to, Busy where there is no connection.
    """
    if port not in PORTS and not may_be_local():
        raise AccountRefused("forbidden-port")
    for address in _addresses(host, port):
        left = min(each, ends - monotonic())
        if left <= 0:
            break
        try:
            sock = socket.create_connection((address, port), timeout=left)
        except OSError:
            continue
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock
    raise Busy("no-connection")


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Busy("no-such-host") from error
    except ValueError as error:  # no name at all
        raise AccountRefused("no-such-host") from error
    addresses = dict.fromkeys(str(address[0]) for *_, address in found)
    allowed = [each for each in addresses if may_be_local() or is_public(each)]
    if not allowed:
        raise AccountRefused("forbidden-address")
    return allowed[:MOST_ADDRESSES]


def is_loopback(sock: socket.socket) -> bool:
    """Whether the other end is this machine."""
    return ip_address(str(sock.getpeername()[0]).partition("%")[0]).is_loopback
