"""Inspections: wording is submitted to the shop's provider, and looked up until it is decided."""

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from messaging.accounts import refused_if_unreadable
from messaging.buttons import Kind
from messaging.checking import where
from messaging.gateways import (
    Busy,
    Connect,
    GatewayError,
    Inspected,
    Inspector,
    Rejected,
    Submission,
    connect,
)
from messaging.models import Channel, Gateway, Inspection, MessageTemplate, TemplateRevision
from messaging.templates import gateway_of, is_inspected, usable, use_newest
from messaging.wording import ADD_CHANNEL_NAME, LINK
from orders.models import Shop

logger = logging.getLogger(__name__)

# What the provider has not decided yet.
OPEN = (Inspection.IN_DOUBT, Inspection.REQUESTED, Inspection.REVIEWING)
# How often an open one is looked up (it takes about two working days), and one in use, which the
# provider may withdraw.
OPEN_EVERY = timedelta(minutes=10)
USED_EVERY = timedelta(days=1)
AT_ONCE = 100  # calls of one round


class NothingToSubmit(Exception):
    """The shop's provider inspects no wording, or has had this one already."""


def may_submit(revision: TemplateRevision, gateway: Gateway | None) -> bool:
    """Whether the wording waits for being submitted to the shop's provider."""
    return is_inspected(gateway) and _unknown_to(revision, gateway)


def submit(*, revision: TemplateRevision, now: datetime, connect: Connect = connect) -> None:
    """Submit wording to the shop's provider for inspection.

    Raises NothingToSubmit, or GatewayError where the provider did not take it; an answer that was
    lost is looked up later, under the code that we proposed.
    """
    gateway = gateway_of(revision.template)
    provider = connect(gateway.provider) if gateway else None
    if gateway is None or not isinstance(provider, Inspector):
        raise NothingToSubmit
    before = _claim(revision, gateway, now)
    try:
        with refused_if_unreadable():
            found = provider.submit(gateway.account, _submission(revision))
    except (Rejected, Busy):
        TemplateRevision.objects.filter(pk=revision.pk).update(**before)
        revision.refresh_from_db()
        raise
    _note(revision, found, now)


def look_up_all(now: datetime, *, connect: Connect = connect) -> int:
    """Look up what is not decided, and once a day what is in use; returns how many changed.

    A gateway that does not answer is left alone for this round.
    """
    silent: set[int] = set()
    changed = 0
    for revision in _due(now):
        gateway = gateway_of(revision.template)
        if gateway and gateway.provider == revision.provider and gateway.pk not in silent:
            provider = connect(gateway.provider)
            if isinstance(provider, Inspector):
                answered, differs = _look_up(revision, provider, gateway, now)
                changed += differs
                if not answered:
                    silent.add(gateway.pk)
    return changed


def look_up_anew(shop: Shop, provider: str, now: datetime) -> None:
    """Let what a provider has inspected count for nothing until it was looked up again.

    For a shop with another account: who has approved wording for one may not know it for another.
    """
    if provider:
        found = TemplateRevision.objects.filter(
            template__shop=shop, template__channel=Channel.ALIMTALK, provider=provider
        )
        found.exclude(inspection=Inspection.NONE).update(
            inspection=Inspection.REQUESTED, approved_at=None, looked_up_at=now - OPEN_EVERY
        )


def look_up(*, revision: TemplateRevision, now: datetime, connect: Connect = connect) -> None:
    """Ask now how an inspection stands. Raises NothingToSubmit, GatewayError.

    What the provider does not know may be submitted again.
    """
    gateway = gateway_of(revision.template)
    provider = connect(gateway.provider) if gateway else None
    if gateway is None or gateway.provider != revision.provider:
        raise NothingToSubmit
    if not isinstance(provider, Inspector):
        raise NothingToSubmit
    _note(revision, _stands(revision, provider, gateway), now)


def proposed_code(revision: TemplateRevision) -> str:
    """Our name for the wording at the provider: 20 characters, the same however often we ask."""
    template = revision.template
    named = (
        f"{template.shop.slug}/{template.pk}/{revision.number}/{revision.created_at.isoformat()}"
    )
    return "d" + hashlib.sha256(named.encode()).hexdigest()[:19]


