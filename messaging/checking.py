"""Trying a provider's account, and saying in words what came of it.

What is asked here is asked by somebody who waits for a page, so it takes seconds; and what a
provider answers may repeat the key that it was asked with, so that is taken out.
"""

import json
import logging
from collections.abc import Callable, Collection, Iterator
from threading import Thread
from typing import TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.accounts import UNREADABLE, readable, refused_if_unreadable
from messaging.gateways import Account, GatewayError, Provider

# How long somebody waits for the answer, in seconds. The call itself may end later.
WAITS = 10.0
TOO_SLOW, STUMBLED = "too-slow", "error"
LONGEST_CODE = 200  # as `Gateway.check_error` is long
_SHORTEST_SECRET = 4  # shorter ones would tear holes in words

T = TypeVar("T")

logger = logging.getLogger(__name__)


class NoAnswer(Exception):
    """The provider could not be asked; `code` is its word for why, without any secret."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def try_account(provider: Provider, account: Account, *, waits: float = WAITS) -> str:
    """What a provider says of an account, sending nothing to anybody: empty where it works."""
    try:
        ask(provider, account, lambda: provider.check(account), waits=waits)
    except NoAnswer as error:
        return error.code
    return ""


def ask(
    provider: Provider, account: Account, question: Callable[[], T], *, waits: float = WAITS
) -> T:
    """The answer to a question to a provider, within `waits` seconds. Raises NoAnswer."""
    answers: list[T] = []
    codes: list[str] = []

    def asking() -> None:
        try:
            with refused_if_unreadable():
                answers.append(question())
        except GatewayError as error:
            codes.append(without_secrets(error.code, provider, account) or STUMBLED)
        except Exception as error:
            logger.error("%s stumbled when asked: %s", provider.label, where(error))
            codes.append(STUMBLED)

    thread = Thread(target=asking, daemon=True)
    thread.start()
    thread.join(waits)
    if answers:
        return answers[0]
    raise NoAnswer((codes or [TOO_SLOW])[0])


def where(error: BaseException) -> str:
    """What kind of error it is and where it was raised, without its words: they may tell a key."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"


def without_secrets(text: str, provider: Provider, account: Account) -> str:
    """A provider's word with the account's secrets taken out, as long as it is kept."""
    known = readable(account)
    secrets = [known.get(name, "") for name in provider.account_form.secret]
    for secret in sorted(set(_parts(secrets)), key=len, reverse=True):
        text = text.replace(secret, "…")
    return " ".join(text.split())[:LONGEST_CODE]


def _parts(secrets: Collection[str]) -> Iterator[str]:
    """Each secret, and what is in one that is JSON (a service account's key)."""
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            yield secret
        try:
            found = json.loads(secret)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield from (v for v in found.values() if isinstance(v, str) and len(v) > 20)


_REFUSED_KEY = gettext_lazy(
    "The provider refuses the key or its secret. Copy both from its console again."
)
_UNREADABLE_ANSWER = gettext_lazy("The provider's answer can't be read.")
_TOO_LONG = gettext_lazy("The provider's answer is too long to read.")
_NO_ANSWER = gettext_lazy("The provider did not answer in time.")
# What we call it ourselves, and the words of providers that a merchant can do something about.
_WORDS = {
    "no-connection": gettext_lazy("The provider can't be reached right now."),
    "timeout": _NO_ANSWER,
    TOO_SLOW: _NO_ANSWER,
    "cut-off": gettext_lazy("The provider broke off in the middle of its answer."),
    **dict.fromkeys(("garbage", "no-code", "no-ids"), _UNREADABLE_ANSWER),
    **dict.fromkeys(("too-long", "too-many-pages"), _TOO_LONG),
    STUMBLED: gettext_lazy(
        "Asking the provider went wrong on our side. Tell whoever runs this Dangol."
    ),
    UNREADABLE: gettext_lazy("The account can't be read any more. Enter it again."),
    **dict.fromkeys(("401", "403"), _REFUSED_KEY),
    **dict.fromkeys(("Unauthorized", "InvalidAPIKey", "SignatureDoesNotMatch"), _REFUSED_KEY),
    "bad-key": gettext_lazy("This key can't be used. Paste the whole file once more."),
    "no-token": gettext_lazy("The provider gave no access for this key right now. Try again."),
    "no-template": gettext_lazy("The provider does not know this template."),
    "no-such-host": gettext_lazy("There is no mail server of this name. Look at how it is spelt."),
    "forbidden-address": gettext_lazy(
        "This mail server is in a private network, and may not be connected to from here."
    ),
    "forbidden-port": gettext_lazy("Mail can't go by this port. Choose another."),
    "unencrypted": gettext_lazy("Without encryption this mail server may not be connected to."),
    "no-starttls": gettext_lazy(
        "This mail server does not offer STARTTLS. Choose another encryption."
    ),
    "no-encryption": gettext_lazy("An encrypted connection to the mail server did not come about."),
    "certificate": gettext_lazy("The server's certificate is not valid for its name."),
    "no-log-in": gettext_lazy("This mail server offers no log-in that Dangol knows."),
}


def words(code: str) -> str:
    """What a check's code means, in a sentence; a provider's own word is quoted."""
    known = _WORDS.get(code)
    return str(known) if known else _("The provider says: %(code)s") % {"code": code}
