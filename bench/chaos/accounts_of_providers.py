"""What the providers in town took, by their own ledgers, against what became of it here."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from bench.chaos.desks import End, Taken
from bench.chaos.told import Line, Messages, named
from messaging.models import State

# Those that can't be asked what became of a batch, or do not promise that they know.
MAY_BE_UNKNOWN = ("solapi", "aligo", "fcm", "smtp")
# Where the answer was lost, nobody is ever told by these, not even later.
NEVER_TELL = ("aligo",)
PROVIDERS = ("nhn_alimtalk", "nhn_sms", "solapi", "aligo", "fcm", "smtp")
INBOX = "inbox"
# What a message may be here, by what became of it there, when all reports are in.
ENDS = {
    End.DELIVERED: {State.DELIVERED},
    End.FELL_BACK: {State.DELIVERED},
    End.FAILED: {State.FAILED},
    End.UNTOLD: {State.SENT, State.UNKNOWN},
}


def accounts_of_providers(
    messages: Messages, taken: Sequence[Taken], wrong: Sequence[str]
) -> Iterator[Line]:
    """Each provider's."""
    by_provider: dict[str, list[Taken]] = defaultdict(list)
    for one in taken:
        by_provider[one.provider].append(one)
    for provider in PROVIDERS:
        yield from _of(provider, messages, by_provider[provider])
    boxed = {pk: told.state for pk, told in messages.items() if told.provider == INBOX}
    lost = [pk for pk, state in boxed.items() if state not in (State.DELIVERED, State.LEFT_OUT)]
    yield Line(f"{INBOX}: messages", len(boxed), named(lost)[1])
    yield Line("what no client may send to any of them", len(wrong), list(wrong))


def _of(provider: str, messages: Messages, taken: Sequence[Taken]) -> Iterator[Line]:
    ours = {pk: told.state for pk, told in messages.items() if told.provider == provider}
    times = Counter(one.message for one in taken)
    twice = [f"message {pk} was taken {n} times" for pk, n in times.items() if n > 1]
    foreign = [f"message {pk} does not go this way" for pk in times.keys() - ours.keys()]
    yield Line(f"{provider}: messages that it took", len(times), twice + foreign)
    states = Counter(ours.values())
    for state in (State.DELIVERED, State.SENT, State.FAILED, State.LEFT_OUT):
        yield Line(f"  {state.name.lower().replace('_', ' ')}", states[state])
    yield Line("  unknown", states[State.UNKNOWN], list(_unknown(provider, ours, times)))
    yield Line("  ended otherwise there", *named(_otherwise(provider, ours, taken)))
    yield Line("  sent, and not taken", *named(_not_taken(ours, times)))


def _unknown(provider: str, ours: dict[int, State], times: Counter[int]) -> Iterator[str]:
    if provider not in MAY_BE_UNKNOWN:
        for pk, state in sorted(ours.items()):
            if state == State.UNKNOWN:
                yield f"message {pk}, and the provider could be asked (taken: {times[pk]})"


def _otherwise(provider: str, ours: dict[int, State], taken: Sequence[Taken]) -> set[int]:
    never = {State.UNKNOWN} if provider in NEVER_TELL else set()
    return {
        one.message
        for one in taken
        if one.message in ours and ours[one.message] not in ENDS[one.end] | never
    }


def _not_taken(ours: dict[int, State], times: Counter[int]) -> set[int]:
    good = {pk for pk, state in ours.items() if state in (State.SENT, State.DELIVERED)}
    return good - times.keys()
