"""What providers that speak JSON over HTTP share: one call, and what each of its ends means.

| what happens | what it means |
| --- | --- |
| no connection; 408, 425, 429; 503 that says when to come back | `Busy`: nothing was taken |
| any other 4xx | `Rejected`: the same again would be refused again |
| 3xx, any other 5xx, no answer in time, none at all, half of one, one that is no JSON object | \
`AnswerLost`: perhaps it was taken |
| a success that does not name our messages | `AnswerLost` with `NO_IDS` |

A proxy answers 500, 502, 503 and 504 also for what the provider behind it took, and a redirect may
stand for "done, look there". So these are in doubt, and nothing is ever repeated or followed here:
`messaging.dispatch` decides what is sent again. A provider that refuses a key which it has seen
(NHN's -1005) has taken the batch: its gateway raises `AnswerLost`, or asks at once.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from ssl import SSLCertVerificationError
from typing import Any

import orjson
import requests
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from messaging.gateways.base import AnswerLost, Answers, Busy, Rejected
from messaging.gateways.deadlines import PunctualAdapter, deadline
from messaging.models import State

CONNECTIONS = 16  # as many as threads dispatch
LARGEST_ANSWER = 16 * 2**20  # bytes; ten thousand messages' results take 5 MB
LONGEST_WAIT = timedelta(hours=1)
NO_IDS = "no-ids"
_CHUNK = 2**16
_NOT_TAKEN = {408, 425, 429}

Json = dict[str, Any]
Word = Callable[[Json], str]


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait: for a connection, for the next bytes, for the whole call.

    The last byte has gone or come at most `whole` seconds after the call began, its connection
    included. A call may end `connect` later, with nothing sent, where a connection comes too late.
    Both must be well below `messaging.freezing.LEASE`: after that another worker takes the batch
    up.
    """

    connect: float = 5
    silence: float = 30
    whole: float = 75


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class JsonClient:
    """Calls of one host; may be used by many threads at once.

    `word` finds the provider's own word for a refusal in its answer; without one it is the status.
    """

    def __init__(
        self, url: str, *, patience: Patience | None = None, word: Word = lambda _answer: ""
    ) -> None:
        self._url = url.rstrip("/")
        self._patience = patience or Patience()
        self._word = word
        self._session = _session()

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Json:
        """Send these very bytes; the answer to a success. Raises Rejected, Busy or AnswerLost."""
        return self._call(
            "POST", path, headers={"Content-Type": "application/json", **headers}, data=body
        )

    def put(self, path: str, body: bytes, headers: Mapping[str, str]) -> Json:
        """As `post`, for what changes something that is there."""
        return self._call(
            "PUT", path, headers={"Content-Type": "application/json", **headers}, data=body
        )

    def get(self, path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Json:
        """Ask something; the answer to a success. Raises Rejected, Busy or AnswerLost."""
        return self._call("GET", path, headers=headers, params=params)

    def get_dated(
        self, path: str, params: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[Json, datetime | None]:
        """As `get`, with the time by the provider's own clock, where its answer tells it."""
        reply = self._reply("GET", path, headers=headers, params=params)
        return self._judge(reply), _date(reply.headers.get("Date", ""))

    def _call(self, method: str, path: str, **request: Any) -> Json:
        return self._judge(self._reply(method, path, **request))

    def _reply(self, method: str, path: str, **request: Any) -> Reply:
        try:
            return self._exchange(method, path, request)
        except (requests.RequestException, HTTPError) as error:
            raise _without_an_answer(error) from error

    def _exchange(self, method: str, path: str, request: dict[str, Any]) -> Reply:
        patience = self._patience
        with (
            deadline(patience.whole, patience.silence),
            self._session.request(
                method,
                self._url + path,
                timeout=(patience.connect, patience.silence),
                allow_redirects=False,
                stream=True,
                **request,
            ) as response,
        ):
            body = self._read(response)
            return Reply(response.status_code, response.headers, body)

    def _read(self, response: requests.Response) -> bytes:
        """The whole body, unless it is too long."""
        body = bytearray()
        while chunk := response.raw.read1(_CHUNK, decode_content=False):
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise AnswerLost("too-long")
        return bytes(body)

    def _judge(self, reply: Reply) -> Json:
        answer = _object(reply.body)
        if 200 <= reply.status < 300:
            if answer is None:
                raise AnswerLost("garbage")
            return answer
        code = self._word(answer or {}) or str(reply.status)
        wait = _wait(reply.headers)
        if reply.status in _NOT_TAKEN or (reply.status == 503 and wait is not None):
            raise Busy(code, wait)
        if 400 <= reply.status < 500:
            raise Rejected(code)
        raise AnswerLost(code)


def answers(
    said: Mapping[int, tuple[State, str]], sent: Collection[int], reference: str = ""
) -> Answers:
    """The answers to a batch, from the state and the provider's word of each of its messages.

    A refusal stays the message's own, even where all were refused: a batch has no word. Raises
    AnswerLost where one of those sent is missing.
    """
    if not sent or not said.keys() >= set(sent):
        raise AnswerLost(NO_IDS)
    taken = Counter(state for state, _word in said.values() if state != State.FAILED)
    state = taken.most_common(1)[0][0] if taken else State.SENT
    return Answers(state, {pk: each for pk, each in said.items() if each[0] != state}, reference)


def _session() -> requests.Session:
    """Without what requests does by itself: retries, cookies, ~/.netrc, proxies, packed answers."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"User-Agent": "Dangol", "Accept-Encoding": "identity"})
    adapter = PunctualAdapter(pool_connections=1, pool_maxsize=CONNECTIONS, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _without_an_answer(error: Exception) -> Busy | AnswerLost:
    """Busy only where it is certain that no byte of ours went out."""
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None)
    if isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError):
        return Busy("no-connection")
    if any(isinstance(arg, SSLCertVerificationError) for arg in getattr(reason, "args", ())):
        return Busy("certificate")
    while_sending = any(isinstance(arg, TimeoutError) for arg in getattr(cause, "args", ()))
    if while_sending or isinstance(error, requests.Timeout | ReadTimeoutError):
        return AnswerLost("timeout")
    return AnswerLost("cut-off")


def _object(body: bytes) -> Json | None:
    try:
        found = orjson.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _wait(headers: Mapping[str, str]) -> timedelta | None:
    """`Retry-After`, in seconds or as a date beside the answer's own; at most LONGEST_WAIT."""
    asked = headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return timedelta(seconds=min(int(asked[:9]), LONGEST_WAIT.total_seconds()))
    then, now = _date(asked), _date(headers.get("Date", ""))
    return min(max(then - now, timedelta(0)), LONGEST_WAIT) if then and now else None


def _date(text: str) -> datetime | None:
    """An HTTP date, which always has a zone."""
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
