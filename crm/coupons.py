"""What a merchant says about coupons: their grant basis (A9), what they do differently (A2)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery

from coupons.models import Coupon, IssuedCoupon
from coupons.models.issued import usable_later
from crm.grant_basis import check_basis
from crm.models import CouponMessageSettings, CouponOverride
from messaging.models import Channel, MessageTemplate, Purpose, Topic
from messaging.templates import check_chosen
from messaging.wording import describe_discount
from orders.models import AuditEvent, Country, Shop, User

# A list of many coupons counts each only so far: some have been issued a million times.
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """A coupon as the list shows it: its benefit in words, and what is in the coupon boxes.

    `usable` is None where so many were issued (`issued` and more) that they were not counted.
    """

    coupon: Coupon
    benefit: str
    issued: int = 0
    usable: int | None = 0


# Issued and usable, by coupon.
Counts = dict[int, tuple[int, int | None]]


class _Count(Subquery):
    """How many rows a query finds that refers to the outer one and has a limit of its own."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def search(shop: Shop, *, words: str = "", without_basis: bool = False) -> QuerySet[Coupon]:
    """The shop's coupons, the newest first; `words` are part of the name or the code."""
    found: QuerySet[Coupon] = Coupon.objects.for_shop(shop).select_related(
        "shop", "message_override__issue_template", "message_override__expiry_template"
    )
    if words:
        found = found.filter(Q(name__icontains=words) | Q(code__icontains=words))
    if without_basis:
        found = found.filter(grant_basis="")
    return found.order_by("-pk")


def rows(coupons: Collection[Coupon], now: datetime) -> list[Row]:
    """These coupons with how many were issued and how many can be used now. Two queries."""
    keys = [coupon.pk for coupon in coupons]
    some = IssuedCoupon.objects.filter(coupon=OuterRef("pk")).values("pk")[: MOST_COUNTED + 1]
    issued = dict(
        Coupon.objects.filter(pk__in=keys).annotate(some=_Count(some)).values_list("pk", "some")
    )
    few = [pk for pk, number in issued.items() if number <= MOST_COUNTED]
    counts: Counts = dict.fromkeys(keys, (MOST_COUNTED, None))
    counts |= dict.fromkeys(few, (0, 0)) | _counted(few, now)
    return [_row(coupon, counts) for coupon in coupons]


def row(coupon: Coupon, now: datetime) -> Row:
    """One coupon, all of its issued ones counted. One query."""
    return _row(coupon, _counted([coupon.pk], now))


def _row(coupon: Coupon, counts: Counts) -> Row:
    return Row(coupon, benefit_in_words(coupon), *counts.get(coupon.pk, (0, 0)))


def _counted(coupons: Collection[int], now: datetime) -> Counts:
    """How many of each were issued, and how many can be used now."""
    usable = usable_later(now) & Q(valid_from__lte=now)
    counted = (
        IssuedCoupon.objects.filter(coupon__in=coupons)
        .values_list("coupon_id")
        .annotate(issued=Count("pk"), usable=Count("pk", filter=usable))
        .order_by()
    )
    return {pk: (issued, usable) for pk, issued, usable in counted}


def benefit_in_words(coupon: Coupon) -> str:
    """The discount as customers read it."""
    return describe_discount(
        kind=coupon.discount_type,
        value=coupon.discount_value,
        most=coupon.max_discount,
        least=coupon.min_order,
        country=Country(coupon.shop.country),
    )


def usable_templates(shop: Shop) -> QuerySet[MessageTemplate]:
    """The templates that a coupon message may use (F10: the shop's own)."""
    fitting = _coupon_templates(shop).filter(channel=Channel.ALIMTALK)
    return fitting.select_related("shop", "current").order_by("name")


def advertising_templates(shop: Shop) -> QuerySet[MessageTemplate]:
    """The templates by which coupons without a grant basis may go (A9)."""
    fitting = _coupon_templates(shop).filter(
        channel__in=(Channel.TEXT, Channel.EMAIL, Channel.PUSH), purpose=Purpose.ADVERTISING
    )
    return fitting.select_related("shop", "current").order_by("name")


def _coupon_templates(shop: Shop) -> QuerySet[MessageTemplate]:
    found: QuerySet[MessageTemplate] = MessageTemplate.objects.for_shop(shop)
    return found.filter(topic=Topic.COUPON)


def message_settings(shop: Shop) -> CouponMessageSettings | None:
    """What the shop's coupons do where they say nothing themselves."""
    found = CouponMessageSettings.objects.filter(shop=shop)
    return found.select_related(
        "issue_template__shop",
        "issue_template__current",
        "expiry_template__shop",
        "expiry_template__current",
    ).first()


@transaction.atomic
def set_basis(
    *, shop: Shop, user: User, coupons: QuerySet[Coupon], sentence: str, now: datetime
) -> int:
    """Give these coupons of the shop this basis, or take it away with "" (A9).

    Returns how many changed. What waits for a basis is decided again at the next tick (A3).
    Raises ValidationError for a sentence that could not stand in a message.
    """
    kept = check_basis(sentence) if sentence.strip() else ""
    chosen = Coupon.objects.filter(shop=shop, pk__in=coupons.order_by().values("pk"))
    changed = chosen.exclude(grant_basis=kept).update(grant_basis=kept)
    if changed:
        about = str(coupons.first()) if changed == 1 else f"{changed} coupons"
        _log(shop=shop, user=user, about=about, sentence=kept, now=now)
    return changed


@transaction.atomic
def save_coupon(
    *,
    coupon: Coupon,
    user: User,
    sentence: str,
    issue_template: MessageTemplate | None,
    expiry_template: MessageTemplate | None,
    url: str,
    now: datetime,
) -> None:
    """A coupon's basis, and what it does differently from the shop; empty is as the shop (A2).

    Raises ValidationError for a basis that could not stand in a message and, by field, for another
    template than before of which no wording is approved.
    """
    one = Coupon.objects.filter(pk=coupon.pk)
    set_basis(shop=coupon.shop, user=user, coupons=one, sentence=sentence, now=now)
    before = CouponOverride.objects.filter(coupon=coupon).first()
    templates = {"issue_template": issue_template, "expiry_template": expiry_template}
    check_chosen(templates, {name: getattr(before, f"{name}_id", None) for name in templates})
    wanted = {**templates, "url": url}
    if wanted == {name: getattr(before, name, "" if name == "url" else None) for name in wanted}:
        return
    if any(wanted.values()):
        CouponOverride.objects.update_or_create(coupon=coupon, defaults=wanted)
    else:
        CouponOverride.objects.filter(coupon=coupon).delete()
    AuditEvent.objects.create(
        shop=coupon.shop,
        user=user,
        action="set_coupon_override" if any(wanted.values()) else "clear_coupon_override",
        about=f"coupon:{coupon.pk}",
        reason=url[:200],
        at=now,
    )


def _log(*, shop: Shop, user: User, about: str, sentence: str, now: datetime) -> None:
    action = "set_grant_basis" if sentence else "clear_grant_basis"
    AuditEvent.objects.create(
        shop=shop, user=user, action=action, about=about, reason=sentence, at=now
    )
