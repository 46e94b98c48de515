"""What stands beside the form on wording: the message as it will look, and its length."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from messaging.checks import length, most_characters, variables_of
from messaging.forms.templates import TemplateForm
from messaging.gateways import connect, reaches_people
from messaging.inspections import OPEN, may_submit
from messaging.law import law
from messaging.lengths import is_short
from messaging.models import (
    Channel,
    Gateway,
    Inspection,
    MessageTemplate,
    SendingSettings,
    TemplateRevision,
)
from messaging.preview import Preview, preview, sample_values
from messaging.templates import is_inspected
from messaging.verdicts import closed_features
from orders.localtime import local_day
from orders.models import Country

_LOOKS = {Inspection.APPROVED: "approved", Inspection.REJECTED: "bad", Inspection.NONE: "none"}


@dataclass(frozen=True, slots=True)
class Standing:
    """How one wording stands with the shop's provider."""

    state: Inspection
    provider: str
    may_submit: bool
    is_open: bool
    look: str
    # Approved by another provider than the one that the shop has now.
    elsewhere: bool


def inspection_of(revision: TemplateRevision, gateway: Gateway | None) -> Standing | None:
    """How it stands; None where nobody inspects."""
    if gateway is None or not is_inspected(gateway):
        return None
    elsewhere = bool(revision.provider) and revision.provider != gateway.provider
    state = Inspection.NONE if elsewhere else Inspection(revision.inspection)
    return Standing(
        state=state,
        provider=connect(gateway.provider).label,
        may_submit=may_submit(revision, gateway),
        is_open=state in OPEN,
        look=_LOOKS.get(state, "waiting"),
        elsewhere=elsewhere,
    )


def live(form: TemplateForm) -> dict[str, Any]:
    """What changes as one types, and what the page says about the channel."""
    bubbles = _bubbles(form)
    channel = form.what.channel
    counted = bubbles[0].text
    if channel == Channel.PUSH:
        counted = bubbles[0].heading + counted
    return {
        "form": form,
        "what": form.what,
        "bubbles": bubbles,
        "length": length(counted, channel),
        "most": most_characters(form.worded()),
        "unit": _unit(channel, counted),
        "title_unseen": channel == Channel.TEXT and bool(bubbles[0].title) and is_short(counted),
        "variables": [f"#{{{name}}}" for name in variables_of(channel, form.what.topic)],
        "fallback_variables": [
            f"#{{{name}}}" for name in variables_of(Channel.TEXT, form.what.topic)
        ],
        # A text's title has no variables; the others' may.
        "takes_variables": None if channel == Channel.TEXT else "",
        "inspects": is_inspected(_gateway(form)),
    }


def obstacles(form: TemplateForm) -> dict[str, Any]:
    """What keeps such messages from being sent, whatever is typed."""
    return {
        "number_missing": _number_missing(form),
        "closed": list(closed_features(form.shop, form.what.channel, form.what.purpose)),
    }


def _unit(channel: Channel, counted: str) -> str:
    """How the length is said, with places for it and the most."""
    if channel == Channel.TEXT:
        return "sms" if is_short(counted) else "lms"
    return "bytes" if channel == Channel.PUSH else "characters"


def _bubbles(form: TemplateForm) -> list[Preview]:
    """The message as typed, and the text that stands in for it."""
    now, what = timezone.now(), form.what
    template = form.template or MessageTemplate(
        shop=form.shop, channel=what.channel, purpose=what.purpose, topic=what.topic
    )
    values, worded = sample_values(form.shop, what.topic, now), form.worded()
    # What is typed as an address may be anything yet; nothing leads there.
    buttons = [{key: b[key] for key in ("type", "name") if key in b} for b in worded.buttons]
    said = preview(template, values, now, title=worded.title, body=worded.body, buttons=buttons)
    if not worded.fallback:
        return [said]
    text = MessageTemplate(shop=form.shop, channel=Channel.TEXT, topic=what.topic)
    instead = preview(text, values, now, body=worded.fallback, buttons=[])
    return [said, _timed(instead)]


def _timed(instead: Preview) -> Preview:
    told = _("Where the Alimtalk fails")
    return Preview(instead.parts, [], time=told, channel=instead.channel)


def _number_missing(form: TemplateForm) -> bool:
    """Whether the law asks for a number of the shop's that is not set (C8).

    The built-in phone, which reaches nobody, needs none.
    """
    gateway = _gateway(form)
    if gateway is not None and not reaches_people(gateway.provider):
        return False
    day = local_day(timezone.now(), ZoneInfo(form.shop.timezone))
    rules = law(Country(form.shop.country), day)
    if not rules.needs_number(form.what.channel, form.what.purpose):
        return False
    own = SendingSettings.objects.filter(shop=form.shop)
    return not own.values_list("opt_out_number", flat=True).first()


def _gateway(form: TemplateForm) -> Gateway | None:
    return Gateway.objects.filter(shop=form.shop, channel=form.what.channel).first()
