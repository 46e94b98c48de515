"""What the database tells of messages, and the lines in which accounts are kept."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from messaging.models import Batch, Message, Outcome, State


@dataclass(frozen=True, slots=True)
class Line:
    """How many there are of what; `wrong` names those that should not be so."""

    what: str
    count: int
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Told:
    """A message as the database tells of it; `provider` is its gateway's, empty without one."""

    batch: int
    state: State
    joined: bool
    provider: str = ""


Messages = Mapping[int, Told]


def all_messages() -> Messages:
    """All of them, with their own state or their batch's; without a batch they wait for ever."""
    own = dict(Outcome.objects.values_list("message_id", "state"))
    found = Batch.objects.values_list("pk", "state", "gateway__provider")
    shared = {pk: (state, provider or "") for pk, state, provider in found}
    return {
        pk: Told(batch, State(own.get(pk, state)), joined is not None, provider)
        for pk, batch, joined in Message.objects.values_list("pk", "batch_id", "joined_id")
        for state, provider in [shared.get(batch, (State.WAITING, ""))]
    }


def named(wrong: Collection[int]) -> tuple[int, list[str]]:
    """How many, and which, where none should be."""
    return len(wrong), [f"message {pk}" for pk in sorted(wrong)]
