"""The providers that speak HTTP, each as its tests have it, with faults at random and a ledger."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from random import Random
from threading import Lock
from typing import Any

from messaging.gateways import Webhook
from messaging.links import read_token
from tests.providers.aligo.desk import AligoDesk
from tests.providers.fcm import google
from tests.providers.loopback import Stand
from tests.providers.nhn.answers import webhook
from tests.providers.nhn.desk import NhnDesk
from tests.providers.solapi.desk import SolapiDesk
from tests.standin.desk import Request, Response
from tests.standin.faults import Faults

# The share of requests that go wrong, and of questions at which everything has reached its end.
FAULTS, ENDS = 0.12, 0.3
# An app's token that begins so is of nobody.
NO_APP = "gone"
HOOKED = "MESSAGE_RESULT_UPDATE"


class End(Enum):
    """What became of a message that a provider took; UNTOLD: it tells nobody."""

    DELIVERED = auto()
    FELL_BACK = auto()
    FAILED = auto()
    UNTOLD = auto()


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that the provider of that name took, `at` by the fast clock."""

    provider: str
    message: int
    at: datetime | None
    end: End


class Fickle(Stand):
    """A desk whose requests go wrong at random, until it is to behave."""

    def __init__(self, clock: Callable[[], datetime], seed: int) -> None:
        super().__init__()
        self._faults = Faults(FAULTS, seed)
        self._clock = clock
        self.dice = Random(seed)  # noqa: S311 - dice, not secrets
        self.lock = Lock()

    def behave(self) -> None:
        """Nothing goes wrong any more."""
        self._faults = Faults(0, 0)

    def fault_for(self, request: Request) -> Any:
        """What goes wrong; a chaos may be long, so nothing is kept of the request."""
        fault = super().fault_for(request)
        self.requests.clear()
        self.answered.clear()
        return fault

    def answer(self, request: Request, fault: Any) -> Response:
        """By the fast clock."""
        with self.lock:
            self.now = self._clock()
            return super().answer(request, fault)


class Nhn(Fickle, NhnDesk):
    """Alimtalk and text."""

    def book(self) -> Iterator[Taken]:
        """What it took of both."""
        for row in self.rows:
            pk = int(row["recipientGroupingKey"])
            if not row["resultCode"].startswith("-") or row.get("resendStatus") == "RSC04":
                yield Taken(_service(row), pk, row["at"], _nhn_end(row))

    def hooks(self) -> Iterator[tuple[str, Webhook]]:
        """Its calls about all it took, by the service's name; of the text instead they say nothing.

        A hook names when it was asked for at least.
        """
        with self.lock:
            rows = list(self.rows)
        self.dice.shuffle(rows)
        for name in ("nhn_alimtalk", "nhn_sms"):
            told = [_hook(row) for row in rows if _service(row) == name]
            yield name, webhook(HOOKED, told)


def _service(row: dict[str, Any]) -> str:
    return "nhn_alimtalk" if row["service"] == "alimtalk" else "nhn_sms"


def _hook(row: dict[str, Any]) -> dict[str, Any]:
    told = {name: row[name] for name in ("requestId", "recipientGroupingKey", "resultCode")}
    return told | {"requestDate": f"{row['at']:%Y-%m-%d %H:%M:%S}"}


def _nhn_end(row: dict[str, Any]) -> End:
    if row.get("resendStatus") == "RSC04":
        return End.FELL_BACK
    return {"1000": End.DELIVERED, "3005": End.UNTOLD}.get(row["resultCode"], End.FAILED)


class Solapi(Fickle, SolapiDesk):
    """Alimtalk and text; what it took reaches its end at some question."""

    def route(self, request: Request) -> Response:
        """Messages reach their end before some questions."""
        if request.method == "GET" and self.dice.random() < ENDS:
            self.deliver()
        return super().route(request)

    def hook(self) -> Webhook:
        """Its call about all it took."""
        with self.lock:
            headers, body = self.webhook(flat=self.dice.random() < 0.5)
        return Webhook(headers, body)

    def book(self) -> Iterator[Taken]:
        """What it took, all of which has reached its end."""
        for row in self.rows:
            at, pk = datetime.fromisoformat(row["dateCreated"]), row["customFields"]["id"]
            yield Taken("solapi", int(pk), at, _solapi_end(row))


def _solapi_end(row: dict[str, Any]) -> End:
    if row["statusCode"] != "4000":
        return End.FAILED
    return End.FELL_BACK if row["replacement"] else End.DELIVERED


class Aligo(Fickle, AligoDesk):
    """Alimtalk. It is told no id of ours: a message is known by the link in its button."""

    def __init__(self, clock: Callable[[], datetime], seed: int) -> None:
        super().__init__(clock, seed)
        self._book: list[tuple[int, datetime, dict[str, Any]]] = []

    def _take(self, form: dict[str, str]) -> Response:
        answer = super()._take(form)
        rows = next(reversed(self.sent.values()))
        for place, row in enumerate(rows, 1):
            self._book.append((_linked(form[f"button_{place}"]), self.now, row))
        return answer

    def _results(self, form: dict[str, str]) -> Response:
        if self.dice.random() < ENDS:
            self.deliver()
        return super()._results(form)

    def book(self) -> Iterator[Taken]:
        """What it took; where text took over it does not say what became of that."""
        for pk, at, row in self._book:
            end = End.DELIVERED if row["rslt"] == "0000" else End.FAILED
            yield Taken("aligo", pk, at, End.UNTOLD if row.get("smid") else end)


def _linked(buttons: str) -> int:
    links = [each["linkMo"] for each in json.loads(buttons)["button"] if "linkMo" in each]
    known = read_token(links[0].rpartition("/")[2])
    return known[0] if known else 0


class Google(Fickle, google.Google):
    """Push. Its tokens are kept across messages: a message is known by what its data says."""

    def __init__(self, clock: Callable[[], datetime], seed: int) -> None:
        super().__init__(clock, seed)
        self._book: list[tuple[int, datetime]] = []

    def _send(self, request: Request) -> Response:
        to = json.loads(request.body)["message"]["token"]
        if to.startswith(NO_APP):
            self.answers[to] = "UNREGISTERED"
        return super()._send(request)

    def _keep(self, message: dict[str, Any]) -> None:
        self._book.append((int(message["data"]["message"]), self.now))

    def book(self) -> Iterator[Taken]:
        """What it took; nobody is told what became of it."""
        for pk, at in self._book:
            yield Taken("fcm", pk, at, End.UNTOLD)
