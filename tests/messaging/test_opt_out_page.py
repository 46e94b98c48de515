"""Who opens the way out in a message is asked, and heard (F3)."""

import pytest
import time_machine
from django.test import Client

from messaging.links import link_token, opt_out_token
from messaging.models import Channel, Message, OptOut, OptOutSource
from orders.models import Consent, ConsentKind, Country, Customer
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def message() -> Message:
    message = make.MessageFactory(batch__channel=Channel.EMAIL)
    message.address = message.customer.email
    message.save()
    make.ConsentFactory(customer=message.customer, kind=ConsentKind.EMAIL)
    make.ConsentFactory(customer=message.customer, kind=ConsentKind.TEXT)
    return message


def ask(message: Message, method: str = "get", **data: str):
    client = Client(enforce_csrf_checks=True)
    with time_machine.travel(make.NOW, tick=False):
        return getattr(client, method)(f"/o/{opt_out_token(message.pk)}", data)


def test_f3_the_page_asks_and_names_shop_channel_and_masked_address(message: Message):
    text = ask(message).content.decode()
    assert "<form" in text
    assert message.shop.name in text and "이메일" in text
    assert f"{message.address[:2]}***@example.com" in text
    assert message.address not in text


@pytest.mark.parametrize("method", ["get", "head"])
def test_f3_looking_refuses_nothing(message: Message, method: str):
    assert ask(message, method).status_code == 200
    assert not OptOut.objects.exists()


@pytest.mark.parametrize("data", [{}, {"List-Unsubscribe": "One-Click"}], ids=["page", "one-click"])
def test_f3_posting_refuses_and_says_when_it_was_noted(message: Message, data: dict[str, str]):
    response = ask(message, "post", **data)
    assert response.status_code == 200
    assert "2026년 11월 20일" in response.content.decode()
    refused = OptOut.objects.get()
    assert (refused.shop, refused.channel, refused.address, refused.at, refused.source) == (
        *(message.shop, Channel.EMAIL, message.address, make.NOW),
        OptOutSource.LINK,
    )


def test_f3_it_ends_the_consent_for_that_channel_alone(message: Message):
    ask(message, "post")
    held = dict(Consent.objects.filter(until=None).values_list("kind", "given"))
    assert held == {ConsentKind.EMAIL: False, ConsentKind.TEXT: True}
    ended = Consent.objects.get(kind=ConsentKind.EMAIL, given=True)
    assert ended.until == make.NOW


def test_f3_again_it_changes_nothing_and_the_page_says_it_is_done(message: Message):
    for _n in range(2):
        ask(message, "post")
    assert OptOut.objects.count() == 1
    text = ask(message).content.decode()
    assert "<form" not in text and "2026년 11월 20일" in text


def test_f3_it_works_when_the_customer_is_gone(message: Message):
    Customer.objects.all().delete()
    assert ask(message, "post").status_code == 200
    assert OptOut.objects.get().address == message.address


def test_f9_where_no_address_is_kept_any_more_there_is_nothing_to_refuse(message: Message):
    Customer.objects.all().delete()
    Message.objects.update(address="")
    response = ask(message, "post")
    assert response.status_code == 200 and not OptOut.objects.exists()
    assert "보관하지 않아요" in response.content.decode()


def test_f3_a_japanese_shop_asks_in_japanese(message: Message):
    message.shop.country = Country.JAPAN
    message.shop.timezone = "Asia/Tokyo"
    message.shop.save()
    text = ask(message, "post").content.decode()
    assert '<html lang="ja">' in text and "2026年11月20日" in text


def test_f3_who_refuses_an_alimtalks_text_refuses_texts():
    message = make.MessageFactory()
    ask(message, "post")
    refused = OptOut.objects.get()
    assert (refused.channel, refused.address) == (Channel.TEXT, message.address)


def test_f10_a_forged_token_is_as_a_message_that_is_gone(message: Message):
    client = Client()
    gone = client.post(f"/o/{opt_out_token(message.pk + 1)}")
    forged = [client.post(f"/o/{token}") for token in ("x", link_token(message.pk, 0))]
    assert {(gone.status_code, gone.content)} == {(r.status_code, r.content) for r in forged}
    assert gone.status_code == 404
    assert not OptOut.objects.exists()
