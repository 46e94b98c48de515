"""One batch over one connection, and what became of each letter.

| what happens | the letter |
| --- | --- |
| the server takes it (2xx) | sent |
| 5xx to its address, DATA or itself | failed, with the code; 5.1.1, 5.1.10: its address is dead |
| 4xx | again, later |
| the connection is lost before its last byte | again: a server does not take half a letter |
| the connection is lost after that, before the answer | unknown |
| the sender is refused, or the time is over | it and all after it: again |

A letter goes out together with the next one's envelope, where the server lets it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import NamedTuple

from messaging.gateways.base import AccountRefused, Answers, Busy
from messaging.gateways.smtp.conversation import Conversation, Lost, Reply
from messaging.models import State

# A server that has no time, or a lost connection; an address that is to be tried later (greylists
# let a letter in after some five minutes).
SOON, LATER = timedelta(minutes=1), timedelta(minutes=6)
DEAD = ("5.1.1", "5.1.10")
_CLOSING = 421
_GO_ON = 354


class Letter(NamedTuple):
    """A finished letter: the message's id, its address, all its bytes."""

    id: int
    to: str
    content: bytes


@dataclass(slots=True)
class Result:
    """What became of letters, by message id. `trouble` is why the last ones had to wait."""

    sent: list[int] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)
    unknown: dict[int, str] = field(default_factory=dict)
    again: list[int] = field(default_factory=list)
    dead: list[int] = field(default_factory=list)
    wait: timedelta = SOON
    trouble: str = "too-slow"
    refused: bool = False

    def answers(self) -> Answers:
        """As the house wants it. Raises AccountRefused or Busy where nothing became of any."""
        if not (self.sent or self.failed or self.unknown):
            raise AccountRefused(self.trouble) if self.refused else Busy(self.trouble, self.wait)
        state = State.UNKNOWN if self.unknown else State.SENT
        said = {pk: (State.FAILED, code) for pk, code in self.failed.items()}
        if self.unknown:  # what is sent is the exception: it says more than its batch
            said |= dict.fromkeys(self.sent, (State.SENT, ""))
        return Answers(
            state,
            said,
            again=frozenset(self.again),
            wait=self.wait if self.again else None,
            dead=frozenset(self.dead),
        )


class Delivery:
    """Letters from one sender over one conversation; none is begun after `latest` (monotonic)."""

    def __init__(self, talk: Conversation, *, sender: str, latest: float, result: Result) -> None:
        self._talk = talk
        self._mail = f"MAIL FROM:<{sender}>\r\n".encode()
        self._latest = latest
        self._result = result
        self._over = False
        # What goes out before the next envelope: a letter that the server waits for, or RSET.
        self._before: tuple[Letter | None, bytes] | None = None

    def hand_over(self, letters: Iterable[Letter]) -> bool:
        """Hand over all, as far as that goes, and note in the result what became of them.

        Whether the server can still be talked to.
        """
        for letter in letters:
            if self._over or monotonic() > self._latest:
                self._result.again.append(letter.id)
            else:
                self._begin(letter)
        if not self._over and self._before:
            self._ask()
        return not self._over

    def _begin(self, letter: Letter) -> None:
        """Give the envelope, after what goes before it."""
        heard = self._ask(self._mail, f"RCPT TO:<{letter.to}>\r\n".encode(), b"DATA\r\n")
        if heard is None:
            self._result.again.append(letter.id)
            return
        mail, rcpt, data = heard
        if not mail.is_good:
            self._refuse(letter, mail)
        elif rcpt.is_good and data.code == _GO_ON:
            self._write(letter)
        elif rcpt.is_good and data.is_good:
            self._stop(letter, "garbage")
        else:
            self._judge(letter, data if rcpt.is_good else rcpt)
            # A server that wants a letter for nobody gets an empty one (RFC 2920, 3.1).
            self._before = (None, b".\r\n" if data.code == _GO_ON else b"RSET\r\n")

    def _write(self, letter: Letter) -> None:
        """The server waits for it; too late it gets none, and none that has begun ends."""
        if monotonic() > self._latest:
            self._stop(letter, "too-slow")
        else:
            self._before = (letter, letter.content + b".\r\n")

    def _ask(self, *commands: bytes) -> list[Reply] | None:
        """The replies to the commands, after what goes before them.

        None where we are cut off, or the server closes.
        """
        letter, first = self._before or (None, b"")
        asked = (first, *commands) if first else commands
        self._before = None
        try:
            heard = self._talk.ask(*asked)
        except Lost as lost:
            self._lose(letter, len(first), lost)
            return None
        if letter:
            self._judge(letter, heard[0])
        for reply in heard:
            if reply.code == _CLOSING:
                self._over, self._result.trouble, self._result.wait = True, reply.word, LATER
                return None
        return heard[1:] if first else heard

    def _lose(self, letter: Letter | None, length: int, lost: Lost) -> None:
        """What a lost connection means for the letter that was on its way."""
        self._over, self._result.trouble = True, lost.code
        if letter is None:
            return
        if lost.heard:
            self._judge(letter, lost.heard[0])
        elif lost.sent >= length:
            self._result.unknown[letter.id] = lost.code
        else:
            self._result.again.append(letter.id)

    def _judge(self, letter: Letter, reply: Reply) -> None:
        """What the server's word means for the letter."""
        if reply.is_good:
            self._result.sent.append(letter.id)
        elif reply.is_final:
            self._result.failed[letter.id] = reply.word
            if reply.enhanced in DEAD:
                self._result.dead.append(letter.id)
        else:
            self._result.again.append(letter.id)
            self._result.wait, self._result.trouble = LATER, reply.word

    def _refuse(self, letter: Letter, mail: Reply) -> None:
        """The sender is refused: so it would be with every other letter."""
        self._result.refused = mail.is_final
        self._stop(letter, mail.word)

    def _stop(self, letter: Letter, trouble: str) -> None:
        """Nothing more goes over this connection."""
        self._result.again.append(letter.id)
        self._result.trouble = trouble
        self._over = True
