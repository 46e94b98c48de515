"""Wording. A revision never changes, so that history can always show what was sent."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from messaging.models.gateways import Channel
from orders.models import Shop, ShopQuerySet


class Topic(models.TextChoices):
    """What a template speaks about; decides which variables it may hold."""

    COUPON = "coupon", _("Coupons")
    CONSENT = "consent", _("Consents")


class Purpose(models.TextChoices):
    """What the law looks at (F3)."""

    INFORMATION = "information", _("Information")
    ADVERTISING = "advertising", _("Advertising")


class Inspection(models.TextChoices):
    """How a provider's inspection of wording stands."""

    NONE = "", _("Not submitted")
    # Submitted, and the provider's answer is not here yet, or was lost.
    IN_DOUBT = "in_doubt", _("Not known whether it arrived")
    REQUESTED = "requested", _("Submitted")
    REVIEWING = "reviewing", _("Under review")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class MessageTemplate(models.Model):
    """Wording for one channel and topic. `current` is the revision that messages use."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="templates", db_index=False)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    topic = models.CharField(_("topic"), max_length=8, choices=Topic)
    purpose = models.CharField(
        _("purpose"), max_length=12, choices=Purpose, default=Purpose.INFORMATION
    )
    name = models.CharField(_("name"), max_length=80)
    # Approved, and not withdrawn by the provider; empty: messages are left out `no_template`.
    current = models.ForeignKey(
        "TemplateRevision", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        constraints = [
            models.UniqueConstraint(fields=["shop", "name"], name="template_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class TemplateRevision(models.Model):
    """One wording of a template.

    `title` is the subject of a text or e-mail and the title of a push. `buttons` is a list of
    `{"type", "name"}`: "AC" adds the channel (first, its name is Kakao's), "WL" opens `url`, or
    the message's own where it has none, "AL" an app (`ios`, `android`), "DS" tracks a delivery,
    "BK" sends the bot a word, "MD" a message. `fallback` is sent as text where an Alimtalk can't be
    delivered; empty: nothing is.
    """

    template = models.ForeignKey(
        MessageTemplate, models.CASCADE, related_name="revisions", db_index=False
    )
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=120, blank=True)
    body = models.TextField(_("text"))
    fallback = models.TextField(_("text where the Alimtalk fails"), blank=True)
    buttons = models.JSONField(_("buttons"), default=list)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    # The inspection: of which provider, its name for the wording, how it stands and what it said.
    provider = models.CharField(_("inspected by"), max_length=40, blank=True)
    provider_code = models.CharField(_("provider's code"), max_length=40, blank=True)
    inspection = models.CharField(
        _("inspection"), max_length=12, choices=Inspection, blank=True, default=Inspection.NONE
    )
    comments = models.TextField(_("provider's comments"), blank=True)
    looked_up_at = models.DateTimeField(_("looked up at"), null=True, blank=True)

    class Meta:
        verbose_name = _("template revision")
        verbose_name_plural = _("template revisions")
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="revision_number_once"),
            models.CheckConstraint(condition=~Q(body=""), name="revision_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.template} · {self.number}"
