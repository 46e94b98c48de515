"""Wording. A revision never changes, so that history can always show what was sent."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from messaging.models.gateways import Channel
from orders.models import Shop, ShopQuerySet


class Topic(models.TextChoices):
    """What a template speaks about; decides which variables it may hold."""

    COUPON = "coupon", _("Coupons")


class MessageTemplate(models.Model):
    """Wording for one channel and topic. `current` is the revision that messages use."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="templates", db_index=False)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    topic = models.CharField(_("topic"), max_length=8, choices=Topic)
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

    `buttons` is a list of `{"type": "AC"}` (add channel; always first, its name is Kakao's) and
    `{"type": "WL", "name": str}` (opens the message's URL).
    """

    template = models.ForeignKey(
        MessageTemplate, models.CASCADE, related_name="revisions", db_index=False
    )
    number = models.PositiveIntegerField(_("number"))
    body = models.TextField(_("text"))
    buttons = models.JSONField(_("buttons"), default=list)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("template revision")
        verbose_name_plural = _("template revisions")
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="revision_number_once"),
            models.CheckConstraint(condition=~Q(body=""), name="revision_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.template} · {self.number}"
