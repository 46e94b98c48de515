"""F3: who calls the 080 number at the provider is written to no more."""

import pytest
from django.test import Client

from messaging.connections import hook_address
from messaging.models import Gateway, OptOut
from tests.crm.street import shop_with_messages
from tests.providers.nhn.answers import ACCOUNT, webhook

pytestmark = pytest.mark.django_db


@pytest.fixture
def gateway():
    found = Gateway.objects.get(shop=shop_with_messages(1), channel="text")
    found.provider, found.account = "nhn_sms", ACCOUNT
    found.save()
    return found


CALLED = {"recipientNo": "01012345678", "unsubscribeNo": "0801234567"}


def call(gateway, event="UNSUBSCRIBE", hooks=(CALLED,), **options):
    told = webhook(event, hooks, **options)
    headers = {"X-Toast-Webhook-Signature": told.headers["x-toast-webhook-signature"]}
    return Client().post(hook_address(gateway), told.body, "application/json", headers=headers)


def test_f3_a_refusal_at_the_080_number_is_heard_once(gateway):
    assert [call(gateway).status_code for _ in range(2)] == [200, 200]
    refusal = OptOut.objects.get(shop=gateway.shop)
    assert (refusal.channel, refusal.address) == ("text", "+821012345678")
    assert refusal.source == "080"


def test_f3_a_broken_refusal_keeps_no_other_from_being_heard(gateway, caplog):
    assert call(gateway, hooks=[1, {}, CALLED]).status_code == 200
    assert OptOut.objects.get(shop=gateway.shop).address == "+821012345678"
    assert "2 entries" in caplog.text
    assert "1012345678" not in caplog.text


def test_f3_a_forged_refusal_is_heard_by_nobody(gateway):
    assert call(gateway, signature="another").status_code == 403
    assert not OptOut.objects.exists()
