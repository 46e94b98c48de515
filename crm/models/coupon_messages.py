"""Section A: what a merchant set, and which coupon has had which message decided."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coupons.models import Coupon, IssuedCoupon
from messaging.models import Draft, Message, MessageTemplate
from orders.models import Customer, Shop, ShopQuerySet


class Kind(models.TextChoices):
    """The two coupon messages. The label is what history shows."""

    ISSUED = "coupon_issued", _("Coupon issued")
    EXPIRING = "coupon_expiring", _("Coupon expiring")


class CouponMessageSettings(models.Model):
    """A shop's coupon messages (A1). Each is on since the time given, or off."""

    shop = models.OneToOneField(
        Shop, models.CASCADE, primary_key=True, related_name="coupon_messages"
    )
    issue_template = models.ForeignKey(
        MessageTemplate, models.PROTECT, related_name="+", db_index=False
    )
    expiry_template = models.ForeignKey(
        MessageTemplate, models.PROTECT, related_name="+", db_index=False
    )
    # Where a coupon has no grant basis: the way of advertising (A9); empty: nothing goes out.
    advertising_template = models.ForeignKey(
        MessageTemplate, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    url = models.URLField(_("page that a tap opens"), max_length=500, blank=True)
    issue_since = models.DateTimeField(_("on issue, since"), null=True, blank=True)
    expiry_since = models.DateTimeField(_("before expiry, since"), null=True, blank=True)
    expiry_time = models.TimeField(_("expiry message time"), default=dt.time(10))

    class Meta:
        verbose_name = _("coupon message settings")
        verbose_name_plural = _("coupon message settings")
        constraints = [
            models.CheckConstraint(
                condition=Q(expiry_time__minute__in=(0, 30), expiry_time__second=0),
                name="expiry_time_on_the_half_hour",
            ),
        ]

    def __str__(self) -> str:
        return str(self.shop)

    def template(self, kind: Kind) -> MessageTemplate:
        """The shop's template for this message."""
        return self.issue_template if kind == Kind.ISSUED else self.expiry_template

    def since(self, kind: Kind) -> dt.datetime | None:
        """Since when this message is on; None while it is off."""
        return self.issue_since if kind == Kind.ISSUED else self.expiry_since


class CouponOverride(models.Model):
    """What one coupon does differently from the shop (A2); empty means as the shop."""

    coupon = models.OneToOneField(
        Coupon, models.CASCADE, primary_key=True, related_name="message_override"
    )
    issue_template = models.ForeignKey(
        MessageTemplate, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    expiry_template = models.ForeignKey(
        MessageTemplate, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    url = models.URLField(_("page that a tap opens"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("coupon override")
        verbose_name_plural = _("coupon overrides")

    def __str__(self) -> str:
        return str(self.coupon)


class CouponNotice(models.Model):
    """This coupon has had this message decided: the arbiter of once for a coupon (F1).

    A bundle's key is not enough, since a new coupon changes which one is first. `waiting` marks
    what was left out for something that can be mended and is decided again at each tick (A3).
    """

    pk = models.CompositePrimaryKey("kind", "issued_id")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    issued = models.ForeignKey(
        IssuedCoupon,
        models.DO_NOTHING,
        related_name="notices",
        db_constraint=False,
        db_index=False,
    )
    shop = models.ForeignKey(
        Shop, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    message = models.ForeignKey(
        Message, models.DO_NOTHING, related_name="coupon_notices", db_constraint=False
    )
    waiting = models.BooleanField(_("decided again"))

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("coupon notice")
        verbose_name_plural = _("coupon notices")
        indexes = [
            models.Index(
                fields=["shop", "kind"], condition=Q(waiting=True), name="coupon_notice_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.issued_id}"


class Candidate(models.Model):
    """A coupon that a tick decides about: a row of the tick's temporary table."""

    issued = models.OneToOneField(
        IssuedCoupon,
        models.DO_NOTHING,
        primary_key=True,
        related_name="candidate",
        db_constraint=False,
    )
    customer_id = models.BigIntegerField()
    # The left-out message that it waits under.
    waiting_under_id = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "crm_candidate"

    def __str__(self) -> str:
        return str(self.issued_id)


class TouchedCustomer(models.Model):
    """A customer of whose waiting coupons something changed: a row of a tick's temporary table."""

    customer = models.OneToOneField(
        Customer, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )

    class Meta:
        managed = False
        db_table = "crm_touched_customer"

    def __str__(self) -> str:
        return str(self.customer_id)


class DecidedCoupon(models.Model):
    """One candidate coupon and its bundle: a row of a chunk's temporary table."""

    issued = models.OneToOneField(
        IssuedCoupon, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )
    coupon = models.ForeignKey(
        "DecidedCouponKind", models.DO_NOTHING, related_name="+", db_constraint=False
    )
    customer_id = models.BigIntegerField()
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=255)
    night = models.SmallIntegerField()
    expires_at = models.DateTimeField(null=True)
    revision_id = models.BigIntegerField(null=True)
    gateway_id = models.BigIntegerField(null=True)
    url = models.CharField(max_length=500)
    verdict = models.CharField(max_length=20)
    bundle = models.ForeignKey(
        "DecidedBundle", models.DO_NOTHING, related_name="coupons", db_constraint=False
    )
    # The left-out message that it waits under, and the first coupon that waits under that one:
    # when a bundle parts, its message follows the first (A3).
    waiting_under_id = models.BigIntegerField(null=True)
    first_waiting_id = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "crm_decided_coupon"

    def __str__(self) -> str:
        return str(self.issued_id)


class DecidedCouponKind(models.Model):
    """What all of a chunk's messages about a coupon say alike: a row of its temporary table."""

    coupon = models.OneToOneField(
        Coupon, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )
    values = models.JSONField()

    class Meta:
        managed = False
        db_table = "crm_decided_coupon_kind"

    def __str__(self) -> str:
        return str(self.coupon_id)


class DecidedBundle(Draft):
    """Coupons that share a message, by the first of them: a row of a chunk's temporary table."""

    first = models.OneToOneField(
        DecidedCoupon, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )
    # How many different coupons: one that somebody holds twice counts once.
    different = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "crm_decided_bundle"

    def __str__(self) -> str:
        return str(self.first_id)