def _unknown_to(revision: TemplateRevision, gateway: Gateway | None) -> bool:
    other = gateway is not None and revision.provider != gateway.provider
    return other or revision.inspection == Inspection.NONE


def _claim(revision: TemplateRevision, gateway: Gateway, now: datetime) -> dict[str, object]:
    """Note that it is submitted, once; returns what it was before.

    Noted before the call: a provider gives two calls two templates.
    """
    fields = ("provider", "provider_code", "inspection", "comments", "looked_up_at")
    with transaction.atomic():
        locked = TemplateRevision.objects.select_for_update(of=("self",)).get(pk=revision.pk)
        if not _unknown_to(locked, gateway):
            raise NothingToSubmit
        before = {field: getattr(locked, field) for field in fields}
        claimed = (gateway.provider, proposed_code(revision), Inspection.IN_DOUBT, "", now)
        for field, value in zip(fields, claimed, strict=True):
            setattr(revision, field, value)
        revision.save(update_fields=fields)
    return before


def _submission(revision: TemplateRevision) -> Submission:
    """Each link leads through us, whatever it opens in the end: so it is inspected as that."""
    return Submission(
        code=revision.provider_code,
        name=f"{revision.template.name[:60]} {revision.number}",
        body=revision.body,
        buttons=[_as_sent(button) for button in revision.buttons],
        link=f"{settings.BASE_URL}/l/#{{{LINK.name}}}",
    )


def _as_sent(button: dict[str, str]) -> dict[str, str]:
    if button["type"] == Kind.ADD_CHANNEL:
        return {"type": button["type"], "name": ADD_CHANNEL_NAME}
    return {key: value for key, value in button.items() if key != "url"}


def _due(now: datetime) -> Iterable[TemplateRevision]:
    opened = Q(inspection__in=OPEN, looked_up_at__lte=now - OPEN_EVERY)
    used = Q(
        inspection=Inspection.APPROVED,
        looked_up_at__lte=now - USED_EVERY,
        template__current=F("pk"),
    )
    found = TemplateRevision.objects.filter(opened | used, template__channel=Channel.ALIMTALK)
    return found.select_related("template__shop").order_by("looked_up_at", "pk")[:AT_ONCE]


def _look_up(
    revision: TemplateRevision, provider: Inspector, gateway: Gateway, now: datetime
) -> tuple[bool, bool]:
    """Whether the provider answered, and whether the answer is news."""
    before = revision.inspection
    try:
        found = _stands(revision, provider, gateway)
    except GatewayError as error:
        logger.info("gateway %s tells nothing of inspections: %s", gateway.pk, error.code)
        TemplateRevision.objects.filter(pk=revision.pk).update(looked_up_at=now)
        return False, False
    except Exception as error:
        # One answer that can't be read holds no other shop's inspections up.
        logger.error("gateway %s: inspections stumbled: %s", gateway.pk, where(error))
        TemplateRevision.objects.filter(pk=revision.pk).update(looked_up_at=now)
        return False, False
    _note(revision, found, now)
    return True, revision.inspection != before


def _stands(revision: TemplateRevision, provider: Inspector, gateway: Gateway) -> Inspected:
    """How the provider says that it stands.

    One that is not there was lost on the way, or somebody has deleted it.
    """
    try:
        with refused_if_unreadable():
            return provider.look_up(gateway.account, revision.provider_code)
    except Rejected as error:
        told = _("The provider does not know this wording (%(code)s). Submit it again.")
        return Inspected(revision.provider_code, Inspection.NONE, told % {"code": error.code})


@transaction.atomic
def _note(revision: TemplateRevision, found: Inspected, now: datetime) -> None:
    """Keep what the provider said, and let the template use its newest approved wording."""
    template = MessageTemplate.objects.select_for_update(no_key=True).get(pk=revision.template_id)
    revision.provider_code = found.code[:40]
    revision.inspection, revision.comments = found.state, found.comments
    revision.looked_up_at = now
    approved = found.state == Inspection.APPROVED
    revision.approved_at = (revision.approved_at or now) if approved else None
    revision.save(
        update_fields=["provider_code", "inspection", "comments", "looked_up_at", "approved_at"]
    )
    gateway = gateway_of(template)
    if approved or not (template.current and usable(template.current, gateway)):
        use_newest(template, gateway)
