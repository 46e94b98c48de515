"""A shop's ways out, and when it sends at all."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.encrypted import EncryptedField
from orders.models import Shop, ShopQuerySet


class Channel(models.TextChoices):
    """The ways a message can go."""

    ALIMTALK = "alimtalk", _("Alimtalk")
    TEXT = "text", _("Text message")
    EMAIL = "email", _("E-mail")
    PUSH = "push", _("App push")
    INBOX = "inbox", _("Inbox")


class Service(models.TextChoices):
    """What a provider does for one message, and what is paid for."""

    ALIMTALK = "alimtalk", _("Alimtalk")
    SMS = "sms", _("SMS")
    LMS = "lms", _("LMS")
    EMAIL = "email", _("E-mail")
    PUSH = "push", _("App push")
    INBOX = "inbox", _("Inbox")


class Feature(models.TextChoices):
    """What the platform's staff can close for a shop and open again (F11)."""

    TEXT = "text", _("Text messages")
    EMAIL = "email", _("E-mail")
    PUSH = "push", _("App push")
    INBOX = "inbox", _("Inbox")
    ADVERTISING = "advertising", _("Advertising")


# What staff close to close a channel; Alimtalk can't be closed by itself.
FEATURES = {
    Channel.TEXT: Feature.TEXT,
    Channel.EMAIL: Feature.EMAIL,
    Channel.PUSH: Feature.PUSH,
    Channel.INBOX: Feature.INBOX,
}


class ConnectedGateways(models.Manager[Any]):
    """Those through which something can go."""

    def get_queryset(self) -> ShopQuerySet:
        """Without those that were disconnected."""
        return ShopQuerySet(self.model, using=self._db).exclude(provider="")

    def for_shop(self, shop: Shop) -> ShopQuerySet:
        """Only what belongs to this shop."""
        return self.get_queryset().for_shop(shop)


class Gateway(models.Model):
    """A shop's account at a provider for a channel.

    One that was disconnected keeps its row, with no provider and no account: its batches' history
    refers to it. `objects` passes it over, `every` has it too.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="gateways", db_index=False)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    # A key of `messaging.gateways.PROVIDERS`; empty: disconnected.
    provider = models.CharField(_("provider"), max_length=40)
    # The values of the provider's account form.
    account = EncryptedField(_("account"), editable=False)
    connected_at = models.DateTimeField(_("connected at"), null=True, blank=True)
    # When the connection was last tried by hand, and what the provider said; empty: it works.
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    check_error = models.CharField(_("what the check said"), max_length=200, blank=True)
    # The breaker: failures without a success between, and until when nothing is tried.
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    rests_until = models.DateTimeField(_("rests until"), null=True, blank=True)
    # Reports: how far we have polled, and how many were about nobody we know.
    polled_through = models.DateTimeField(_("polled through"), null=True, blank=True)
    strangers = models.PositiveIntegerField(_("reports about unknown messages"), default=0)

    objects = ConnectedGateways()
    every = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("gateway")
        verbose_name_plural = _("gateways")
        constraints = [
            models.UniqueConstraint(fields=["shop", "channel"], name="gateway_channel_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} · {self.provider}"


class SenderNumber(models.Model):
    """A number that a shop's text messages may come from, as the law asks to register it.

    `registered_at` is when the provider confirmed it (or staff, where it can't be asked); empty:
    not yet.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="sender_numbers", db_index=False)
    number = models.CharField(_("number"), max_length=20)
    registered_at = models.DateTimeField(_("registered at"), null=True, blank=True)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    # The one in use; at most one a shop.
    in_use = models.BooleanField(_("in use"), default=False)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("sender number")
        verbose_name_plural = _("sender numbers")
        constraints = [
            models.UniqueConstraint(fields=["shop", "number"], name="sender_number_once"),
            models.UniqueConstraint(
                fields=["shop"], condition=Q(in_use=True), name="sender_number_one_in_use"
            ),
            models.CheckConstraint(
                condition=Q(in_use=False) | Q(registered_at__isnull=False),
                name="sender_number_registered_before_use",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ClosedFeature(models.Model):
    """What staff have closed for a shop (F11); what has no row is open."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="closed_features", db_index=False)
    feature = models.CharField(_("feature"), max_length=12, choices=Feature)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("closed feature")
        verbose_name_plural = _("closed features")
        constraints = [
            models.UniqueConstraint(fields=["shop", "feature"], name="closed_feature_once"),
        ]

    def __str__(self) -> str:
        return f"{self.shop} · {self.get_feature_display()}"


# Of whom something may be planned and sent: neither the merchant nor staff have stopped it (F11).
SENDING = Q(shop__sending__stopped_at=None, shop__sending__suspended_at=None)


class SendingSettings(models.Model):
    """When a shop sends at all: its stop, staff's stop, and its closed hours for information.

    The closed hours are [quiet_from, quiet_until) in the shop's zone and may span midnight;
    both empty (the default) means that information goes out at any hour (F4).
    """

    shop = models.OneToOneField(Shop, models.CASCADE, primary_key=True, related_name="sending")
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    # By the platform's staff; the shop itself can't take it back.
    suspended_at = models.DateTimeField(_("suspended at"), null=True, blank=True)
    suspended_because = models.CharField(_("suspended because"), max_length=200, blank=True)
    # The free 080 number that an advertising text names.
    opt_out_number = models.CharField(_("080 opt-out number"), max_length=20, blank=True)
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
