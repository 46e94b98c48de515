"""One message as a merchant reads it: its words, its state, its life line, and what to do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from messaging.gateways.smtp.letter import Sentence, words_of
from messaging.models import Batch, Channel, Message, Outcome, Purpose, RunState, State, Tap, Topic
from messaging.reasons import ADVICE, Advice, reason_words
from messaging.rendering import finished_buttons, of_batch, with_link
from messaging.verdicts import CUSTOMER_FIELD
from messaging.wording import VARIABLES, Locale, Part
from orders.masking import mask_email, mask_id, mask_name, mask_phone, show_phone


@dataclass(frozen=True, slots=True)
class Letter:
    """The text as it was, or will be, sent, and its buttons.

    `refusals` are the sentences with which advertising mail ends.
    """

    channel: Channel
    shop_name: str
    title: list[Part]
    parts: list[Part]
    buttons: list[dict[str, str]]
    refusals: list[Sentence]


@dataclass(frozen=True, slots=True)
class Step:
    """A moment of a message's life. `look` colours it: "", wait, bad or mute."""

    at: datetime
    words: str
    look: str = ""


def own_outcome(message: Message) -> Outcome | None:
    """The message's own outcome; None where it is as its batch is."""
    return getattr(message, "outcome", None)


def state_of(message: Message) -> State:
    """What became of it."""
    outcome = own_outcome(message)
    return State(outcome.state if outcome else message.batch.state)


def reason_of(message: Message) -> str:
    """Why it was left out (a `Reason`) or failed (the provider's own word); else empty."""
    outcome = own_outcome(message)
    return str(outcome.reason if outcome else message.batch.reason)


def is_on_hold(message: Message) -> bool:
    """Whether it waits because its run is paused."""
    return state_of(message) == State.WAITING and message.batch.run.state == RunState.PAUSED


def happened_at(message: Message) -> datetime:
    """When the last thing happened to it."""
    outcome, batch = own_outcome(message), message.batch
    return outcome.at if outcome else batch.settled_at or batch.frozen_at or batch.planned_at


def recipient_name(message: Message, *, masked: bool) -> str:
    """Whom it is for; a test's name was masked when it was drawn."""
    name = message.customer.name if message.customer else str(message.variables.get("name") or "")
    return mask_name(name) if masked else name


def recipient_address(message: Message, *, masked: bool) -> str:
    """Where it went, or would go, as people write it; empty for none."""
    channel = Channel(message.batch.channel or Channel.ALIMTALK)
    address = message.address
    if not address and message.customer:
        address = getattr(message.customer, CUSTOMER_FIELD[channel])
    return write_address(channel, address, masked=masked)


def write_address(channel: Channel, address: str, *, masked: bool) -> str:
    """An address of a channel as people write it.

    An app's token says nothing to anybody: of it only the end is shown.
    """
    if channel in (Channel.ALIMTALK, Channel.TEXT):
        return (mask_phone if masked else show_phone)(address)
    if channel == Channel.PUSH:
        return f"…{address[-4:]}" if address else ""
    masking = mask_email if channel == Channel.EMAIL else mask_id
    return masking(address) if masked else address


def about(message: Message) -> str:
    """What it is about, in the words that fill it in: the coupons' names."""
    if "coupon" not in message.variables:
        return ""
    name = VARIABLES[Topic.COUPON]["쿠폰명"]
    return name.write(message.variables, Locale.of(message.shop), 0)


def letter(message: Message, *, masked: bool) -> Letter | None:
    """The text rendered again from its revision; None without wording, or once erased (F9)."""
    batch = message.batch
    if batch.revision is None or not message.variables:
        return None
    wording = of_batch(batch, message.shop)
    title, parts = wording.parts(with_link(message), masked=masked)
    return Letter(
        channel=wording.channel,
        shop_name=message.shop.name,
        title=title,
        parts=parts,
        buttons=finished_buttons(batch.revision.buttons, message.url),
        refusals=_refusals(message) if wording.channel == Channel.EMAIL else [],
    )


def _refusals(message: Message) -> list[Sentence]:
    """How a letter says to refuse more advertising."""
    revision = message.batch.revision
    if revision is None or revision.template.purpose != Purpose.ADVERTISING:
        return []
    return list(words_of(message.shop.country).refusing)


