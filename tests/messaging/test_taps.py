"""A link in a message leads where the merchant said, and a person's tap is counted (F7)."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from messaging.links import link_token, opt_out_token
from messaging.models import Message, Tap
from tests import factories as make

pytestmark = pytest.mark.django_db

PHONE = "Mozilla/5.0 (Linux; Android 14; CUBOT) AppleWebKit/537.36 Chrome/126 Mobile KAKAOTALK"
BUTTONS = [
    {"type": "AC"},
    {"type": "WL", "name": "쿠폰함"},
    {"type": "WL", "name": "기획전", "url": "https://shop.example/기획전?a=1&b=2"},
]


@pytest.fixture
def message() -> Message:
    message = make.MessageFactory()
    revision = message.batch.revision
    revision.buttons = BUTTONS
    revision.save()
    return message


def tap(token: str, *, at=make.NOW, agent: str = PHONE, method: str = "get", **headers: str):
    with time_machine.travel(at, tick=False):
        return getattr(Client(), method)(f"/l/{token}", headers={"user-agent": agent, **headers})


def test_f7_a_tap_leads_to_the_messages_address_and_is_counted(message: Message):
    response = tap(link_token(message.pk, 0))
    assert (response.status_code, response["Location"]) == (302, "https://shop.example/coupons")
    counted = Tap.objects.get()
    assert (counted.message_id, counted.shop_id, counted.link, counted.at) == (
        *(message.pk, message.shop_id, 0),
        make.NOW,
    )


def test_f7_a_buttons_own_address_is_its_place_in_the_wording(message: Message):
    response = tap(link_token(message.pk, 3))
    assert response["Location"].endswith("?a=1&b=2")
    assert Tap.objects.get().link == 3


def test_f7_nobody_keeps_the_answer_or_learns_the_address(message: Message):
    for response in (tap(link_token(message.pk, 0)), tap("made-up")):
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response["X-Robots-Tag"]


@pytest.mark.parametrize("place", [1, 2, 4, 31])
def test_f7_a_place_without_an_address_of_its_own_leads_nowhere(message: Message, place: int):
    assert tap(link_token(message.pk, place)).status_code == 404
    assert not Tap.objects.exists()


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "//evil.example/", "https://", "/admin/", "http://[", "x"]
)
def test_f7_what_is_no_address_of_the_web_is_never_led_to(message: Message, url: str):
    Message.objects.update(url=url)
    assert tap(link_token(message.pk, 0)).status_code == 404


def test_f7_nothing_of_the_request_leads_anywhere(message: Message):
    response = tap(link_token(message.pk, 0) + "?url=https://evil.example&next=//evil.example")
    assert response["Location"] == "https://shop.example/coupons"


def test_f10_a_forged_token_is_as_a_message_that_is_gone(message: Message):
    gone = tap(link_token(message.pk + 1, 0))
    forged = [tap(token) for token in ("x", "0" * 17, "㉠" * 9, opt_out_token(message.pk))]
    assert {(gone.status_code, gone.content)} == {(r.status_code, r.content) for r in forged}
    assert gone.status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        {"method": "head"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Purpose": "preview"},
        {"X-Moz": "prefetch"},
        {"agent": ""},
        {"agent": "facebookexternalhit/1.1; kakaotalk-scrap/1.0; +https://devtalk.kakao.com/"},
        {"agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"},
        {"agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"agent": "python-requests/2.32"},
    ],
    ids=lambda asked: next(iter(asked.values()))[:12] or "no agent",
)
def test_f7_a_preview_is_led_on_and_not_counted(message: Message, asked: dict[str, str]):
    assert tap(link_token(message.pk, 0), **asked).status_code == 302
    assert not Tap.objects.exists()


def test_f7_a_test_messages_tap_is_not_counted():
    message = make.MessageFactory(batch__run__is_test=True, batch__chunk__run__is_test=True)
    message.batch.run.is_test = True
    message.batch.run.save()
    assert tap(link_token(message.pk, 0)).status_code == 302
    assert not Tap.objects.exists()


def test_f7_tapping_again_counts_once_a_minute_and_place(message: Message):
    for seconds in (0, 1, 59, 61):
        tap(link_token(message.pk, 0), at=make.NOW + timedelta(seconds=seconds))
    tap(link_token(message.pk, 3), at=make.NOW + timedelta(seconds=62))
    assert list(Tap.objects.order_by("at").values_list("link", flat=True)) == [0, 0, 3]


def test_f7_a_tap_costs_one_question_and_one_insert(message: Message):
    with CaptureQueriesContext(connection) as queries:
        tap(link_token(message.pk, 0))
    assert len(queries) == 2
