"""SOLAPI's calls: each signed anew, and what its refusals mean.

A signature serves once and is good for 15 minutes around its date, so this is the one place of the
gateways that reads the clock: the protocol compares it with its own.
"""

import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from hmac import new as hmac

from messaging.gateways.base import (
    Account,
    AccountRefused,
    AnswerLost,
    Busy,
    GatewayError,
    Rejected,
)
from messaging.gateways.entries import read_each
from messaging.gateways.http import Json, JsonClient, Patience

LABEL = "SOLAPI"
HOST = "https://api.solapi.com"
# Rows of a page and the most pages of one question. The documents name no limit.
PAGE, PAGES = 100, 200
# Nothing is taken before somebody mends the account, its rights or its balance.
_ACCOUNT = frozenset(
    {
        *("401", "402", "403", "Unauthorized", "Forbidden", "InvalidAPIKey"),
        *("SignatureDoesNotMatch", "InvalidAccountId", "NotOperationalStatus"),
        *("BlockedApp", "InactiveApp", "NotEnoughBalance", "BalanceInsufficient"),
    }
)
_CLOCKS_DIFFER = "RequestTimeTooSkewed"
# The very same request was there before: something between us repeated it, and it was taken.
_REPEATED = "DuplicatedSignature"


class Api:
    """Calls of SOLAPI; each raises AccountRefused, Rejected, Busy or AnswerLost."""

    def __init__(self, url: str, patience: Patience | None) -> None:
        self._client = JsonClient(url or HOST, patience=patience, word=_word)

    def post(self, path: str, body: bytes, account: Account) -> Json:
        """Send these bytes; the answer to a success."""
        try:
            return self._client.post(path, body, _signed(account))
        except Rejected as error:
            raise _refusal(error.code) from error

    def put(self, path: str, body: bytes, account: Account) -> Json:
        """Change something; the answer to a success."""
        try:
            return self._client.put(path, body, _signed(account))
        except Rejected as error:
            raise _refusal(error.code) from error

    def get(self, path: str, params: Mapping[str, str], account: Account) -> Json:
        """Ask; the answer to a success."""
        try:
            return self._client.get(path, params, _signed(account))
        except Rejected as error:
            raise _refusal(error.code) from error

    def messages(self, path: str, params: Mapping[str, str], account: Account) -> Iterator[Json]:
        """The messages of a list, page by page."""
        asked = {**params, "limit": str(PAGE)}
        for _page in range(PAGES):
            answer = self.get(path, asked, account)
            yield from _rows(answer)
            if not (following := answer.get("nextKey")):
                return
            asked["startKey"] = str(following)
        raise AnswerLost("too-many-pages")


def authorization(account: Account, date: str, salt: str) -> str:
    """The header that signs one request (docs: API Key authentication)."""
    data = (date + salt).encode()
    signature = hmac(account["api_secret"].encode(), data, sha256).hexdigest()
    key = account["api_key"]
    return f"HMAC-SHA256 apiKey={key}, date={date}, salt={salt}, signature={signature}"


def iso(moment: datetime) -> str:
    """A moment as ISO 8601 in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _signed(account: Account) -> dict[str, str]:
    now = iso(datetime.now(UTC))
    return {"Authorization": authorization(account, now, secrets.token_hex(16))}


def _rows(answer: Json) -> Iterator[Json]:
    """They come by their ids; a list that is missing is not an empty one.

    One that can't be read may be missing here: that nobody has it, its group's counts say.
    """
    found = answer.get("messageList")
    if not isinstance(found, dict):
        raise AnswerLost("garbage")
    return read_each(found.values(), dict, LABEL)


def _refusal(code: str) -> GatewayError:
    if code in _ACCOUNT:
        return AccountRefused(code)
    if code == _CLOCKS_DIFFER:
        return Busy(code)
    return AnswerLost(code) if code == _REPEATED else Rejected(code)


def _word(answer: Json) -> str:
    return str(answer.get("errorCode") or "")[:40]
