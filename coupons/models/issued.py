"""One coupon in one customer's coupon box."""

from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from coupons.models.coupon import Coupon
from orders.models import Customer, Shop, ShopQuerySet


class Origin(models.TextChoices):
    """Who put the coupon in the box."""

    MALL = "mall", _("The mall")
    DANGOL = "dangol", _("Dangol")


class Life(models.TextChoices):
    """How a coupon in a box stands."""

    USABLE = "usable", _("Usable")
    LATER = "later", _("Not valid yet")
    USED = "used", _("Used")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


def usable_later(at: datetime, prefix: str = "") -> Q:
    """Issued by `at`, and then neither used, withdrawn nor expired; perhaps not valid yet.

    A condition on an issued coupon found under `prefix`.
    """
    p = prefix
    return (
        Q(**{f"{p}issued_at__lte": at})
        & (Q(**{f"{p}expires_at": None}) | Q(**{f"{p}expires_at__gt": at}))
        & (Q(**{f"{p}used_at": None}) | Q(**{f"{p}used_at__gt": at}))
        & (Q(**{f"{p}withdrawn_at": None}) | Q(**{f"{p}withdrawn_at__gt": at}))
    )


class IssuedCoupon(models.Model):
    """One coupon in one customer's coupon box; good in [valid_from, expires_at)."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+", db_index=False)
    coupon = models.ForeignKey(Coupon, models.CASCADE, related_name="issued", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="coupons", db_index=False)
    code = models.CharField(_("issue code"), max_length=60)
    # The nth of this coupon to this customer: what two issuers at once collide on.
    nth = models.PositiveIntegerField(_("nth"), default=1)
    origin = models.CharField(_("origin"), max_length=8, choices=Origin, default=Origin.MALL)
    issued_at = models.DateTimeField(_("issued at"))
    valid_from = models.DateTimeField(_("valid from"))
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    # When a job could first act on it: never before `issued_at`.
    learned_at = models.DateTimeField(_("learned at"))

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("issued coupon")
        verbose_name_plural = _("issued coupons")
        constraints = [
            models.UniqueConstraint(fields=["shop", "code"], name="issued_code_once"),
            models.UniqueConstraint(fields=["coupon", "customer", "nth"], name="issued_nth_once"),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("valid_from")),
                name="issued_life_not_empty",
            ),
            models.CheckConstraint(
                condition=Q(learned_at__gte=F("issued_at")), name="issued_before_learned"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "expires_at"], name="issued_box"),
            models.Index(fields=["shop", "learned_at"], name="issued_learned"),
            models.Index(fields=["shop", "issued_at"], name="issued_at"),
            models.Index(fields=["shop", "expires_at"], name="issued_expiry"),
        ]

    def __str__(self) -> str:
        return self.code


def life_of(issued: IssuedCoupon, now: datetime) -> tuple[Life, datetime | None]:
    """How a coupon stands at `now`, and since when; a usable one: until when.

    What happened first holds: a coupon that was withdrawn after its end had expired.
    """
    ends: Iterable[tuple[datetime | None, Life]] = (
        (issued.used_at, Life.USED),
        (issued.withdrawn_at, Life.WITHDRAWN),
        (issued.expires_at, Life.EXPIRED),
    )
    past = [(at, life) for at, life in ends if at is not None and at <= now]
    if past:
        at, life = min(past, key=lambda end: end[0])
        return life, at
    if issued.valid_from > now:
        return Life.LATER, issued.valid_from
    return Life.USABLE, issued.expires_at
