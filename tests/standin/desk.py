"""What the stand-in answers to a request, faults aside from those that concern the connection."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.standin.checks import BadRequestError, check_key, read_messages
from tests.standin.faults import BEFORE, Fault, Faults
from tests.standin.ledger import Ledger, Taken

ACCEPTED, DELIVERED, UNDELIVERED = "2000", "1000", "3018"
BATCHES_A_REPORT = 10


@dataclass(frozen=True)
class Request:
    """A request as it was read; header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def sha256(self) -> str:
        """Of the body: whether bytes are the same."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; `delay` in seconds, `cut` after half of it, `closes` without any.

    `date` is the provider's own clock, in an HTTP header's words.
    """

    status: int
    body: bytes
    retry_after: float = 0
    delay: float = 0
    cut: bool = False
    closes: bool = False
    date: str = ""


def _json(status: int, content: Any) -> Response:
    return Response(status, json.dumps(content).encode())


class Desk:
    """Takes batches, answers questions, gives reports, and is told how to misbehave."""

    def __init__(self, ledger: Ledger, faults: Faults, *, remembers: float, code: str) -> None:
        self._ledger = ledger
        self._faults = faults
        self._remembers = remembers
        self._code = code

    def fault_for(self, request: Request) -> Fault:
        """What goes wrong with this request; only sending and asking ever do."""
        return self._faults.next() if request.target.startswith("/messages") else Fault()

    def answer(self, request: Request, fault: Fault) -> Response:
        """Do what is asked, unless the fault says otherwise."""
        path = urlsplit(request.target).path
        if (request.method, path) == ("POST", "/messages"):
            key = request.headers.get("idempotency-key", "")
            self._ledger.write({"seen": key, "sha256": request.sha256, "fault": fault.name})
        if fault.name in BEFORE:
            return spoilt(fault, Response(500, b""))
        try:
            response = self._route(request, path)
        except BadRequestError as error:
            self._ledger.write({"wrong": str(error)})
            response = _json(400, {"error": str(error)})
        return spoilt(fault, response)

    def _route(self, request: Request, path: str) -> Response:
        asked = parse_qs(urlsplit(request.target).query)
        match request.method, path:
            case "POST", "/messages":
                return self._take(request)
            case "GET", "/messages":
                return self._tell(asked.get("key", [""])[0])
            case "GET", "/reports":
                return self._report(int(asked.get("after", ["0"])[0]))
            case "POST", "/faults":
                self._faults.tell(json.loads(request.body)["faults"])
                return _json(200, {})
            case "POST", "/forget":
                self._ledger.forget()
                return _json(200, {})
        raise BadRequestError(f"there is no {request.method} {path}")

    def _take(self, request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise BadRequestError("Content-Type: wanted application/json")
        key = request.headers.get("idempotency-key", "")
        check_key(key)
        known = self._remembered(key)
        if known is None:
            messages = read_messages(request.body)
            known = self._ledger.take(key, request.sha256, messages, self._code)
        elif known.sha256 != request.sha256:
            self._ledger.write({"wrong": f"other bytes under the key {key}"})
            return _json(409, {"error": "other bytes under a used key"})
        return Response(200, known.answer())

    def _tell(self, key: str) -> Response:
        check_key(key)
        for taken in reversed(self._ledger.order):  # what was taken is known longer than its key
            if taken.key == key:
                return Response(200, taken.answer())
        return _json(404, {"error": "never received"})

    def _remembered(self, key: str) -> Taken | None:
        known = self._ledger.known.get(key)
        return known if known and time.time() < known.at + self._remembers else None

    def _report(self, after: int) -> Response:
        """What became of accepted messages, some batches at a time."""
        batches = self._ledger.order[after : after + BATCHES_A_REPORT]
        return _json(
            200,
            {
                "next": after + len(batches),
                "reports": [report for taken in batches for report in _reports(taken)],
            },
        )


def _reports(taken: Taken) -> list[dict[str, str]]:
    dead = set(taken.undeliverable)
    return [
        {"key": taken.key, "id": pk, "code": UNDELIVERED if pk in dead else DELIVERED}
        for pk, code in taken.results
        if code in (ACCEPTED, DELIVERED)
    ]


def spoilt(fault: Fault, right: Response) -> Response:
    """What the client gets in place of the right answer."""
    match fault.name:
        case "500-before" | "500-after":
            return Response(500, b"<h1>Internal Server Error</h1>")
        case "401":
            return _json(401, {"error": "closed"})
        case "429" | "503":
            return Response(int(fault.name), b'{"error": "later"}', retry_after=fault.seconds)
        case "garbage":
            return Response(right.status, b"<html>\xff" + right.body[:20])
        case "half":
            return Response(right.status, right.body, cut=True)
        case "nothing" | "nothing-before":
            return Response(right.status, b"", closes=True)
        case "no-ids":
            return Response(right.status, b'{"request": "r-0", "results": []}')
        case "late":
            return Response(right.status, right.body, delay=fault.seconds)
    return right
