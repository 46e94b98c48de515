"""A shop's customers and what they agreed to."""

from django.db import models
from django.db.models.functions import Lower, Right
from django.utils.translation import gettext_lazy as _

from orders.models.shop import Shop, ShopQuerySet


class Customer(models.Model):
    """A member of the shop, by the mall's own member id. `phone` is E.164 or empty."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="customers", db_index=False)
    mall_id = models.CharField(_("member id"), max_length=80)
    name = models.CharField(_("name"), max_length=80, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    email_verified_at = models.DateTimeField(_("e-mail verified at"), null=True, blank=True)
    app_token = models.CharField(_("app token"), max_length=255, blank=True)
    joined_at = models.DateTimeField(_("joined at"), null=True, blank=True)
    source_updated_at = models.DateTimeField(_("as of"), null=True, blank=True)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.UniqueConstraint(fields=["shop", "mall_id"], name="customer_once"),
        ]
        indexes = [
            models.Index(
                fields=["shop", "name"], name="customer_name", opclasses=["", "text_pattern_ops"]
            ),
            models.Index(models.F("shop"), Right("phone", 4), name="customer_phone_end"),
            models.Index(models.F("shop"), Lower("email"), name="customer_email"),
        ]

    def __str__(self) -> str:
        return self.mall_id


class ConsentKind(models.TextChoices):
    """What a customer can agree to."""

    TEXT = "text", _("Advertising by text message")
    EMAIL = "email", _("Advertising by e-mail")
    PUSH = "push", _("Advertising by app push")
    NIGHT = "night", _("Advertising at night")
    COUPON_MAIL = "coupon_mail", _("Coupon mail")


class Consent(models.Model):
    """A consent or a refusal that held in [since, until)."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="consents", db_index=False)
    kind = models.CharField(_("kind"), max_length=12, choices=ConsentKind)
    given = models.BooleanField(_("given"))
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=20)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "kind"],
                condition=models.Q(until=None),
                name="consent_current_once",
            ),
            models.UniqueConstraint(
                fields=["customer", "kind", "since"], name="consent_since_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.given}"
