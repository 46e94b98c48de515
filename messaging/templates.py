"""Making and rewording templates, and which wording is in use."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from messaging.checks import Worded, check
from messaging.gateways import connect
from messaging.models import (
    Channel,
    Gateway,
    Inspection,
    MessageTemplate,
    Purpose,
    SendingSettings,
    TemplateRevision,
    Topic,
)
from messaging.wording import tidy
from orders.models import Country, Shop
from orders.signs import check_line

Buttons = list[dict[str, str]]

# What makes two revisions the same; of these an inspection sees the first ones.
_INSPECTED = ("body", "buttons")
_WORDING = (*_INSPECTED, "title", "fallback")


@transaction.atomic
def create_template(
    *,
    shop: Shop,
    channel: Channel,
    topic: Topic,
    name: str,
    body: str,
    buttons: Buttons,
    now: datetime,
    purpose: Purpose = Purpose.INFORMATION,
    title: str = "",
    fallback: str = "",
) -> MessageTemplate:
    """A template with its first revision.

    Raises ValidationError for a name that is none, and, by field, for wording that can't be sent.
    """
    check_line(name)
    template = MessageTemplate.objects.create(
        shop=shop, channel=channel, topic=topic, purpose=purpose, name=name
    )
    revise_template(
        template=template, body=body, buttons=buttons, title=title, fallback=fallback, now=now
    )
    return template


@transaction.atomic
def revise_template(
    *,
    template: MessageTemplate,
    body: str,
    buttons: Buttons,
    now: datetime,
    title: str = "",
    fallback: str = "",
) -> TemplateRevision:
    """A new revision with this wording; the same wording again is no new one.

    It is used from now on where the shop's provider asks for no inspection, or has approved this
    very text before. Messages already planned keep the revision that they were planned with.
    Raises ValidationError, by field.
    """
    body, fallback = tidy(body), tidy(fallback)
    wording = {"body": body, "buttons": buttons, "title": title.strip(), "fallback": fallback}
    check(_worded(template, wording))
    # Two people who save at once write two revisions, one after the other.
    locked = MessageTemplate.objects.select_for_update(no_key=True).get(pk=template.pk)
    revisions = list(template.revisions.order_by("-number"))
    newest = revisions[0] if revisions else None
    for known in (locked.current, newest):
        if known and _is_same(known, wording, _WORDING):
            return known
    gateway = gateway_of(template)
    proof = next((r for r in revisions if _proves(r, gateway, wording)), None)
    revision = TemplateRevision.objects.create(
        template=template,
        number=newest.number + 1 if newest else 1,
        created_at=now,
        **wording,
        **_approval(proof, gateway, now),
    )
    if usable(revision, gateway):
        template.current = revision
        template.save(update_fields=["current"])
    return revision


def is_inspected(gateway: Gateway | None) -> bool:
    """Whether wording must be approved by the gateway's provider before it is used.

    Only Alimtalk is inspected, also by a provider that sends text beside it.
    """
    if gateway is None or gateway.channel != Channel.ALIMTALK:
        return False
    return connect(gateway.provider).inspects_templates


def usable(revision: TemplateRevision, gateway: Gateway | None) -> bool:
    """Whether messages may say it through this gateway: its provider has approved it, or asks not.

    Without a gateway nothing speaks against the wording.
    """
    if not is_inspected(gateway):
        return True
    assert gateway is not None  # noqa: S101 - where there is none, nobody inspects
    approved = revision.inspection == Inspection.APPROVED
    return approved and revision.provider == gateway.provider


def check_in_use(template: MessageTemplate) -> None:
    """Raise ValidationError for a template of which no wording may go out: none is approved."""
    if template.current_id is None:
        raise ValidationError(
            _(
                "No wording of “%(name)s” is approved yet. Submit it for inspection on the "
                "template's page, or choose another template."
            ),
            params={"name": template.name},
        )


def check_chosen(
    chosen: Mapping[str, MessageTemplate | None], before: Mapping[str, int | None]
) -> None:
    """Raise ValidationError, by field, for what is newly chosen and has no approved wording.

    `before` are the keys of what was chosen; that may stay, and waits for its inspection.
    """
    wrong = {}
    for field, template in chosen.items():
        try:
            if template and template.pk != before.get(field):
                check_in_use(template)
        except ValidationError as error:
            wrong[field] = error
    if wrong:
        raise ValidationError(wrong)


@transaction.atomic
def rebase_templates(shop: Shop, gateway: Gateway) -> None:
    """Let each template of the gateway's channel use its newest wording that may go through it.

    For a shop that changed its provider, or has disconnected it (`provider` is empty). A template
    without such wording has none in use: its messages are left out `no_template` until an
    inspection has approved one.
    """
    own = MessageTemplate.objects.for_shop(shop).filter(channel=gateway.channel)
    for template in own.select_for_update(no_key=True).order_by("pk"):
        use_newest(template, gateway if gateway.provider else None)


def use_newest(template: MessageTemplate, gateway: Gateway | None) -> None:
    """Let a locked template use its newest wording that may go through this gateway, or none."""
    revisions = template.revisions.order_by("-number")
    newest = next((revision for revision in revisions if usable(revision, gateway)), None)
    if newest != template.current:
        template.current = newest
        template.save(update_fields=["current"])


def told_of(shop: Shop) -> dict[str, Any]:
    """What `Worded` holds of the shop whose wording it is. One query."""
    own = SendingSettings.objects.filter(shop=shop).values_list("opt_out_number", flat=True)
    return {
        "country": Country(shop.country),
        "shop": shop.name,
        "opt_out_number": own.first() or "",
    }


def gateway_of(template: MessageTemplate) -> Gateway | None:
    """The gateway that the template's messages go through."""
    own = Gateway.objects.filter(shop=template.shop_id, channel=template.channel)
    return own.first()


def _worded(template: MessageTemplate, wording: dict[str, Any]) -> Worded:
    return Worded(
        channel=Channel(template.channel),
        topic=Topic(template.topic),
        purpose=Purpose(template.purpose),
        **told_of(template.shop),
        **wording,
    )


def _is_same(revision: TemplateRevision, wording: dict[str, Any], fields: tuple[str, ...]) -> bool:
    return all(getattr(revision, field) == wording[field] for field in fields)


def _proves(revision: TemplateRevision, gateway: Gateway | None, wording: dict[str, Any]) -> bool:
    """Whether this revision's approval is one of the wording, too."""
    inspected = revision.inspection == Inspection.APPROVED and usable(revision, gateway)
    return inspected and _is_same(revision, wording, _INSPECTED)


def _approval(
    proof: TemplateRevision | None, gateway: Gateway | None, now: datetime
) -> dict[str, Any]:
    if proof:
        return {
            "provider": proof.provider,
            "provider_code": proof.provider_code,
            "inspection": proof.inspection,
            "approved_at": proof.approved_at,
            "looked_up_at": proof.looked_up_at,
        }
    return {"approved_at": None if is_inspected(gateway) else now}
