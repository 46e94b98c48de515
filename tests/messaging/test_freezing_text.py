"""F3, F5: an advertising text leaves marked, priced by its length, and from the shop's number."""

import pytest

from messaging.integrity import find_broken
from messaging.models import Channel, Price, SenderNumber, Service, State
from messaging.reading import letter
from orders.models import ConsentKind, Country
from tests.crm.street import NOW, TICK, change, messages, only_message, tick
from tests.messaging.post import (
    NUMBER,
    OPT_OUT,
    Post,
    advertising_shop,
    batches,
    connect,
    pay,
    reader,
    send,
    with_numbers,
)

pytestmark = pytest.mark.django_db
TEXT = ConsentKind.TEXT
LONG_NAME = "이름이아주긴사람입니다" * 4  # 88 bytes of CP949 by itself


@pytest.fixture
def post():
    return Post()


@pytest.fixture
def shop(monkeypatch, post):
    """It advertises by text through a provider that reaches people, and has points."""
    shop = with_numbers(advertising_shop())
    connect(monkeypatch, shop, Channel.TEXT, post)
    pay(shop, 1000)
    return shop


def shown(message):
    found = letter(message, masked=False)
    assert found
    return "".join(part.text for part in found.parts)


def prices(sms=12, lms=35):
    for service, points in ((Service.SMS, sms), (Service.LMS, lms)):
        Price.objects.update_or_create(pk=service, defaults={"points": points})


def test_f3_mark_name_and_refusal_are_in_the_text_that_leaves_and_in_history(shop, post):
    reader(shop, TEXT, name="하늘")
    tick(shop)
    send(shop)
    said = f"(광고) 봄날문구\n하늘님, 봄맞이 10% 쿠폰\n무료수신거부 {OPT_OUT}"
    assert post.texts == [said]
    assert shown(only_message(shop)) == said


def test_f3_what_the_wording_says_already_is_said_once(shop, post):
    revision = shop.templates.get(channel=Channel.TEXT).current
    change(revision, body=f"(광고) #{{상점명}}\n#{{쿠폰명}}\n무료수신거부 {OPT_OUT}")
    reader(shop, TEXT)
    tick(shop)
    send(shop)
    assert post.texts == [f"(광고) 봄날문구\n봄맞이 10% 쿠폰\n무료수신거부 {OPT_OUT}"]


def test_f3_history_shows_the_number_that_was_sent_though_the_shop_has_another_now(shop, post):
    reader(shop, TEXT)
    tick(shop)
    send(shop)
    change(shop.sending, opt_out_number="080-999-9999")
    assert shown(only_message(shop)) == post.texts[0]


def test_f3_history_shows_of_what_waits_the_number_that_will_be_sent(shop):
    reader(shop, TEXT)
    tick(shop)
    assert shown(only_message(shop)).endswith(f"무료수신거부 {OPT_OUT}")
    change(shop.sending, opt_out_number="080-999-9999")
    assert shown(only_message(shop)).endswith("무료수신거부 080-999-9999")


def test_f3_the_built_in_phone_shows_the_same_text():
    shop = with_numbers(advertising_shop())
    reader(shop, TEXT)
    tick(shop)
    assert send(shop) == {State.DELIVERED: 1}
    assert shown(only_message(shop)).endswith(f"무료수신거부 {OPT_OUT}")


def test_f3_the_provider_is_told_both_numbers_the_purpose_and_the_country(shop, post):
    reader(shop, TEXT)
    tick(shop)
    send(shop)
    head, _messages = post.calls[0]
    assert (head.sender, head.opt_out_number, head.purpose) == (NUMBER, OPT_OUT, "advertising")
    assert (head.country, head.shop) == (Country.KOREA, "봄날문구")
    (batch,) = batches(shop)
    assert (batch.sender, batch.opt_out_number) == (NUMBER, OPT_OUT)


def test_f3_an_email_carries_its_own_way_out_and_the_country(monkeypatch, post):
    shop = advertising_shop(Channel.EMAIL, country=Country.JAPAN, title="クーポン")
    connect(monkeypatch, shop, Channel.EMAIL, post)
    pay(shop, 100)
    reader(shop, ConsentKind.EMAIL, email_verified_at=NOW)
    tick(shop)
    send(shop)
    ((head, (mail,)),) = post.calls
    assert (head.country, head.channel) == ("JP", Channel.EMAIL)
    assert "/o/" in mail.opt_out
    assert mail.title == "クーポン"


