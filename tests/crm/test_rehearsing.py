"""Asking for a rehearsal."""

from datetime import timedelta

import pytest

from crm.models import Job, RehearsalState
from crm.rehearsals.rehearsing import GIVEN_UP_AFTER, ask_for_rehearsal
from tests.factories import NOW, ShopFactory, UserFactory

pytestmark = pytest.mark.django_db


def ask(shop, now=NOW):
    return ask_for_rehearsal(
        shop=shop,
        user=UserFactory.create(),
        start=NOW - timedelta(days=30),
        end=NOW,
        jobs=[Job.COUPON_ISSUED],
        now=now,
    )


def test_a_shop_has_one_open_rehearsal_at_a_time():
    shop = ShopFactory.create()
    asked = ask(shop)
    assert ask(shop) == asked
    assert ask(ShopFactory.create()) != asked


def test_one_whose_worker_was_killed_is_given_up_and_makes_room():
    shop = ShopFactory.create()
    lost = ask(shop)
    anew = ask(shop, NOW + GIVEN_UP_AFTER)
    assert anew != lost
    lost.refresh_from_db()
    assert lost.state == RehearsalState.FAILED
