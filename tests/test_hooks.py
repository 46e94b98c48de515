"""The three ways upward, and no more: what floors above have registered below."""

from coupons.records import CouponRecord, IssuedCouponRecord
from crm.ingest import CouponOverrideRecord
from crm.models import Kind, NoticeKind
from messaging.hooks import RECHECKS
from orders import records
from orders.ingest import registered


def test_record_sinks_say_who_writes_what():
    assert {kind: upsert.__module__ for kind, upsert in registered().items()} == {
        records.CustomerRecord: "orders.ingest.people",
        records.ConsentRecord: "orders.ingest.people",
        records.ProductRecord: "orders.ingest.catalogue",
        records.OrderRecord: "orders.ingest.purchases",
        records.CancellationRecord: "orders.ingest.cancellations",
        CouponRecord: "coupons.ingest",
        IssuedCouponRecord: "coupons.ingest",
        CouponOverrideRecord: "crm.ingest",
    }


def test_rechecks_are_asked_of_the_kinds_that_registered():
    of_coupons = "crm.campaigns.coupon_messages.rechecking"
    of_consents = "crm.campaigns.consent_notices.rechecking"
    assert {kind: recheck.__module__ for kind, recheck in RECHECKS.items()} == (
        dict.fromkeys(Kind.values, of_coupons) | dict.fromkeys(NoticeKind.values, of_consents)
    )
