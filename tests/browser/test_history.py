"""Finding a message, reading it beside the list, going back, and seeing whom it was for."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from messaging.models import Message, State
from orders.models import AuditEvent, Shop
from tests import factories as make
from tests.browser.conftest import Words

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


# Steps from "all states" down the list.
DOWN_TO_DELIVERED = list(State).index(State.DELIVERED) + 1


@pytest.fixture
def message(shop: Shop, now: datetime) -> Message:
    """A message that arrived, after one that was left out."""
    for minutes, state in ((9, State.LEFT_OUT), (5, State.DELIVERED)):
        message: Message = make.MessageFactory(
            batch__shop=shop,
            batch__state=state,
            batch__planned_at=now - timedelta(minutes=minutes),
            customer=make.CustomerFactory(shop=shop, name="남궁별솔", phone="+821000003101"),
        )
    return message


def rows(page: Page):
    return page.locator(".messages-table tbody tr")


def test_f8_the_history_is_filtered_and_read_by_keyboard(console: Page, message: Message):
    console.goto("/messages/")
    expect(rows(console)).to_have_count(2)
    console.locator("#filter_state").focus()
    for _state in range(DOWN_TO_DELIVERED):
        console.keyboard.press("ArrowDown")
    expect(rows(console)).to_have_count(1)
    expect(console).to_have_url(re.compile("state=delivered"))
    expect(console.locator("#filter_state")).to_be_focused()

    console.locator("#filter_who").focus()
    console.keyboard.type("3101")
    console.keyboard.press("Enter")
    expect(console).to_have_url(re.compile(r"who=(?!3101)[\w-]{12}$"))
    expect(rows(console)).to_have_count(1)
    filtered = console.url

    console.locator("a.open").focus()
    console.keyboard.press("Enter")
    expect(console).to_have_url(re.compile(f"/messages/{message.pk}/$"))
    expect(console.locator("#detail-title")).to_be_focused()
    expect(console.locator("tr.on")).to_have_count(1)
    expect(rows(console)).to_have_count(1)

    console.go_back()
    expect(console).to_have_url(filtered)
    expect(rows(console)).to_have_count(1)
    expect(console.locator("#filter_who")).to_have_value("3101")


def test_f9_a_name_is_shown_whole_for_a_reason_once(console: Page, message: Message, ko: Words):
    console.goto(f"/messages/{message.pk}/")
    expect(console.locator("#detail-title")).to_contain_text("남**솔")
    console.get_by_text(ko("Show who it is")).click()
    console.locator("[name=reason]").fill("고객이 전화로 물어봤어요")
    console.get_by_role("button", name=ko("Show"), exact=True).click()
    expect(console.locator("#detail-title")).to_contain_text("남궁별솔")
    expect(console.locator(".facts")).to_contain_text("010-0000-3101")
    expect(console.locator(".said .bubble")).to_contain_text("남궁별솔")
    assert AuditEvent.objects.get().reason == "고객이 전화로 물어봤어요"

    console.goto(f"/messages/{message.pk}/")
    expect(console.locator("#detail-title")).to_contain_text("남**솔")
    expect(console.locator("body")).not_to_contain_text("남궁별솔")


def test_f9_no_reason_shows_nothing(console: Page, message: Message, ko: Words):
    console.goto(f"/members/{message.customer_id}/")
    console.get_by_text(ko("Show who it is")).click()
    console.locator("[name=reason]").fill("   ")
    console.get_by_role("button", name=ko("Show"), exact=True).click()
    expect(console.locator("body")).not_to_contain_text("남궁별솔")
    assert not AuditEvent.objects.exists()