def test_f3_a_korean_email_has_the_mark_in_its_title(monkeypatch, post):
    shop = advertising_shop(Channel.EMAIL, title="새 쿠폰")
    connect(monkeypatch, shop, Channel.EMAIL, post)
    pay(shop, 100)
    reader(shop, ConsentKind.EMAIL, email_verified_at=NOW)
    tick(shop)
    send(shop)
    ((_head, (mail,)),) = post.calls
    assert (mail.title, "광고" in mail.text) == ("(광고) 새 쿠폰", False)


def test_f5_length_is_that_of_the_finished_text_in_cp949(shop, post):
    prices()
    # 66 bytes of wording; with the mark's line (15) and the refusal's (26) it is 107.
    change(shop.templates.get(channel=Channel.TEXT).current, body="가" * 33)
    reader(shop, TEXT)
    tick(shop)
    send(shop)
    ((head, _messages),) = post.calls
    assert head.service == Service.LMS
    assert [(b.service, b.price) for b in batches(shop)] == [(Service.LMS, 35)]


@pytest.mark.parametrize(("signs", "service"), [(24, Service.SMS), (25, Service.LMS)])
def test_f5_ninety_bytes_are_an_sms_and_one_more_is_none(shop, post, signs, service):
    around = f"(광고) 봄날문구\n\n무료수신거부 {OPT_OUT}"
    body = "a" * (66 - len(around.encode("cp949"))) + "b" * signs
    change(shop.templates.get(channel=Channel.TEXT).current, body=body)
    reader(shop, TEXT)
    tick(shop)
    send(shop)
    assert len(post.texts[0].encode("cp949")) == 90 + signs - 24
    assert post.calls[0][0].service == service


def test_f5_a_mixed_batch_is_parted_and_each_part_has_its_price(shop, post):
    prices()
    names = ["하늘", LONG_NAME, "바다", LONG_NAME]
    everybody = [reader(shop, TEXT, name=name) for name in names]
    tick(shop)
    ids = [message.pk for message in messages(shop)]
    assert send(shop) == {State.DELIVERED: 4}
    assert [(b.service, b.price, b.size, b.points_spent) for b in batches(shop)] == [
        (Service.SMS, 12, 2, 24),
        (Service.LMS, 35, 2, 70),
    ]
    assert [head.service for head, _messages in post.calls] == [Service.SMS, Service.LMS]
    sent = sorted(message.id for _head, some in post.calls for message in some)
    assert sent == ids == [message.pk for message in messages(shop)]
    by_customer = {message.customer_id: shown(message) for message in messages(shop)}
    assert all(who.name in by_customer[who.pk] for who in everybody)
    assert find_broken(shop) == []


def test_f5_a_batch_of_long_texts_stays_whole(shop, post):
    for _ in range(2):
        reader(shop, TEXT, name=LONG_NAME)
    tick(shop)
    send(shop)
    assert post.sizes == [2]


def test_f5_a_parted_batch_keeps_who_is_left_out(shop, post):
    for name in ("하늘", LONG_NAME):
        reader(shop, TEXT, name=name)
    gone = reader(shop, TEXT)
    tick(shop)
    change(gone, phone="")
    assert send(shop) == {State.DELIVERED: 2, State.LEFT_OUT: 1}
    assert sorted(m.reason for m in messages(shop)) == ["", "", "no_address"]
    assert find_broken(shop) == []


@pytest.mark.parametrize("missing", ["sender", "opt_out"])
def test_c8_without_its_numbers_advertising_waits_for_them(shop, post, missing):
    def miss(gone):
        SenderNumber.objects.update(in_use=not (gone and missing == "sender"))
        number = "" if gone and missing == "opt_out" else OPT_OUT
        change(shop.sending, opt_out_number=number)

    miss(gone=True)
    reader(shop, TEXT)
    assert tick(shop) == {"no_gateway": 1}
    miss(gone=False)
    assert tick(shop, NOW + TICK) == {"": 1}
    miss(gone=True)
    assert send(shop, NOW + TICK) == {State.LEFT_OUT: 1}
    assert only_message(shop).reason == "no_gateway"
    assert tick(shop, NOW + 2 * TICK) == {}
    miss(gone=False)
    assert tick(shop, NOW + 3 * TICK) == {"": 1}
    assert send(shop, NOW + 3 * TICK) == {State.DELIVERED: 1}
    assert len(post.texts) == 1
