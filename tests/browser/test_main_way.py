"""The main way: turn a message on, and see it on the customer's phone; a test send; stopping."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from crm.campaigns.coupon_messages.settings import set_wording, settings_of, switch
from crm.models import Kind
from messaging.models import Message
from orders.models import Customer, Shop
from tests import factories as make
from tests.browser.conftest import Words
from tests.browser.workers import run_the_jobs, work_the_queue

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COUPON_BOX = "https://shop.example/coupons"
TESTERS_PHONE = "010-0000-7777"


@pytest.fixture
def customers(shop: Shop, now: datetime) -> list[Customer]:
    """Three members who hold a coupon; one of them has no phone."""
    coupon = make.CouponFactory(shop=shop, name="봄맞이 10% 쿠폰")
    settings = settings_of(shop)
    templates = settings.issue_template, settings.expiry_template
    set_wording(
        settings=settings,
        issue_template=templates[0],
        expiry_template=templates[1],
        advertising_template=None,
        url=COUPON_BOX,
        now=now,
    )
    found = []
    for name, phone in (("남궁별솔", "+821000003101"), ("이솔", "+821000003102"), ("한결", "")):
        customer = make.CustomerFactory(shop=shop, name=name, phone=phone)
        make.IssuedCouponFactory(
            customer=customer, coupon=coupon, issued_at=now - timedelta(hours=1)
        )
        found.append(customer)
    return found


def turn_on(page: Page, ko: Words) -> None:
    """Through the dialog with the forecast (A10)."""
    page.goto("/coupon-messages/")
    page.locator("#coupon_issued").get_by_role("switch").click()
    dialog = page.locator("#dialog")
    expect(dialog.locator(".counted tbody tr").first).to_contain_text("2")
    expect(dialog).to_contain_text(ko("Left out"))
    dialog.get_by_role("button", name=ko("Turn on")).click()
    expect(dialog).not_to_be_visible()


def test_a10_the_issue_message_is_turned_on_and_arrives_on_the_phone(
    console: Page, shop: Shop, customers: list[Customer], now: datetime, ko: Words
):
    turn_on(console, ko)
    switched = console.locator("#coupon_issued").get_by_role("switch")
    expect(switched).to_have_attribute("aria-checked", "true")
    expect(switched).to_be_focused()
    run_the_jobs(shop, now + timedelta(minutes=1))

    console.get_by_role("link", name=ko("History")).first.click()
    expect(console.locator(".messages-table tbody tr")).to_have_count(3)
    console.locator(".messages-table tr", has_text="남**솔").locator("a.open").click()
    expect(console.locator("#detail .lifeline")).to_contain_text(ko("It arrived on the phone"))
    console.get_by_role("link", name=ko("See the phone")).click()

    bubble = console.locator(".bubble")
    expect(bubble).to_contain_text("봄맞이 10% 쿠폰")
    expect(bubble).to_contain_text("남**솔")
    bubble.locator("button").last.click()
    expect(console.locator(".sheet")).to_be_focused()
    expect(console.locator(".sheet .tap-url")).to_have_text(COUPON_BOX)


def test_a10_the_dialog_is_left_without_turning_on(
    console: Page, customers: list[Customer], ko: Words
):
    console.goto("/coupon-messages/")
    console.locator("#coupon_issued").get_by_role("switch").click()
    console.locator("#dialog").get_by_role("button", name=ko("Not yet")).click()
    expect(console.locator("#dialog")).not_to_be_visible()
    switched = console.locator("#coupon_issued").get_by_role("switch")
    expect(switched).to_have_attribute("aria-checked", "false")


def test_a8_a_test_send_is_seen_on_the_phone(
    console: Page, shop: Shop, customers: list[Customer], ko: Words
):
    console.goto("/coupon-messages/")
    console.get_by_role("button", name=ko("Test send")).click()
    dialog = console.locator("#dialog")
    dialog.locator("[name=phone]").fill("12")
    dialog.get_by_role("button", name=ko("Send the test")).click()
    expect(dialog.locator("[name=phone]")).to_be_focused()
    expect(dialog.locator("[name=phone]")).to_have_attribute("aria-invalid", "true")
    dialog.locator("[name=phone]").fill(TESTERS_PHONE)
    dialog.get_by_role("button", name=ko("Send the test")).click()
    expect(dialog).to_contain_text(ko("On its way …"))

    assert work_the_queue() == ["crm.tasks.send_due"]
    expect(dialog).to_contain_text(ko("It has arrived."))
    dialog.get_by_role("link", name=ko("See it on the phone")).click()
    expect(console.locator(".arrival .tag")).to_have_text(ko("Test"))
    expect(console.locator(".bubble")).to_contain_text("봄맞이 10% 쿠폰")


def test_f11_all_sending_is_stopped_and_resumed(
    console: Page, shop: Shop, customers: list[Customer], now: datetime, ko: Words
):
    switch(settings=settings_of(shop), kind=Kind.ISSUED, on=True, since=now)
    console.goto("/settings/")
    console.get_by_role("button", name=ko("Stop all sending")).click()
    console.locator("#stop-dialog").get_by_role("button", name=ko("Stop all sending")).click()
    expect(console.locator("#messages")).to_contain_text(
        ko("Sending is stopped. What waits goes on waiting.")
    )
    run_the_jobs(shop, now)
    assert not Message.objects.exists()

    console.goto("/settings/")
    console.locator("#stop").get_by_role("button", name=ko("Start again")).click()
    console.locator("#confirm").get_by_role("button", name=ko("Start again")).click()
    expect(console.locator("#messages")).to_contain_text(
        ko("Sending goes on. What waited goes out now.")
    )
    run_the_jobs(shop, now)
    console.goto("/messages/")
    expect(console.locator(".messages-table tbody tr")).to_have_count(3)


def test_a_rehearsal_is_asked_for_and_answered(
    console: Page, shop: Shop, customers: list[Customer], now: datetime, ko: Words
):
    make.IssuedCouponFactory(
        customer=customers[0],
        coupon=make.CouponFactory(shop=shop),
        issued_at=now - timedelta(days=2),
    )
    console.goto("/rehearsal/")
    days = {"first": now - timedelta(days=3), "last": now - timedelta(days=1)}
    for name, day in days.items():
        console.locator(f"[name={name}]").fill(f"{day:%Y-%m-%d}")
    console.get_by_role("button", name=ko("Rehearse"), exact=True).click()
    expect(console).to_have_url(re.compile(r"/rehearsal/\d+/$"))
    expect(console.locator("#answer")).to_contain_text(ko("Going through the period …"))

    assert work_the_queue() == ["crm.tasks.rehearse"]
    planned = console.locator("#answer .kpi", has_text=ko("Would have gone out")).locator("b")
    expect(planned).to_have_text("1")
    assert not Message.objects.exists()
