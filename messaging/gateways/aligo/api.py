"""Aligo's calls: a form with the account's keys, answered 200 with a code that is 0 for a yes."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from messaging.gateways.aligo.unconfirmed import ACCOUNT, DOUBTFUL, PAGE
from messaging.gateways.base import Account, AccountRefused, AnswerLost, GatewayError, Rejected
from messaging.gateways.entries import read_each
from messaging.gateways.http import Json, JsonClient, Patience

LABEL = "Aligo"
HOST = "https://kakaoapi.aligo.in"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_PAGES = 100


class Api:
    """Calls of Aligo; each raises AccountRefused, Rejected, Busy or AnswerLost."""

    def __init__(self, url: str, patience: Patience | None) -> None:
        self._client = JsonClient(url or HOST, patience=patience, word=_word)

    def post(self, path: str, form: bytes, account: Account) -> Json:
        """Post these fields after the account's own; the answer to a yes."""
        keys = {name: account.get(name, "") for name in ("apikey", "userid", "senderkey")}
        body = b"&".join(filter(None, (urlencode(keys).encode(), form)))
        answer = self._client.post(path, body, _FORM)
        code = _word(answer)
        if code == "0":
            return answer
        raise _refusal(code)

    def rows(self, path: str, fields: Mapping[str, str], account: Account) -> Iterator[Json]:
        """The rows of a list, page by page."""
        for page in range(1, _PAGES + 1):
            asked = {**fields, "page": str(page), "limit": str(PAGE)}
            answer = self.post(path, urlencode(asked).encode(), account)
            rows = rows_of(answer)
            yield from rows
            if not rows or page >= _pages(answer):
                return
        raise AnswerLost("too-many-pages")


def rows_of(answer: Json) -> list[Json]:
    """The answer's list. Raises AnswerLost where there is none."""
    found = answer.get("list")
    if not isinstance(found, list):
        raise AnswerLost("garbage")
    return list(read_each(found, dict, LABEL))


def _pages(answer: Json) -> int:
    told = str(answer.get("totalPage", 1))
    return int(told) if told.isascii() and told.isdigit() else 1


def _refusal(code: str) -> GatewayError:
    if code in ACCOUNT:
        return AccountRefused(code)
    if not code or code in DOUBTFUL:
        return AnswerLost(code or "garbage")
    return Rejected(code)


def _word(answer: Json) -> str:
    code = answer.get("code")
    return str(code)[:40] if isinstance(code, int | str) and not isinstance(code, bool) else ""
