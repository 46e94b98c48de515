"""The app's entry in Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    """See docs/architecture.md for the app's place in the house."""

    name = "crm"
    verbose_name = _("CRM")

    def ready(self) -> None:
        """Say who writes this floor's records, what is asked again at sending, and what runs."""
        from crm.campaigns import consent_notices
        from crm.campaigns.coupon_messages import recheck
        from crm.ingest import CouponOverrideRecord, upsert_coupon_overrides
        from crm.models import Kind, NoticeKind
        from crm.tasks import keep_schedules
        from messaging.hooks import register_recheck
        from orders.ingest import sink

        sink(CouponOverrideRecord, upsert_coupon_overrides)
        for kind in Kind:
            register_recheck(kind, recheck)
        for notice in NoticeKind:
            register_recheck(notice, consent_notices.recheck)
        post_migrate.connect(keep_schedules, sender=self)
