"""Making and rewording templates."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from messaging.gateways import connect
from messaging.models import Channel, Gateway, MessageTemplate, TemplateRevision, Topic
from messaging.wording import check_body, check_buttons
from orders.models import Shop

Buttons = list[dict[str, str]]


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
) -> MessageTemplate:
    """A template with its first revision. Raises ValidationError for wording that can't be sent."""
    template = MessageTemplate.objects.create(shop=shop, channel=channel, topic=topic, name=name)
    revise_template(template=template, body=body, buttons=buttons, now=now)
    return template


@transaction.atomic
def revise_template(
    *, template: MessageTemplate, body: str, buttons: Buttons, now: datetime
) -> TemplateRevision:
    """A new revision with this wording; the same wording again is no new one.

    It is used from now on where the shop's provider asks for no inspection. Messages already
    planned keep the revision that they were planned with.
    """
    body = body.replace("\r\n", "\n").strip()
    check_body(body, channel=Channel(template.channel), topic=Topic(template.topic))
    check_buttons(buttons)
    # Two people who save at once write two revisions, one after the other.
    MessageTemplate.objects.select_for_update(no_key=True).get(pk=template.pk)
    current = template.current
    if current and (current.body, current.buttons) == (body, buttons):
        return current
    last = template.revisions.aggregate(last=Max("number"))["last"] or 0
    approved = not _needs_inspection(template)
    revision = TemplateRevision.objects.create(
        template=template,
        number=last + 1,
        body=body,
        buttons=buttons,
        approved_at=now if approved else None,
        created_at=now,
    )
    if approved:
        template.current = revision
        template.save(update_fields=["current"])
    return revision


def _needs_inspection(template: MessageTemplate) -> bool:
    gateway = Gateway.objects.filter(shop=template.shop, channel=template.channel).first()
    return gateway is not None and connect(gateway.provider).inspects_templates
