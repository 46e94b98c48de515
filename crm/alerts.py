"""What is wrong in a shop and its owner ought to know, once, until it has ended (F11).

What is wrong is found anew at each look; an `OwnerAlert` is the memory of it. The front page shows
those that are open, `crm.alert_mails` tells the owners.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from crm.alert_mails import tell
from crm.models import AlertKind, CouponMessageSettings, Kind, OwnerAlert
from messaging.gateways import PROVIDERS, reaches_people
from messaging.models import (
    FEATURES,
    SENDING,
    Batch,
    Channel,
    ClosedFeature,
    Gateway,
    SendingSettings,
    State,
    Wallet,
)
from messaging.reasons import ADVICE
from messaging.services import paid_channels

# So long nothing at all of a message must have gone out before it counts as stopped by itself.
SILENCE = timedelta(days=1)
_SENDS = Q(stopped_at=None, suspended_at=None)


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something wrong: in which shop, of what kind, and about what of it."""

    shop: int
    kind: AlertKind
    about: str = ""


def look_and_tell(now: datetime) -> int:
    """Note what is wrong and what is not any more, and mail the owners; returns how many mails."""
    look(now)
    return tell(now)


@transaction.atomic
def look(now: datetime) -> None:
    """Raise an alert for whatever is wrong at `now`, and end those that are mended.

    What is wrong with a message of a shop that sends nothing at all can't be seen: it stays as it
    was.
    """
    found = set(_wrong(now))
    rows = OwnerAlert.objects.select_for_update().filter(ended_at=None)
    known = {Wrong(row.shop_id, AlertKind(row.kind), row.about): row for row in rows}
    quiet = set(SendingSettings.objects.exclude(_SENDS).values_list("shop_id", flat=True))
    for wrong in known.keys() - found:
        if wrong.kind != AlertKind.STOPPED or wrong.shop not in quiet:
            known[wrong].ended_at = now
            known[wrong].save(update_fields=["ended_at"])
    new = sorted(found - known.keys(), key=lambda one: (one.shop, one.kind, one.about))
    OwnerAlert.objects.bulk_create(
        (OwnerAlert(shop_id=w.shop, kind=w.kind, about=w.about, since=now) for w in new),
        ignore_conflicts=True,  # another worker has seen it too
    )


def open_alerts(shop_id: int) -> QuerySet[OwnerAlert]:
    """What is wrong in a shop now, the oldest first."""
    found: QuerySet[OwnerAlert] = OwnerAlert.objects.filter(shop_id=shop_id, ended_at=None)
    return found.order_by("since", "pk")


def _wrong(now: datetime) -> Iterator[Wrong]:
    yield from _suspended()
    yield from _low_on_points()
    yield from _broken()
    yield from _stopped(now)


def _suspended() -> Iterator[Wrong]:
    for pk in SendingSettings.objects.exclude(suspended_at=None).values_list("shop_id", flat=True):
        yield Wrong(pk, AlertKind.SUSPENDED)


def _low_on_points() -> Iterator[Wrong]:
    """Shops with few points left. Where nothing that is connected costs any, nobody misses them."""
    free = [name for name in PROVIDERS if not reaches_people(name)]
    paid = Gateway.objects.filter(channel__in=paid_channels()).exclude(provider__in=free)
    low = Wallet.objects.filter(low_at__isnull=False, available__lt=F("low_at"))
    for pk in low.filter(shop__in=paid.values("shop")).values_list("shop_id", flat=True):
        yield Wrong(pk, AlertKind.LOW_POINTS)


def _broken() -> Iterator[Wrong]:
    """Connections that fail: they rest and nothing has worked since, or their check said no."""
    failing = Gateway.objects.filter(~Q(rests_until=None) | ~Q(check_error=""))
    for shop, channel in failing.values_list("shop_id", "channel"):
        yield Wrong(shop, AlertKind.BROKEN, channel)


def _stopped(now: datetime) -> Iterator[Wrong]:
    """Messages that are on, and of which nothing can go out for the shop's own reasons."""
    on = Q(issue_since__isnull=False) | Q(expiry_since__isnull=False)
    chosen = CouponMessageSettings.objects.filter(SENDING, on)
    settled = list(chosen.select_related("issue_template", "expiry_template"))
    ways, held = _ways(), _held_back([settings.shop_id for settings in settled], now)
    for settings in settled:
        for kind in Kind:
            template = settings.template(kind)
            if settings.since(kind) is None:
                continue
            if template.current_id is None:
                yield Wrong(settings.shop_id, AlertKind.STOPPED, f"{kind}:wording")
            elif Channel(template.channel) not in ways[settings.shop_id]:
                yield Wrong(settings.shop_id, AlertKind.STOPPED, f"{kind}:channel")
            elif (settings.shop_id, kind.value) in held:
                yield Wrong(settings.shop_id, AlertKind.STOPPED, f"{kind}:left_out")


def _ways() -> dict[int, set[Channel]]:
    """By shop, the channels that are connected and that staff have not closed."""
    ways: dict[int, set[Channel]] = defaultdict(set)
    for shop, channel in Gateway.objects.values_list("shop_id", "channel"):
        ways[shop].add(Channel(channel))
    closing = {str(feature): channel for channel, feature in FEATURES.items()}
    for shop, feature in ClosedFeature.objects.values_list("shop_id", "feature"):
        if feature in closing:
            ways[shop].discard(closing[feature])
    return ways


def _held_back(shops: Collection[int], now: datetime) -> set[tuple[int, str]]:
    """Of these shops, the kinds of which all was left out lately, for what the shop can mend."""
    lately = Batch.objects.filter(
        # As `run_once` has them.
        run__shop__in=shops,
        run__kind__in=Kind.values,
        run__as_of__gte=now - SILENCE,
        run__as_of__lte=now,
        run__is_test=False,
    )
    kinds = lately.values_list("shop_id", "run__kind").distinct()
    own = [reason for reason, advice in ADVICE.items() if advice.by_shop]
    held = kinds.filter(state=State.LEFT_OUT, reason__in=own)
    return set(held) - set(kinds.exclude(state=State.LEFT_OUT))
