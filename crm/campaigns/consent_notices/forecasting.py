"""What turning a consent notice on would send, counted by the code that will send it (A10)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from crm.campaigns.consent_notices.candidates import decided, due
from crm.campaigns.consent_notices.reading import gateway_of, obstacle
from crm.costs import price_now
from crm.models import ConsentNoticeSettings, NoticeKind
from crm.ticks import ten_o_clock_from
from messaging.hours import next_opening
from messaging.models import Channel, Reason, Topic
from messaging.preview import sample_values
from orders.models import Consent

# The days whose changes tell how many there will be.
LOOKED_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The next tick at `at`: how many members are told, and how many left out for each reason.

    `lately` is how many members changed a consent in the last 30 days. `obstacle` is what of the
    shop itself holds the notices back.
    """

    at: datetime
    starts_at: datetime
    planned: int
    left_out: list[tuple[str, int]]
    points: int
    lately: int
    obstacle: Reason | None


def forecast(settings: ConsentNoticeSettings, kind: NoticeKind, now: datetime) -> Forecast:
    """For settings with a template; a notice that is off as if it were turned on now."""
    template, shop = settings.template, settings.shop
    assert template is not None  # noqa: S101 - said above
    at = ten_o_clock_from(shop, now)
    rows = decided(due(shop, kind, settings.since(kind) or now, at), template, at)
    counted = dict(
        rows.order_by().values_list("verdict").annotate(Count("customer_id", distinct=True))
    )
    planned, gateway = counted.pop("", 0), gateway_of(template)
    values = sample_values(shop, Topic(template.topic), now)
    return Forecast(
        at=at,
        starts_at=next_opening(shop.sending, at, channel=Channel(template.channel)),
        planned=planned,
        left_out=sorted(counted.items(), key=lambda found: -found[1]),
        points=planned * price_now(gateway, template, values, now),
        lately=_changed_lately(settings, now),
        obstacle=obstacle(template, now),
    )


def _changed_lately(settings: ConsentNoticeSettings, now: datetime) -> int:
    changed = Consent.objects.filter(
        customer__shop=settings.shop, since__gt=now - LOOKED_BACK, since__lte=now
    )
    return changed.values("customer_id").distinct().count()
