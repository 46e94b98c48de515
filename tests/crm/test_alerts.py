"""F11: an owner is told by mail, once, of what is wrong, until it has ended."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection

from crm.alert_mails import HICCUP
from crm.alerts import look_and_tell, open_alerts
from crm.home.front_page import front_page
from crm.models import AlertKind, Kind, OwnerAlert
from crm.sending import stop_sending
from crm.staff import lift, suspend
from messaging.models import (
    Channel,
    ClosedFeature,
    Feature,
    Gateway,
    MessageTemplate,
    Price,
    SendingSettings,
    State,
    Wallet,
)
from orders.models import Country, Role
from tests import factories as make
from tests.cast import the_cast  # noqa: F401 - a fixture
from tests.crm.street import (
    HOUR,
    MINUTE,
    NOW,
    add_coupon,
    add_customer,
    give,
    open_shop,
    tick,
)

pytestmark = pytest.mark.django_db
LATER = NOW + HOUR


@pytest.fixture
def shop():
    opened = open_shop(Kind.ISSUED)
    make.MembershipFactory(shop=opened, user__email="owner@shop.example")
    make.MembershipFactory(shop=opened, role=Role.MANAGER)
    return opened


def kinds(shop):
    return [(alert.kind, alert.about) for alert in open_alerts(shop.pk)]


def break_connection(shop):
    Gateway.objects.filter(shop=shop, channel="alimtalk").update(failures=9, rests_until=LATER)


def run_low(shop):
    text = {"provider": "nhn_sms"}
    Gateway.objects.update_or_create(shop=shop, channel=Channel.TEXT, defaults=text)
    Price.objects.update_or_create(service="sms", defaults={"points": 11})
    Wallet.objects.update_or_create(
        shop=shop, defaults={"recharged": 10, "available": 10, "low_at": 100}
    )


def test_f11_nothing_is_wrong_with_a_shop_that_sends(shop):
    assert look_and_tell(NOW) == 0
    assert kinds(shop) == []
    assert front_page(shop=shop, now=NOW).attention.calm


def test_f11_an_owner_is_told_once_until_it_has_ended_and_comes_again(shop):
    run_low(shop)
    assert [look_and_tell(NOW + n * MINUTE) for n in range(3)] == [1, 0, 0]
    Wallet.objects.update(low_at=5)
    assert look_and_tell(LATER) == 0
    assert OwnerAlert.objects.get().ended_at == LATER
    Wallet.objects.update(low_at=100)
    assert look_and_tell(LATER + HOUR) == 1
    assert [message.to for message in mail.outbox] == [["owner@shop.example"]] * 2


def test_f11_a_shop_with_several_paid_channels_is_told_once_that_points_are_low(shop):
    run_low(shop)
    Gateway.objects.filter(shop=shop, channel=Channel.EMAIL).update(provider="smtp")
    Gateway.objects.filter(shop=shop, channel=Channel.PUSH).update(provider="gone")
    Price.objects.update(points=11)
    assert look_and_tell(NOW) == 1
    assert kinds(shop) == [("low_points", "")]


def test_f11_where_nothing_costs_points_nobody_hears_that_they_are_low(shop):
    run_low(shop)
    Gateway.objects.filter(shop=shop).update(provider="phone")
    assert look_and_tell(NOW) == 0
    assert kinds(shop) == []


def test_f11_the_mail_is_korean_plain_and_html_and_leads_to_the_page(shop, settings):
    settings.BASE_URL = "https://dangol.example"
    break_connection(shop)
    look_and_tell(NOW)
    look_and_tell(NOW + HICCUP)
    message: Any = mail.outbox[0]
    html, kind = message.alternatives[0]
    assert message.subject.startswith("[봄날문구] ")
    assert kind == "text/html"
    for text in (message.body, html):
        assert "https://dangol.example/messages/gateways/alimtalk/" in text
        assert "2026-11-20 10:00" in text


def test_f11_a_shop_abroad_is_told_in_english():
    shop = open_shop(Kind.ISSUED, country=Country.JAPAN)
    make.MembershipFactory(shop=shop)
    run_low(shop)
    look_and_tell(NOW)
    assert mail.outbox[0].subject == "[봄날문구] Points are running low"


def test_f11_a_broken_connection_is_told_of_when_it_lasts(shop):
    break_connection(shop)
    assert look_and_tell(NOW) == 0
    assert kinds(shop) == [(AlertKind.BROKEN, "alimtalk")]
    assert look_and_tell(NOW + HICCUP) == 1


def test_f11_a_hiccup_of_a_connection_is_nobodys_business(shop):
    break_connection(shop)
    look_and_tell(NOW)
    Gateway.objects.update(failures=0, rests_until=None)
    look_and_tell(NOW + HICCUP)
    assert (mail.outbox, kinds(shop)) == ([], [])


def test_f11_a_check_that_fails_is_a_broken_connection_and_its_word_is_not_mailed(shop):
    Gateway.objects.filter(shop=shop, channel="text").update(check_error="401 of-a-provider")
    look_and_tell(NOW)
    look_and_tell(NOW + HICCUP)
    assert kinds(shop) == [(AlertKind.BROKEN, "text")]
    assert "of-a-provider" not in mail.outbox[0].body


def test_f11_a_message_without_wording_has_stopped(shop):
    MessageTemplate.objects.filter(shop=shop).update(current=None)
    assert look_and_tell(NOW) == 1
    assert kinds(shop) == [(AlertKind.STOPPED, "coupon_issued:wording")]


def test_f11_a_message_without_a_way_has_stopped(shop):
    Gateway.objects.filter(shop=shop, channel="alimtalk").update(provider="")
    look_and_tell(NOW)
    assert kinds(shop) == [(AlertKind.STOPPED, "coupon_issued:channel")]


def test_f11_a_message_on_a_closed_channel_has_stopped(shop):
    MessageTemplate.objects.filter(shop=shop).update(channel="text")
    ClosedFeature.objects.create(shop=shop, feature=Feature.TEXT)
    look_and_tell(NOW)
    assert kinds(shop) == [(AlertKind.STOPPED, "coupon_issued:channel")]


def test_f11_a_message_that_is_off_has_not_stopped():
    shop = open_shop()
    MessageTemplate.objects.filter(shop=shop).update(current=None)
    assert look_and_tell(NOW) == 0


def test_f11_a_message_of_which_all_is_left_out_for_the_shops_own_reasons_has_stopped(shop):
    customer = add_customer(shop)
    give(customer, add_coupon(shop, basis=""))
    tick(shop)
    look_and_tell(NOW)
    assert kinds(shop) == [(AlertKind.STOPPED, "coupon_issued:left_out")]
    give(customer, add_coupon(shop), learned_at=NOW)
    tick(shop, NOW + 10 * MINUTE)
    look_and_tell(NOW + 10 * MINUTE)
    assert kinds(shop) == []


def test_f11_a_message_of_which_all_is_left_out_for_the_customers_reasons_goes_on(shop):
    give(add_customer(shop, phone=""), add_coupon(shop))
    tick(shop)
    look_and_tell(NOW)
    assert kinds(shop) == []


def test_f11_what_stands_still_in_a_stopped_shop_stays_as_it_was(shop):
    MessageTemplate.objects.filter(shop=shop).update(current=None)
    look_and_tell(NOW)
    stop_sending(shop=shop, user=make.UserFactory(), now=NOW)
    assert look_and_tell(LATER) == 0
    SendingSettings.objects.update(stopped_at=None)
    assert look_and_tell(LATER) == 0
    assert len(kinds(shop)) == 1


def test_f11_a_suspended_shops_owner_is_told_and_not_why(shop):
    staff = make.UserFactory(is_staff=True)
    suspend(shop=shop, by=staff, reason="A complaint about 010-0000-0000", now=NOW)
    assert look_and_tell(NOW) == 1
    assert "010" not in mail.outbox[0].body
    lift(shop=shop, by=staff, now=LATER)
    look_and_tell(LATER)
    assert kinds(shop) == []


def test_f11_a_mail_that_cannot_be_sent_is_tried_again_and_comes_once(shop, monkeypatch, caplog):
    run_low(shop)
    with monkeypatch.context() as broken:
        refuse = ConnectionRefusedError("owner@shop.example")
        broken.setattr(EmailBackend, "send_messages", lambda *_: (_ for _ in ()).throw(refuse))
        assert look_and_tell(NOW) == 0
    assert OwnerAlert.objects.get().mailed_at is None
    assert "owner@shop.example" not in caplog.text
    assert [look_and_tell(LATER), look_and_tell(LATER)] == [1, 0]
    assert len(mail.outbox) == 1


def test_f11_a_mail_that_may_have_gone_out_already_is_known_by_its_id(shop):
    run_low(shop)
    look_and_tell(NOW)
    OwnerAlert.objects.update(mailed_at=None)  # the server took it, and broke off
    look_and_tell(NOW)
    first, second = (message.message()["Message-ID"] for message in mail.outbox)
    assert first == second


@pytest.mark.django_db(transaction=True)
def test_f11_a_mail_is_claimed_and_on_its_way_outside_of_any_transaction(shop, monkeypatch):
    seen = []

    def send(_self, _messages):
        seen.append((connection.in_atomic_block, OwnerAlert.objects.get().mailed_at))
        return look_and_tell(NOW)  # another worker, meanwhile

    run_low(shop)
    monkeypatch.setattr(EmailBackend, "send_messages", send)
    look_and_tell(NOW)
    assert seen == [(False, NOW)]


def test_f11_a_mail_that_goes_nowhere_stops_no_other(shop):
    ownerless = open_shop()
    run_low(ownerless)
    run_low(shop)
    assert look_and_tell(NOW) == 1


def test_f11_another_shops_alert_is_another_shops(shop):
    run_low(open_shop())
    look_and_tell(NOW)
    assert kinds(shop) == []


def test_f11_the_front_page_shows_what_is_wrong(cast):
    run_low(cast.shop)
    look_and_tell(NOW)
    Wallet.objects.update(low_at=None)
    OwnerAlert.objects.create(
        shop=cast.shop, kind=AlertKind.STOPPED, about="coupon_issued:wording", since=NOW
    )
    page = cast.viewer.get("/", headers={"Accept-Language": "en"}).content.decode()
    assert "Nothing goes out any more: Coupon issued" in page


def test_f11_looking_asks_as_much_for_many_shops_as_for_one(shop, django_assert_max_num_queries):
    for _ in range(3):
        other = open_shop(Kind.ISSUED, Kind.EXPIRING)
        make.BatchFactory(shop=other, state=State.SENT, run__as_of=NOW - timedelta(minutes=1))
    with django_assert_max_num_queries(14):
        look_and_tell(NOW)
