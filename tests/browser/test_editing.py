"""Wording a template while the phone beside it follows, and giving many coupons a basis."""

import re

import pytest
from playwright.sync_api import Page, expect

from coupons.models import Coupon
from messaging.models import MessageTemplate
from orders.models import Shop
from tests import factories as make
from tests.browser.conftest import Words

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def template(shop: Shop) -> MessageTemplate:
    template: MessageTemplate = make.MessageTemplateFactory(shop=shop, name="봄 인사")
    return template


def test_the_bubble_and_the_errors_follow_the_typing(
    console: Page, template: MessageTemplate, ko: Words
):
    console.goto(f"/messages/templates/{template.pk}/")
    body, bubble = console.locator("#id_body"), console.locator("#preview .bubble")
    body.press("Control+End")
    body.press_sequentially("\n봄이 왔어요 ")
    expect(bubble).to_contain_text("봄이 왔어요")

    console.locator("[data-insert='#{쿠폰명}'][data-into='#id_body']").click()
    expect(body).to_be_focused()
    expect(body).to_have_value(re.compile("봄이 왔어요 #{쿠폰명}$"))
    expect(bubble.locator("mark")).to_have_count(6)

    body.press_sequentially(" #{없는말}")
    expect(console.locator("#body-wrong")).to_contain_text("#{없는말}")
    for _letter in " #{없는말}":
        body.press("Backspace")
    expect(console.locator("#body-wrong")).to_be_empty()

    console.get_by_role("button", name=ko("Save")).click()
    expect(console.locator("#messages")).to_contain_text(
        ko("Saved. Messages planned from now on say it this way.")
    )
    template.refresh_from_db()
    assert template.current is not None
    assert template.current.body.endswith("봄이 왔어요 #{쿠폰명}")


def test_buttons_are_added_moved_and_taken_away(
    console: Page, template: MessageTemplate, ko: Words
):
    console.goto(f"/messages/templates/{template.pk}/")
    rows, bubble = console.locator(".button-row:visible"), console.locator("#preview .bubble")
    expect(rows).to_have_count(1)
    console.get_by_role("button", name=ko("Add a button")).click()
    second = rows.nth(1)
    expect(second.locator("[name$=-name]")).to_be_focused()
    second.locator("[name$=-name]").fill("앱 열기")
    second.locator("select").select_option("AL")
    expect(second.locator("[name$=-url]")).to_be_hidden()
    second.locator("[name$=-ios]").fill("shop://i")
    second.locator("[name$=-android]").fill("shop://a")
    second.get_by_role("button", name=ko("Move up")).click()
    expect(bubble.locator(".buttons > *")).to_have_text(["채널 추가", "앱 열기", "쿠폰함 열기"])
    rows.nth(1).get_by_role("button", name=ko("Take away")).click()
    expect(bubble.locator(".buttons > *")).to_have_text(["채널 추가", "앱 열기"])

    console.get_by_role("button", name=ko("Save")).click()
    expect(console.locator("#messages")).not_to_be_empty()
    template.refresh_from_db()
    assert template.current is not None
    app = {"type": "AL", "name": "앱 열기", "ios": "shop://i", "android": "shop://a"}
    assert template.current.buttons == [{"type": "AC"}, app]


def test_a_variable_goes_into_the_title_where_one_writes_there(console: Page):
    console.goto("/messages/templates/new/?channel=push")
    title = console.locator("#id_title")
    title.fill("봄 ")
    console.locator("[data-insert='#{이름}']").click()
    expect(title).to_have_value("봄 #{이름}")
    expect(console.locator("#preview .bubble b")).to_contain_text("봄")


def test_a9_many_coupons_get_their_basis_at_once(console: Page, shop: Shop, ko: Words):
    names = ("봄 쿠폰", "여름 쿠폰", "가을 쿠폰")
    coupons = {name: make.CouponFactory(shop=shop, name=name, grant_basis="") for name in names}
    console.goto("/coupons/?basis=none")
    for name in names[:2]:
        console.get_by_role("checkbox", name=name).check()
    console.locator("[name=sentence]").fill("고객님의 첫 구매로 지급된 쿠폰 안내입니다.")
    expect(console.locator("[name=preset][value=own]")).to_be_checked()
    console.get_by_role("button", name=ko("Set for these coupons")).click()

    expect(console.locator("#messages .message")).to_contain_text("2")
    expect(console.locator("#results tbody tr")).to_have_count(1)
    bases = Coupon.objects.filter(shop=shop).exclude(grant_basis="").values_list("name", flat=True)
    assert set(bases) == set(names[:2])
    assert set(coupons) == set(names)


def test_all_on_the_page_are_ticked_by_one_box(console: Page, shop: Shop, ko: Words):
    make.CouponFactory.create_batch(3, shop=shop)
    console.goto("/coupons/")
    console.get_by_role("checkbox", name=ko("All on this page")).check()
    for box in console.locator("[name=coupon]").all():
        expect(box).to_be_checked()
