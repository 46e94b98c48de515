"""What the law wants a shop to tell people about their consents, and what the owner was told."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from messaging.models import Draft, Message, MessageTemplate
from orders.models import Consent, Customer, Shop, ShopQuerySet


class NoticeKind(models.TextChoices):
    """The two consent notices. The label is what history shows."""

    CHANGED = "consent_changed", _("Consent confirmed")
    RECONFIRMED = "consent_renewed", _("Consent reconfirmed")


class ConsentNoticeSettings(models.Model):
    """A shop's consent notices: by which template, and since when each is on; empty: off."""

    shop = models.OneToOneField(
        Shop, models.CASCADE, primary_key=True, related_name="consent_notices"
    )
    template = models.ForeignKey(
        MessageTemplate, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    changed_since = models.DateTimeField(_("on a change, since"), null=True, blank=True)
    renewed_since = models.DateTimeField(_("every two years, since"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent notice settings")
        verbose_name_plural = _("consent notice settings")
        constraints = [
            models.CheckConstraint(
                condition=Q(template__isnull=False) | Q(changed_since=None, renewed_since=None),
                name="consent_notices_need_wording",
            ),
        ]

    def __str__(self) -> str:
        return str(self.shop)

    def since(self, kind: NoticeKind) -> dt.datetime | None:
        """Since when this notice is on; None while it is off."""
        return self.changed_since if kind == NoticeKind.CHANGED else self.renewed_since


class ConsentNotice(models.Model):
    """This consent has had this notice decided: the nth, one for a change, one each two years."""

    consent = models.ForeignKey(Consent, models.CASCADE, related_name="notices", db_index=False)
    kind = models.CharField(_("kind"), max_length=16, choices=NoticeKind)
    nth = models.PositiveSmallIntegerField(_("nth"))
    shop = models.ForeignKey(
        Shop, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    message = models.ForeignKey(
        Message, models.DO_NOTHING, related_name="consent_notices", db_constraint=False
    )

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent notice")
        verbose_name_plural = _("consent notices")
        constraints = [
            models.UniqueConstraint(fields=["consent", "kind", "nth"], name="consent_notice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.consent_id}"


class DecidedConsent(models.Model):
    """A consent that a member is told of: a row of a chunk's temporary table.

    `said` is what the notice says about it, `dated` the same with its day.
    """

    consent = models.OneToOneField(
        Consent, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )
    notice = models.ForeignKey(
        "DecidedConsentNotice", models.DO_NOTHING, related_name="consents", db_constraint=False
    )
    kind = models.CharField(max_length=12)
    since = models.DateTimeField()
    nth = models.SmallIntegerField()
    day = models.CharField(max_length=20)
    said = models.CharField(max_length=80)
    dated = models.CharField(max_length=120)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=255)
    verdict = models.CharField(max_length=20)

    class Meta:
        managed = False
        db_table = "crm_decided_consent"

    def __str__(self) -> str:
        return str(self.consent_id)


class DecidedConsentNotice(Draft):
    """A member's consents that share a message: a row of a chunk's temporary table.

    Its key is the member's.
    """

    member = models.OneToOneField(
        Customer, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=255)
    agreed_at = models.DateTimeField()
    agreed = models.CharField(max_length=600)

    class Meta:
        managed = False
        db_table = "crm_decided_consent_notice"

    def __str__(self) -> str:
        return str(self.member_id)


class AlertKind(models.TextChoices):
    """What an owner is told by mail (F11)."""

    STOPPED = "stopped", _("An automatic message has stopped")
    BROKEN = "broken", _("A connection is broken")
    LOW_POINTS = "low_points", _("Points are running low")
    SUSPENDED = "suspended", _("Sending was suspended")


class OwnerAlert(models.Model):
    """Something wrong that the owner is told of once, until it has ended.

    `about` tells apart what can be wrong several times at once: a gateway, a message.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="alerts", db_index=False)
    kind = models.CharField(_("kind"), max_length=12, choices=AlertKind)
    about = models.CharField(_("about"), max_length=60, blank=True)
    since = models.DateTimeField(_("since"))
    mailed_at = models.DateTimeField(_("mailed at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("owner's alert")
        verbose_name_plural = _("owners' alerts")
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "kind", "about"],
                condition=Q(ended_at=None),
                name="owner_alert_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop} · {self.get_kind_display()}"
