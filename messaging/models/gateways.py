"""A shop's ways out, and when it sends at all."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Shop, ShopQuerySet


class Channel(models.TextChoices):
    """The ways a message can go."""

    ALIMTALK = "alimtalk", _("Alimtalk")


class Gateway(models.Model):
    """A shop's account at a provider for a channel."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="gateways", db_index=False)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    # A key of `messaging.gateways.PROVIDERS`.
    provider = models.CharField(_("provider"), max_length=40)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("gateway")
        verbose_name_plural = _("gateways")
        constraints = [
            models.UniqueConstraint(fields=["shop", "channel"], name="gateway_channel_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} · {self.provider}"


class SendingSettings(models.Model):
    """When a shop sends at all: its stop, and its own closed hours for information.

    The closed hours are [quiet_from, quiet_until) in the shop's zone and may span midnight;
    both empty (the default) means that information goes out at any hour (F4).
    """

    shop = models.OneToOneField(Shop, models.CASCADE, primary_key=True, related_name="sending")
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)

    class Meta:
        verbose_name = _("sending settings")
        verbose_name_plural = _("sending settings")
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_both_or_none",
            ),
            models.CheckConstraint(
                condition=Q(quiet_from=None) | ~Q(quiet_from=models.F("quiet_until")),
                name="quiet_hours_not_all_day",
            ),
        ]

    def __str__(self) -> str:
        return str(self.shop)