def life_line(message: Message) -> list[Step]:
    """Everything that was decided about a message and happened to it, oldest first (F2)."""
    steps = [
        Step(past.since, _("Left out: %(reason)s") % {"reason": past.get_reason_display()}, "mute")
        for past in message.past_reasons.order_by("since", "pk")
    ]
    steps += [*_planned(message, decided_again=bool(steps)), *_sending(message.batch, message)]
    later = [step for step in (_end(message), _tapped(message)) if step]
    return steps + sorted(later, key=lambda step: step.at)


def _tapped(message: Message) -> Step | None:
    """The first tap on a link in it, and how many there were by now (F7)."""
    taps = Tap.objects.filter(message=message).aggregate(count=Count("pk"), first=Min("at"))
    if not taps["count"]:
        return None
    words = ngettext(
        "A link in it was tapped", "A link in it was tapped, %(n)s times by now", taps["count"]
    )
    return Step(taps["first"], words % {"n": taps["count"]})


def _planned(message: Message, *, decided_again: bool) -> list[Step]:
    batch = message.batch
    if batch.state == State.LEFT_OUT and batch.settled_at is None:
        return []  # it was left out when it was decided: the end says so
    words = _("Decided again, and planned") if decided_again else _("Planned")
    return [Step(batch.planned_at, words)]


def _sending(batch: Batch, message: Message) -> list[Step]:
    """Waiting for the opening, and handing over."""
    steps = []
    if batch.not_before and batch.not_before > batch.planned_at:
        steps.append(Step(batch.not_before, _("The waiting for the sending hours ends"), "wait"))
    outcome = own_outcome(message)
    if batch.frozen_at and not (outcome and outcome.state == State.LEFT_OUT):
        steps.append(Step(batch.frozen_at, _("Handed over to the provider")))
    if batch.tried_since and batch.state == State.WAITING and batch.turn:
        words = _("The provider was busy; the next try, number %(n)s") % {"n": batch.attempt + 1}
        steps.append(Step(batch.turn, words, "wait"))
    return steps


def _end(message: Message) -> Step | None:
    state, reason = state_of(message), reason_words(reason_of(message))
    at = happened_at(message)
    if state == State.LEFT_OUT:
        return Step(at, _("Left out: %(reason)s") % {"reason": reason}, "mute")
    if state == State.FAILED:
        return Step(at, _("Failed: %(reason)s") % {"reason": reason or _("no reason given")}, "bad")
    words = {
        State.SENT: _("Sent"),
        State.DELIVERED: _arrival(message.batch.channel),
        State.UNKNOWN: _("The provider's answer was lost"),
    }
    if state not in words:
        return None
    return Step(at, words[state], "bad" if state == State.UNKNOWN else "")


def _arrival(channel: str) -> str:
    on_phone = channel not in (Channel.EMAIL, Channel.INBOX)
    return _("It arrived on the phone") if on_phone else _("It arrived")


_UNKNOWN = Advice(
    gettext_lazy(
        "The customer may have it or not. Dangol does not send it again, so that nobody gets it "
        "twice."
    )
)
_FAILED = Advice(
    gettext_lazy(
        "The provider did not take it, and that is final. The number or the address may be wrong."
    )
)
_ON_HOLD = Advice(
    gettext_lazy(
        "The platform has paused this sending for now. There is nothing for you to do: it goes on "
        "from here when the pause ends."
    )
)


def advice(message: Message) -> Advice | None:
    """What a merchant can do about it; None where all is well."""
    state = state_of(message)
    if is_on_hold(message):
        return _ON_HOLD
    if state == State.LEFT_OUT:
        return ADVICE.get(reason_of(message))
    return {State.UNKNOWN: _UNKNOWN, State.FAILED: _FAILED}.get(state)


def chip_words(message: Message, now: datetime) -> tuple[str, datetime | None]:
    """A chip's words; a waiting message also has the time until which it waits, if ahead."""
    state, reason = state_of(message), reason_of(message)
    if state in (State.LEFT_OUT, State.FAILED) and reason:
        return f"{state.label} · {reason_words(reason)}", None
    if is_on_hold(message):
        return _("Waiting · on hold"), None
    opening: Any = message.batch.not_before
    waits = state == State.WAITING and opening and opening > now
    return str(state.label), opening if waits else None
