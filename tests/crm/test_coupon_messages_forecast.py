"""A10 and F2: what is forecast and explained is what planning then does."""

import random
from datetime import timedelta

import pytest

from crm.campaigns.coupon_messages import explain, forecast
from crm.campaigns.coupon_messages.settings import settings_of
from crm.models import Kind
from messaging.models import Gateway
from orders.models import Customer
from tests import factories as make
from tests.crm.street import (
    BASIS,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    add_coupon,
    add_customer,
    change,
    give,
    messages,
    open_shop,
    set_quiet,
    tick,
    turn,
)

pytestmark = pytest.mark.django_db


def seen(shop, kind, now=NOW):
    """What the forecast says, as planning counts."""
    lines = forecast(settings_of(shop), kind, now).lines
    return {line.reason: line.messages for line in lines}


def test_a10_the_forecast_counts_messages_coupons_and_customers():
    shop = open_shop()
    coupon, customer = add_coupon(shop), add_customer(shop)
    for _ in range(2):
        give(customer, coupon)
    give(customer, add_coupon(shop, basis="다른 근거"))
    give(add_customer(shop, phone=""), coupon)
    found = forecast(settings_of(shop), Kind.ISSUED, NOW - MINUTE)
    planned = found.planned
    assert (planned.messages, planned.coupons, planned.customers) == (2, 3, 1)
    (left_out,) = found.left_out
    assert (left_out.reason, left_out.customers) == ("no_address", 1)
    assert (found.at, found.starts_at, found.points) == (NOW, NOW, 0)


def test_a10_the_forecast_tells_apart_what_only_looks_alike():
    """Customer 990 with template 77 is not customer 9907 with template 7."""
    shop = open_shop()
    for customer, template in ((990, 77), (9907, 7)):
        chosen = make.MessageTemplateFactory(shop=shop, id=template)
        member = make.CustomerFactory(shop=shop, id=customer)
        give(member, add_coupon(shop, issue_template=chosen))
    assert seen(shop, Kind.ISSUED) == {"": 2}


def test_a10_the_forecast_says_when_sending_begins():
    shop = open_shop()
    set_quiet(shop, "09:00", "12:00")
    give(add_customer(shop), add_coupon(shop))
    assert forecast(settings_of(shop), Kind.ISSUED, NOW).starts_at == NOW + 2 * HOUR


def test_a10_a_shop_without_a_gateway_is_forecast_too():
    shop = open_shop()
    Gateway.objects.filter(shop=shop).delete()
    give(add_customer(shop), add_coupon(shop))
    assert seen(shop, Kind.ISSUED) == {"no_gateway": 1}


def test_f2_the_explanation_is_the_verdict_now():
    shop = open_shop(Kind.ISSUED)
    customer = add_customer(shop, phone="")
    give(customer, add_coupon(shop, "하나"), expires_at=NOW + DAY)
    give(customer, add_coupon(shop, "둘"), expires_at=NOW + 9 * DAY)
    issued, expiring = explain(settings_of(shop), customer, NOW)
    assert (issued.on, expiring.on) == (True, False)
    (line,) = issued.lines
    assert (line.coupon_name, line.different, line.verdict) == ("하나", 2, "no_address")
    (line,) = expiring.lines
    assert (line.coupon_name, line.different, line.verdict) == ("하나", 1, "no_address")


def test_f2_every_decision_has_a_row():
    shop = open_shop(Kind.ISSUED)
    bare = make.MessageTemplateFactory(shop=shop)
    change(bare, current=None)
    give(add_customer(shop), add_coupon(shop))
    give(add_customer(shop, phone=""), add_coupon(shop))
    give(add_customer(shop), add_coupon(shop, basis=""))
    give(add_customer(shop), add_coupon(shop, issue_template=bare))
    assert tick(shop) == {"": 1, "no_address": 1, "no_grant_basis": 1, "no_template": 1}
    assert sorted(message.reason for message in messages(shop)) == [
        "",
        "no_address",
        "no_grant_basis",
        "no_template",
    ]


def random_shop(rng):
    """Customers with and without phones, coupons of all sorts, lives that end at nasty moments."""
    shop = open_shop()
    bare = make.MessageTemplateFactory(shop=shop)
    change(bare, current=None)
    templates = [None, None, make.MessageTemplateFactory(shop=shop), bare]
    coupons = [
        add_coupon(
            shop,
            f"쿠폰 {n}",
            basis=rng.choice((BASIS, BASIS, "다른 근거", "")),
            issue_template=rng.choice(templates),
            expiry_template=rng.choice(templates),
        )
        for n in range(6)
    ]
    moments = [NOW + hours * HOUR for hours in (-30, -1, 0, 1, 2, 3, 25, 26, 27, 300)]
    for _ in range(8):
        customer = add_customer(shop, phone=rng.choice(("", "+821000000001", "+821000000002")))
        for coupon in rng.choices(coupons, k=rng.randrange(6)):
            give(
                customer,
                coupon,
                issued_at=NOW - rng.choice((0, 1, 60)) * HOUR,
                valid_from=NOW - 60 * HOUR,
                expires_at=rng.choice([None, *moments]),
                used_at=rng.choice([None] * 8 + moments),
            )
    return shop


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("kind", Kind)
def test_a10_forecast_plan_and_explanation_agree(kind, seed):
    shop = random_shop(random.Random(seed))
    told = forecast(settings_of(shop), kind, NOW)
    explained = {
        customer.pk: sorted(
            (line.verdict, line.coupon_name, line.different)
            for explanation in explain(settings_of(shop), customer, NOW)
            if explanation.kind == kind
            for line in explanation.lines
        )
        for customer in Customer.objects.filter(shop=shop)
    }
    turn(shop, kind, on=True, since=NOW)

    assert tick(shop) == {line.reason: line.messages for line in told.lines}

    planned: dict[int, list[tuple[str, str, int]]] = {customer: [] for customer in explained}
    for message in messages(shop):
        said = message.variables
        planned[message.customer_id].append((message.reason, said["coupon"], said["more"] + 1))
    assert {customer: sorted(lines) for customer, lines in planned.items()} == explained
    assert told.takes == timedelta(0)
