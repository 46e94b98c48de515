"""Buttons: what the channel would refuse."""

import pytest
from django.core.exceptions import ValidationError

from messaging.buttons import check_buttons, wrong_with
from messaging.models import Channel, Topic


def link(name="열기", **more):
    return {"type": "WL", "name": name, **more}


def wrong(button, channel=Channel.ALIMTALK):
    return wrong_with(button, channel=channel, topic=Topic.COUPON)


def test_five_buttons_pass_and_a_sixth_does_not():
    five = [{"type": "AC"}, *(link(f"버튼 {n}") for n in range(4))]
    check_buttons(five)
    with pytest.raises(ValidationError):
        check_buttons([*five, link("버튼 5")])


@pytest.mark.parametrize(
    "name", ["", "   ", "\u3164", "가" * 15, "#{이름}님 쿠폰", "열\n기", "열\u202e기"]
)
def test_a_button_without_a_fitting_name_is_refused(name):
    with pytest.raises(ValidationError):
        check_buttons([link(name)])


def test_the_button_that_adds_the_channel_comes_first():
    check_buttons([{"type": "AC"}, link("쿠폰함")])
    with pytest.raises(ValidationError):
        check_buttons([link("쿠폰함"), {"type": "AC"}])


def test_the_button_that_adds_the_channel_comes_once():
    with pytest.raises(ValidationError):
        check_buttons([{"type": "AC"}, {"type": "AC"}])


@pytest.mark.parametrize("name", ["채널 추가", "채널추가"])
def test_b5_only_kakaos_button_has_its_name(name):
    assert "name" in wrong(link(name))


@pytest.mark.parametrize("kind", ["WL", "DS", "BK", "MD"])
def test_each_kind_passes_with_a_name(kind):
    assert wrong({"type": kind, "name": "열기"}) == {}


@pytest.mark.parametrize("kind", ["BC", "P1", "TN", "<script>", ""])
def test_another_kind_is_refused(kind):
    assert "type" in wrong({"type": kind, "name": "열기"})


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/coupons",
        "http://shop.example",
        "https://shop.example/c?n=#{이름}",
        "https://shop.example/#{쿠폰명}/x",
        "https://한글.example/쿠폰",
    ],
)
def test_an_address_may_hold_a_variable_behind_its_site(url):
    assert wrong(link(url=url)) == {}


@pytest.mark.parametrize(
    "url",
    [
        "shop.example",
        "//shop.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https://#{이름}.example",
        "https://shop.#{이름}",
        "https://shop.example#{없는것}",
        "https://user@shop.example",
        "https://shop.example/a b",
        "https://shop.example/\u202e",
        "https://[::1",
        "https://shop.example/" + "x" * 500,
    ],
)
def test_another_address_is_refused(url):
    assert "url" in wrong(link(url=url))


def test_an_app_is_opened_on_both_kinds_of_phone():
    app = {"type": "AL", "name": "앱 열기", "ios": "shop://coupons", "android": "shop://coupons"}
    assert wrong(app) == {}
    assert set(wrong({"type": "AL", "name": "앱 열기"})) == {"ios", "android"}


@pytest.mark.parametrize(
    "scheme", ["javascript://x", "data://x", "shop:", "https://shop.example", "s p://x", "파://x"]
)
def test_what_opens_no_app_is_refused(scheme):
    app = {"type": "AL", "name": "앱 열기", "ios": scheme, "android": "shop://x"}
    assert set(wrong(app)) == {"ios"}


def test_mail_has_links_alone_and_text_push_and_inbox_none():
    assert wrong(link(), Channel.EMAIL) == {}
    assert "type" in wrong({"type": "DS", "name": "배송"}, Channel.EMAIL)
    for channel in (Channel.TEXT, Channel.PUSH, Channel.INBOX):
        with pytest.raises(ValidationError):
            check_buttons([link()], channel=channel)
