"""What the people who are written to do: refuse, and tap."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from messaging.models.gateways import Channel
from messaging.models.messages import Message
from orders.models import Shop, ShopQuerySet


class OptOutSource(models.TextChoices):
    """How a refusal reached us."""

    LINK = "link", _("By the link in a message")
    NUMBER = "080", _("By the 080 number")
    API = "api", _("By the shop's own site")
    STAFF = "staff", _("Entered in the console")


class OptOut(models.Model):
    """An address that may no longer get advertising on a channel, whoever has it."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="opt_outs", db_index=False)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    address = models.CharField(_("address"), max_length=255)
    at = models.DateTimeField(_("at"))
    source = models.CharField(_("source"), max_length=8, choices=OptOutSource)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("opt-out")
        verbose_name_plural = _("opt-outs")
        constraints = [
            models.UniqueConstraint(fields=["shop", "channel", "address"], name="opt_out_once"),
        ]
        indexes = [models.Index(fields=["shop", "-at", "-id"], name="opt_out_list")]

    def __str__(self) -> str:
        return f"{self.channel} {self.at:%Y-%m-%d}"


class Tap(models.Model):
    """Somebody opened a message's link: `link` counts its links from 0 (F7)."""

    message = models.ForeignKey(
        Message, models.DO_NOTHING, related_name="taps", db_constraint=False, db_index=False
    )
    shop = models.ForeignKey(
        Shop, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    link = models.PositiveSmallIntegerField(_("link"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("tap")
        verbose_name_plural = _("taps")
        indexes = [
            models.Index(fields=["message", "at"], name="tap_message"),
            models.Index(fields=["shop", "at"], name="tap_shop"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} · {self.link}"
