"""The mail server of a chaos."""

import re
from collections.abc import Iterator
from random import Random

from bench.chaos.desks import End, Taken
from tests.providers.smtp.office import HANG_UP, SILENCE, Office

# Addresses that do not exist, and boxes that are full, begin so.
GONE, FULL = "gone", "full"
_ID = re.compile(rb"^Message-ID:\s*<(\d+)\.", re.IGNORECASE | re.MULTILINE)
# What goes wrong: at which command, how often, and what is said. After a letter it has been taken.
_TROUBLE = (
    ("GREETING", 0.05, "421 4.3.2 not now"),
    ("MAIL", 0.03, "451 4.3.0 later"),
    ("RCPT", 0.03, "450 4.2.0 greylisted"),
    ("LETTER", 0.03, HANG_UP),
    ("LETTER", 0.01, SILENCE),
)


class Mail(Office):
    """Takes letters, refuses some addresses, and now and then loses its answer."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.behaves = False
        self.bad: list[str] = []
        self._dice = Random(seed)  # noqa: S311 - dice, not secrets

    def reply_to(self, what: str, usual: str) -> str:
        """As usual, if nothing happens."""
        if what.startswith(f"RCPT TO:<{GONE}"):
            return "550 5.1.1 nobody"
        if what.startswith(f"RCPT TO:<{FULL}"):
            return "552 5.2.2 full"
        if not self.behaves:
            for command, share, reply in _TROUBLE:
                if what.startswith(command) and self._dice.random() < share:
                    return reply
        return usual

    def keep_what_was_wrong(self) -> None:
        """For the accounts: at its end the server would stumble over it."""
        self.bad, self.wrong = self.wrong, []

    def book(self) -> Iterator[Taken]:
        """Each letter that was taken; nobody is told what became of it."""
        for letter in self.taken:
            found = _ID.search(letter.content)
            yield Taken("smtp", int(found[1]) if found else 0, None, End.UNTOLD)
