"""A9: coupons without a grant basis go by the advertising template that the shop chose."""

import pytest
from django.urls import reverse

from crm.campaigns.coupon_messages import forecast
from crm.campaigns.coupon_messages.settings import settings_of
from crm.models import Kind
from crm.needs import needs_of
from messaging.models import (
    Channel,
    ClosedFeature,
    Feature,
    Gateway,
    Price,
    Purpose,
    SenderNumber,
    Topic,
    Wallet,
)
from orders.models import ConsentKind, Role
from tests import factories as make
from tests.cast import logged_in
from tests.crm.street import NOW, add_coupon, add_customer, change, give, local, open_shop, tick

pytestmark = pytest.mark.django_db

PAGE = "crm:coupon_messages"


@pytest.fixture
def shop():
    """A member with a coupon that has no basis, who agreed to texts; and one with a basis."""
    shop = open_shop(Kind.ISSUED)
    customer = add_customer(shop)
    give(customer, add_coupon(shop, basis=""))
    give(add_customer(shop), add_coupon(shop))
    make.ConsentFactory(customer=customer, kind=ConsentKind.TEXT)
    return shop


@pytest.fixture
def manager(shop):
    return logged_in(make.MembershipFactory(shop=shop, role=Role.MANAGER).user)


def advertising(shop, channel=Channel.TEXT, **fields):
    return make.MessageTemplateFactory(
        shop=shop,
        channel=channel,
        topic=Topic.COUPON,
        purpose=Purpose.ADVERTISING,
        name=f"광고 {channel}",
        **fields,
    )


def use_real_text(shop):
    """Texts leave the house: by a provider, from a number, with one to refuse at."""
    Gateway.objects.filter(shop=shop, channel=Channel.TEXT).update(provider="nhn_sms")
    SenderNumber.objects.create(shop=shop, number="+82215880000", registered_at=NOW, in_use=True)
    change(shop.sending, opt_out_number="080-000-0000")


def save(client, shop, template, **changes):
    settings = settings_of(shop)
    data = {
        "issue_template": settings.issue_template_id,
        "expiry_template": settings.expiry_template_id,
        "advertising_template": template.pk if template else "",
        "expiry_time": "10:00",
        "url": "",
    } | changes
    return client.post(reverse(PAGE), data)


def planned_by(shop, now=NOW):
    found = forecast(settings_of(shop), Kind.ISSUED, now)
    return {way.channel: way.messages for way in found.ways}


def test_a9_the_choice_is_kept_and_taken_back(shop, manager):
    template = advertising(shop)
    assert save(manager, shop, template).status_code == 302
    assert settings_of(shop).advertising_template == template
    assert save(manager, shop, None).status_code == 302
    assert settings_of(shop).advertising_template is None


@pytest.mark.parametrize("wrong", ["information", "foreign", "alimtalk", "inbox"])
def test_a9_f10_only_the_shops_own_advertising_can_be_chosen(shop, manager, wrong):
    template = {
        "information": lambda: make.MessageTemplateFactory(shop=shop, channel=Channel.TEXT),
        "foreign": lambda: advertising(open_shop()),
        "alimtalk": lambda: settings_of(shop).issue_template,
        "inbox": lambda: advertising(shop, Channel.INBOX),
    }[wrong]()
    assert save(manager, shop, template).status_code == 422
    assert settings_of(shop).advertising_template is None


def test_a9_without_a_template_there_is_a_way_to_write_one(shop, manager):
    text = manager.get(reverse(PAGE)).content.decode()
    assert reverse("messaging:template_new") in text
    assert 'name="advertising_template"' not in text


def test_a9_the_forecast_says_how_many_go_which_way(shop, manager):
    assert planned_by(shop) == {Channel.ALIMTALK: 1}
    save(manager, shop, advertising(shop))
    assert planned_by(shop) == {Channel.ALIMTALK: 1, Channel.TEXT: 1}
    assert tick(shop) == {"": 2}


def test_a9_f3_who_has_not_agreed_is_left_out_in_the_forecast(shop, manager):
    save(manager, shop, advertising(shop, Channel.EMAIL))
    found = forecast(settings_of(shop), Kind.ISSUED, NOW)
    assert [line.reason for line in found.left_out] == ["no_consent"]


def test_a9_f5_what_it_costs_is_by_way_and_free_on_the_built_in_phone(shop, manager):
    save(manager, shop, advertising(shop))
    assert forecast(settings_of(shop), Kind.ISSUED, NOW).points == 0
    use_real_text(shop)
    Wallet.objects.update_or_create(shop=shop, defaults={"recharged": 500, "available": 500})
    for service, points in (("sms", 11), ("lms", 33)):
        Price.objects.update_or_create(service=service, defaults={"points": points})
    costs = {way.channel: way.points for way in forecast(settings_of(shop), Kind.ISSUED, NOW).ways}
    assert costs == {Channel.ALIMTALK: 0, Channel.TEXT: 33}


def test_a9_f3_advertising_begins_when_the_law_opens(shop, manager):
    save(manager, shop, advertising(shop))
    night = local("2026-11-20 22:00")
    ways = forecast(settings_of(shop), Kind.ISSUED, night).ways
    starts = {way.channel: way.starts_at for way in ways}
    assert starts == {Channel.ALIMTALK: night, Channel.TEXT: local("2026-11-21 08:00")}
    assert forecast(settings_of(shop), Kind.ISSUED, night).starts_at == night


def test_a9_the_page_says_what_it_needs(shop, manager):
    template = advertising(shop)
    save(manager, shop, template)
    met = [need.met for need in needs_of(template, NOW)]
    assert met == [True] * 4  # the built-in phone needs no numbers
    Gateway.objects.filter(shop=shop, channel=Channel.TEXT).update(provider="nhn_sms")
    assert [need.met for need in needs_of(template, NOW)] == [True, True, True, False, False, True]
    use_real_text(shop)
    template.shop.sending.refresh_from_db()
    assert all(need.met for need in needs_of(template, NOW))


def test_f11_the_page_names_what_staff_have_closed(shop, manager):
    template = advertising(shop)
    for feature in (Feature.ADVERTISING, Feature.TEXT, Feature.PUSH):
        ClosedFeature.objects.create(shop=shop, feature=feature)
    closed = {need.words for need in needs_of(template, NOW) if not need.met}
    named = [feature for feature in Feature if any(str(feature.label) in words for words in closed)]
    assert (named, len(closed)) == ([Feature.TEXT, Feature.ADVERTISING], 2)


def test_a9_what_is_chosen_is_shown_at_once(shop, manager):
    template = advertising(shop)
    data = {"advertising_template": template.pk, "expiry_time": "10:00"}
    before = manager.post(reverse("crm:coupon_messages_live"), {"expiry_time": "10:00"})
    after = manager.post(reverse("crm:coupon_messages_live"), data)
    assert after.content.count(b'class="todo step') == 4
    assert before.content.count(b'class="todo step') == 0
