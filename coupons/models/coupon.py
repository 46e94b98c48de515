"""A coupon's definition."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Shop, ShopQuerySet


class DiscountType(models.TextChoices):
    """How a discount is reckoned."""

    PERCENT = "percent", _("Percentage")
    FIXED = "fixed", _("Fixed amount")


class Coupon(models.Model):
    """A coupon definition, by the mall's own code. Money is in the currency's smallest unit."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="coupons", db_index=False)
    code = models.CharField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=80)
    discount_type = models.CharField(_("kind of discount"), max_length=8, choices=DiscountType)
    discount_value = models.PositiveBigIntegerField(_("discount"))
    max_discount = models.PositiveBigIntegerField(_("maximum discount"), null=True, blank=True)
    min_order = models.PositiveBigIntegerField(_("minimum order"), null=True, blank=True)
    # The sentence that Kakao's rule of 2026-04-01 asks for; empty where the coupon has none (A9).
    grant_basis = models.CharField(_("grant basis"), max_length=200, blank=True)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = [
            models.UniqueConstraint(fields=["shop", "code"], name="coupon_once"),
            models.CheckConstraint(
                condition=Q(discount_value__gt=0)
                & (Q(discount_type=DiscountType.FIXED) | Q(discount_value__lte=100)),
                name="coupon_discount_makes_sense",
            ),
        ]

    def __str__(self) -> str:
        return self.name
