"""The app's entry in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CouponsConfig(AppConfig):
    """See docs/architecture.md for the app's place in the house."""

    name = "coupons"
    verbose_name = _("Coupons")

    def ready(self) -> None:
        """Say who writes this floor's records."""
        from coupons.ingest import upsert_coupons, upsert_issued_coupons
        from coupons.records import CouponRecord, IssuedCouponRecord
        from orders.ingest import sink

        sink(CouponRecord, upsert_coupons)
        sink(IssuedCouponRecord, upsert_issued_coupons)
