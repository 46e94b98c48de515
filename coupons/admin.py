"""Staff's view of coupons."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from coupons.models import Coupon, IssuedCoupon
from orders.admin_reading import ReadOnlyAdmin
from orders.masking import mask_id


@admin.register(Coupon)
class CouponAdmin(ReadOnlyAdmin):
    """Coupon definitions; a merchant's own words on them are the merchant's to change."""

    list_display = ("name", "code", "shop", "discount_type", "discount_value", "grant_basis")
    list_filter = ("discount_type",)
    list_select_related = ("shop",)
    ordering = ("-pk",)
    search_fields = ("name", "=code")


@admin.register(IssuedCoupon)
class IssuedCouponAdmin(ReadOnlyAdmin):
    """Coupons in boxes."""

    list_display = ("code", "shop", "coupon", "holder", "issued_at", "expires_at", "used_at")
    list_select_related = ("shop", "coupon", "customer")
    fields = (
        *list_display,
        "valid_from",
        "withdrawn_at",
        "origin",
        "nth",
        "learned_at",
    )
    ordering = ("-pk",)
    search_fields = ("=code",)

    @admin.display(description=_("customer"))
    def holder(self, issued: IssuedCoupon) -> str:
        """Masked (F9)."""
        return mask_id(issued.customer.mall_id)
