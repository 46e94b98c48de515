"""The app's entry in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    """See docs/architecture.md for the app's place in the house."""

    name = "crm"
    verbose_name = _("CRM")

    def ready(self) -> None:
        """Say who writes this floor's records."""
        from crm.ingest import CouponOverrideRecord, upsert_coupon_overrides
        from orders.ingest import sink

        sink(CouponOverrideRecord, upsert_coupon_overrides)
