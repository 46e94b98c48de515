"""What the stand-in saw, from the log that it leaves (`tests.standin.ledger`)."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tests.standin.desk import ACCEPTED, DELIVERED
from tests.standin.faults import TURNED_AWAY
from tests.standin.ledger import Taken, taken_from


class Request(NamedTuple):
    """A request with a batch; `turned_away` where it was told that nothing was taken."""

    key: str
    sha256: str
    turned_away: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """Every request with a batch, what was taken, and what nobody may do."""

    requests: list[Request] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def times(self) -> Counter[int]:
        """How often each message was taken, those included that were then refused."""
        return Counter(int(pk) for taken in self.taken for pk, _code in taken.results)

    @property
    def accepted(self) -> set[int]:
        """The messages that the stand-in would have brought to somebody."""
        good = (ACCEPTED, DELIVERED)
        return {int(pk) for taken in self.taken for pk, code in taken.results if code in good}

    @property
    def dead(self) -> set[int]:
        """Of these, the messages that nobody could be reached with in the end."""
        return {int(pk) for taken in self.taken for pk in taken.undeliverable}


def read(log: Path) -> Seen:
    """From the log; a last line that was cut off was answered to nobody."""
    seen = Seen()
    for line in log.read_bytes().splitlines(keepends=True):
        if line.endswith(b"\n"):
            record = json.loads(line)
            if "seen" in record:
                turned_away = record["fault"] in TURNED_AWAY
                seen.requests.append(Request(record["seen"], record["sha256"], turned_away))
            elif "taken" in record:
                seen.taken.append(taken_from(record))
            elif "wrong" in record:
                seen.wrong.append(record["wrong"])
    return seen
