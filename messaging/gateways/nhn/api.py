"""What NHN Cloud's services share on the wire: one shape of answer, pages, times and numbers.

An answer comes with HTTP 200 also where the request was refused: `header.isSuccessful` tells, and
`header.resultCode` why.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from messaging.gateways.base import Account, AccountRefused, AnswerLost, GatewayError, Rejected
from messaging.gateways.entries import first_time
from messaging.gateways.http import Json, JsonClient, Patience

# Times in requests and answers have no zone and are Korea's.
KST = ZoneInfo("Asia/Seoul")
PAGE = 1000  # rows; the most that a page holds
# For how long results are asked at once: SMS allows a day, of Alimtalk the documents say nothing.
SPAN = timedelta(hours=23)
# When a batch can have been taken: clocks differ, and a busy provider is tried again for a day.
BEFORE, AFTER = timedelta(hours=1), timedelta(days=3)
# How old a batch must be, by the provider's clock, before a list without it proves anything. No
# document says how soon the list knows; longer than any key is remembered and any call can hang.
LISTED_AFTER = timedelta(minutes=15)


Rows = Callable[[Json], list[Any]]


@dataclass(frozen=True, slots=True)
class Codes:
    """What a service's result codes mean; whatever is in neither set was refused for good.

    `account`: nothing is taken before somebody mends the account. `doubtful`: perhaps it was taken.
    """

    account: frozenset[str]
    doubtful: frozenset[str]


class Api:
    """Calls of one service. `root` is the part of its paths before the app key."""

    def __init__(
        self, url: str, root: str, codes: Codes, *, patience: Patience | None = None
    ) -> None:
        self._client = JsonClient(url, patience=patience, word=_word)
        self._root = root
        self._codes = codes

    def post(
        self,
        path: str,
        body: bytes,
        account: Account,
        *,
        headers: Mapping[str, str] | None = None,
        readable: Collection[str] = (),
    ) -> Json:
        """Send these bytes; the answer, also where its code is one of `readable`.

        Raises AccountRefused, Rejected, Busy or AnswerLost.
        """
        told = {**_secret(account), **(headers or {})}
        try:
            answer = self._client.post(self._path(path, account), body, told)
        except Rejected as error:
            raise self._refusal(error.code) from error
        return self._judge(answer, readable)

    def get(self, path: str, params: Mapping[str, str], account: Account) -> Json:
        """Ask; the answer to a success. Raises AccountRefused, Rejected, Busy or AnswerLost."""
        return self.get_dated(path, params, account)[0]

    def get_dated(
        self, path: str, params: Mapping[str, str], account: Account
    ) -> tuple[Json, datetime | None]:
        """As `get`, with the provider's own time."""
        whole = self._path(path, account)
        try:
            answer, at = self._client.get_dated(whole, params, _secret(account))
        except Rejected as error:
            raise self._refusal(error.code) from error
        return self._judge(answer), at

    def pages(
        self, path: str, params: Mapping[str, str], account: Account, rows_of: Rows
    ) -> Iterator[tuple[list[Any], datetime | None]]:
        """The rows of each page's answer, with the provider's time."""
        for page in count(1):
            asked = {**params, "pageNum": str(page), "pageSize": str(PAGE)}
            answer, at = self.get_dated(path, asked, account)
            rows = rows_of(answer)
            yield rows, at
            if len(rows) < PAGE:
                return

    def _path(self, path: str, account: Account) -> str:
        return f"{self._root}/{quote(account['app_key'], safe='')}{path}"

    def _judge(self, answer: Json, readable: Collection[str] = ()) -> Json:
        header = answer.get("header")
        if not isinstance(header, dict) or not isinstance(header.get("isSuccessful"), bool):
            raise AnswerLost("garbage")
        code = _word(answer)
        if header["isSuccessful"] or code in readable:
            return answer
        raise self._refusal(code)

    def _refusal(self, code: str) -> GatewayError:
        if code in self._codes.account:
            return AccountRefused(code)
        if not code or code in self._codes.doubtful:
            return AnswerLost(code or "no-code")
        return Rejected(code)


def entries_at(answer: Json, *names: str) -> list[Any]:
    """The list at this path, whatever is in it. Raises AnswerLost where there is none."""
    found: object = answer
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, list):
        raise AnswerLost("garbage")
    return found


def rows_at(answer: Json, *names: str) -> list[Json]:
    """The list of objects at this path. Raises AnswerLost where there is none.

    A body that is missing altogether is no empty list, and one that can't be read is not missing:
    nobody may conclude from either that a batch was never received.
    """
    found = entries_at(answer, *names)
    if not all(isinstance(row, dict) for row in found):
        raise AnswerLost("garbage")
    return found


def entries_in(*names: str) -> Rows:
    """`entries_at` this path."""
    return lambda answer: entries_at(answer, *names)


def rows_in(*names: str) -> Rows:
    """`rows_at` this path."""
    return lambda answer: rows_at(answer, *names)


def kst(moment: datetime) -> str:
    """A moment to the minute, as Alimtalk's requests name it: a clock in Korea."""
    return moment.astimezone(KST).strftime("%Y-%m-%d %H:%M")


def kst_seconds(moment: datetime) -> str:
    """The same to the second, as those of SMS do."""
    return moment.astimezone(KST).strftime("%Y-%m-%d %H:%M:%S")


def read_time(*texts: object) -> datetime | None:
    """The first of these that is a time; without a zone it is Korea's."""
    return first_time(texts, KST)


def spans(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The period in parts that may be asked for."""
    while since < until:
        end = min(since + SPAN, until)
        yield since, end
        since = end


def our_id(key: object) -> int | None:
    """The message that a grouping key names; None for one that others sent with this account."""
    text = str(key)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def batch_key(row: Json) -> str:
    """The key of the batch that a row is of; empty where it does not say."""
    return str(row.get("senderGroupingKey") or "")


def _secret(account: Account) -> dict[str, str]:
    return {"X-Secret-Key": account["secret_key"]}


def _word(answer: Json) -> str:
    header = answer.get("header")
    code = header.get("resultCode") if isinstance(header, dict) else None
    return "" if code is None else str(code)[:20]
