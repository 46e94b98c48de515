"""Through dispatch, from the database to FCM and back."""

import pytest

from messaging.models import Channel, State
from orders.models import Customer
from tests.providers.fcm.google import service_account
from tests.providers.fcm.sending import google
from tests.providers.whole_way import plan, send, states

pytestmark = pytest.mark.django_db


def test_f1_each_push_has_its_own_end_and_a_dead_token_is_forgotten():
    with google({"t1": "UNREGISTERED", "t2": "UNAVAILABLE"}) as (desk, provider):
        shop = plan(Channel.PUSH, "fcm", {"service_account": service_account()}).shop
        assert send(provider) == {State.FAILED: 1, State.SENT: 1}
    assert desk.taken["t0"]["notification"] == {
        "title": "봄날문구 쿠폰",
        "body": "봄맞이 10% 쿠폰",
    }
    assert states(shop) == {
        "m0": (State.SENT, ""),
        "m1": (State.FAILED, "UNREGISTERED"),
        "m2": (State.WAITING, ""),
    }
    tokens = Customer.objects.for_shop(shop).order_by("mall_id").values_list("app_token", flat=True)
    assert list(tokens) == ["t0", "", "t2"]
