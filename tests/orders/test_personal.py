"""Seeing personal data whole is put on record (F9)."""

import pytest
from django.core.exceptions import ValidationError

from orders.models import AuditEvent
from orders.personal import UNMASKED, about_customer, record_unmasking
from tests import factories as make

pytestmark = pytest.mark.django_db


def unmask(reason):
    member = make.MembershipFactory()
    customer = make.CustomerFactory(shop=member.shop)
    about = about_customer(customer)
    event = record_unmasking(
        shop=member.shop, user=member.user, about=about, reason=reason, now=make.NOW
    )
    return member, about, event


def test_f9_who_saw_whom_when_and_why_is_kept():
    member, about, _event = unmask("  고객 문의  ")
    event = AuditEvent.objects.get()
    assert (event.shop, event.user, event.action) == (member.shop, member.user, UNMASKED)
    assert (event.about, event.reason, event.at) == (about, "고객 문의", make.NOW)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "\u3164", "문\u202e의", "문\n의"])
def test_f9_no_reason_no_record(reason):
    with pytest.raises(ValidationError):
        unmask(reason)
    assert not AuditEvent.objects.exists()


def test_f9_the_record_itself_gives_nobody_away():
    customer = make.CustomerFactory()
    assert customer.mall_id not in about_customer(customer)
