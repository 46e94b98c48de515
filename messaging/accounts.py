"""Accounts that can't be decrypted, as their key was lost or changed.

Reading a gateway asks for no key; using its account does. One that can't be read is to whoever
sends or asks as one that the provider refuses: nothing fails, and somebody enters it again.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from messaging.gateways import Account, AccountRefused
from orders.encrypted import WrongKeyError

UNREADABLE = "unreadable"


@contextmanager
def refused_if_unreadable() -> Iterator[None]:
    """Where an account is used: raises AccountRefused for one that can't be decrypted."""
    try:
        yield
    except WrongKeyError as error:
        raise AccountRefused(UNREADABLE) from error


def readable(account: Account) -> Account:
    """The account, decrypted; empty where that can't be done."""
    try:
        return dict(account)
    except WrongKeyError:
        return {}


def is_readable(account: Account) -> bool:
    """Whether it can be decrypted."""
    try:
        len(account)
    except WrongKeyError:
        return False
    return True
