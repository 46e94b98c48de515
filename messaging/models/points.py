"""Points: the prepaid balance that paid channels draw on (F5)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from messaging.models.batches import Batch
from messaging.models.gateways import Service
from orders.models import Shop, ShopQuerySet


class Price(models.Model):
    """What one message of a service costs, in points: the one table for all shops."""

    service = models.CharField(_("service"), max_length=8, choices=Service, primary_key=True)
    points = models.PositiveIntegerField(_("points"))

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")

    def __str__(self) -> str:
        return f"{self.get_service_display()}: {self.points}"


class Wallet(models.Model):
    """A shop's points: what was recharged is available, reserved or spent, to the last one."""

    shop = models.OneToOneField(Shop, models.CASCADE, primary_key=True, related_name="wallet")
    recharged = models.BigIntegerField(_("recharged"), default=0)
    available = models.BigIntegerField(_("available"), default=0)
    reserved = models.BigIntegerField(_("reserved"), default=0)
    spent = models.BigIntegerField(_("spent"), default=0)
    # Below this the owner is told, once; empty: never.
    low_at = models.PositiveIntegerField(_("tell me below"), null=True, blank=True)

    class Meta:
        verbose_name = _("wallet")
        verbose_name_plural = _("wallets")
        constraints = [
            models.CheckConstraint(
                condition=Q(recharged=F("available") + F("reserved") + F("spent")),
                name="wallet_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(available__gte=0, reserved__gte=0, spent__gte=0),
                name="wallet_not_below_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop}: {self.available}"


class PointsKind(models.TextChoices):
    """Why points moved."""

    RECHARGE = "recharge", _("Recharged")
    CORRECTION = "correction", _("Corrected by staff")
    RESERVE = "reserve", _("Reserved")
    SETTLE = "settle", _("Settled")


class PointsEntry(models.Model):
    """One change of a wallet; the sums of all are the wallet.

    `step` names what caused it, once a shop: a batch's freezing, its answer, a recharge.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+", db_index=False)
    batch = models.ForeignKey(
        Batch, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    kind = models.CharField(_("kind"), max_length=12, choices=PointsKind)
    step = models.CharField(_("step"), max_length=60)
    recharged = models.BigIntegerField(_("recharged"), default=0)
    available = models.BigIntegerField(_("available"), default=0)
    reserved = models.BigIntegerField(_("reserved"), default=0)
    spent = models.BigIntegerField(_("spent"), default=0)
    note = models.CharField(_("note"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"))

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("points entry")
        verbose_name_plural = _("points ledger")
        constraints = [
            models.UniqueConstraint(fields=["shop", "step"], name="points_step_once"),
            models.CheckConstraint(
                condition=Q(recharged=F("available") + F("reserved") + F("spent")),
                name="points_entry_adds_up",
            ),
        ]
        indexes = [
            models.Index(fields=["shop", "-id"], name="points_ledger"),
            models.Index(fields=["shop", "at"], name="points_by_time"),
            models.Index(fields=["batch"], name="points_of_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.shop}: {self.step}"


class RechargeState(models.TextChoices):
    """How far a recharge has come."""

    REQUESTED = "requested", _("Waiting for payment")
    PAID = "paid", _("Paid")
    CANCELLED = "cancelled", _("Cancelled")


class Recharge(models.Model):
    """Points that a shop has asked for, and their payment. `amount` is in the currency's unit."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="recharges")
    points = models.PositiveIntegerField(_("points"))
    amount = models.PositiveBigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    # A key of `messaging.payments.METHODS`, and what it calls this payment.
    method = models.CharField(_("method"), max_length=20)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=RechargeState, default=RechargeState.REQUESTED
    )
    requested_by = models.CharField(_("requested by"), max_length=254)
    requested_at = models.DateTimeField(_("requested at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("recharge")
        verbose_name_plural = _("recharges")
        constraints = [
            models.CheckConstraint(condition=Q(points__gt=0), name="recharge_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.shop}: {self.points}"
