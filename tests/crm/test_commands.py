"""The commands that others script against: their JSON, and when they refuse."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from crm.campaigns.coupon_messages.settings import settings_of
from crm.models import Due, Job, Kind
from crm.schedules import run_due
from messaging.models import Channel, Gateway, MessageTemplate, SendingSettings
from orders.api_keys import find_key
from orders.models import Membership, Role, Shop
from tests.crm.street import (
    NOW,
    TICK,
    add_coupon,
    add_customer,
    give,
    messages,
    open_shop,
)

pytestmark = pytest.mark.django_db


def command(name, *arguments):
    """The command's one JSON object: nothing else may stand on standard output."""
    out = io.StringIO()
    call_command(name, *arguments, stdout=out, stderr=io.StringIO())
    assert out.getvalue().count("\n") == 1
    return json.loads(out.getvalue())


def refused(name, *arguments):
    with pytest.raises(CommandError) as refusal:
        command(name, *arguments)
    assert refusal.value.returncode == 2
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def test_create_shop_makes_a_korean_shop_that_can_send():
    answer = command("create_shop", "spring", "--name", "봄날문구", "--owner", "owner@example.com")
    shop = Shop.objects.get(slug="spring")
    assert (answer["slug"], answer["id"]) == ("spring", shop.pk)
    assert answer["login_url"].startswith("http")
    key = find_key(answer["api_key"])
    assert key and key.shop == shop
    assert (shop.name, shop.timezone, shop.currency) == ("봄날문구", "Asia/Seoul", "KRW")
    assert Membership.objects.get(shop=shop).role == Role.OWNER
    assert set(Gateway.objects.filter(shop=shop).values_list("channel", "provider")) == {
        (channel, "phone") for channel in Channel
    }
    assert not MessageTemplate.objects.filter(shop=shop, current=None).exists()
    assert SendingSettings.objects.get(shop=shop).stopped_at is None


def test_create_shop_makes_a_japanese_shop():
    command("create_shop", "haru", "--name", "春日文具", "--country", "JP")
    shop = Shop.objects.get(slug="haru")
    assert (shop.timezone, shop.currency) == ("Asia/Tokyo", "JPY")


def test_create_shop_refuses_a_slug_that_exists():
    command("create_shop", "spring", "--name", "봄날문구")
    reason = refused("create_shop", "spring", "--name", "다른 상점")
    assert reason == "slug: There is a shop “spring” already."
    assert Shop.objects.get(slug="spring").name == "봄날문구"


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["no slug", "--name", "봄날문구"], "slug: Enter a valid"),
        (["", "--name", "봄날문구"], "slug: This field cannot be blank."),
        (["spring", "--name", ""], "name: It must hold something to read."),
        (["spring", "--name", "   "], "name: It must hold something to read."),
        (["spring", "--name", "\u3164\u200b"], "name: It must hold something to read."),
        (["spring", "--name", "봄날\n문구"], "name: It can't hold line breaks"),
        (["spring", "--name", "봄날\x1b[31m"], "name: It can't hold line breaks"),
        (["spring", "--name", "\u202e구문날봄"], "name: It can't hold line breaks"),
        (["spring", "--name", "봄" * 81], "name: Ensure this value has at most 80"),
        (["spring", "--name", "봄날문구", "--owner", "nobody"], "owner: nobody is no e-mail"),
    ],
)
def test_create_shop_refuses_what_it_cannot_use_and_names_the_field(arguments, field):
    assert refused("create_shop", *arguments).startswith(field)
    assert not Shop.objects.exists()


def test_create_shop_keeps_a_name_without_the_blanks_around_it():
    command("create_shop", "spring", "--name", " 봄날 문구 👨\u200d👩\u200d👧 ")
    assert Shop.objects.get().name == "봄날 문구 👨\u200d👩\u200d👧"


@pytest.fixture
def shop():
    return open_shop()


def test_set_coupon_messages_says_how_they_stand(shop):
    answer = command("set_coupon_messages", "--shop", shop.slug)
    assert (answer["issue"], answer["expiry"], answer["at"]) == ("off", "off", "10:00")


def test_set_coupon_messages_turns_them_on_as_if_then(shop):
    since = "2026-11-20T10:05"
    options = ["--issue", "on", "--expiry", "on", "--at", "09:30", "--since", since]
    answer = command("set_coupon_messages", "--shop", shop.slug, *options)
    assert (answer["issue"], answer["expiry"], answer["at"]) == ("on", "on", "09:30")
    assert answer["issue_since"] == answer["expiry_since"] == "2026-11-20T01:05:00Z"
    due = dict(Due.objects.filter(shop=shop).values_list("job", "next_at"))
    assert due[Job.COUPON_ISSUED] == NOW + TICK
    assert due[Job.COUPON_EXPIRING].isoformat() == "2026-11-21T00:30:00+00:00"


def test_set_coupon_messages_refuses_a_time_at_which_nothing_is_set(shop):
    error = refused("set_coupon_messages", "--shop", shop.slug, "--since", "2026-11-20T10:05")
    assert "--since says when something was set" in error


@pytest.mark.parametrize("what", [("--issue", "off"), ("--expiry", "on"), ("--at", "09:30")])
def test_set_coupon_messages_takes_a_time_with_whatever_is_set(shop, what):
    command("set_coupon_messages", "--shop", shop.slug, *what, "--since", "2026-11-20T10:05")


def test_set_coupon_messages_turns_them_off(shop):
    command("set_coupon_messages", "--shop", shop.slug, "--issue", "on")
    answer = command("set_coupon_messages", "--shop", shop.slug, "--issue", "off")
    assert (answer["issue"], answer["issue_since"]) == ("off", None)
    assert not Due.objects.filter(shop=shop).exists()


@pytest.mark.parametrize("at", ["10:15", "07:30", "18:30", "25:00", "ten"])
def test_a4_set_coupon_messages_refuses_times_that_are_not_offered(shop, at):
    refused("set_coupon_messages", "--shop", shop.slug, "--at", at)
    assert f"{settings_of(shop).expiry_time:%H:%M}" == "10:00"


@pytest.mark.parametrize("at", ["08:00", "18:00"])
def test_a4_set_coupon_messages_takes_the_first_and_the_last(shop, at):
    assert command("set_coupon_messages", "--shop", shop.slug, "--at", at)["at"] == at


def test_set_coupon_messages_refuses_an_unknown_shop():
    refused("set_coupon_messages", "--shop", "nobody", "--issue", "on")


def test_run_due_tells_what_ran_and_what_became_of_it():
    shop = open_shop(Kind.ISSUED)
    give(add_customer(shop), add_coupon(shop))
    give(add_customer(shop, phone=""), add_coupon(shop))
    answer = command("run_due", "--at", "2026-11-20T10:00", "--shop", shop.slug)
    assert answer == {
        "at": "2026-11-20T01:00:00Z",
        "ran": [
            {
                "job": "coupon_issued",
                "shop": shop.slug,
                "planned": 1,
                "left_out": {"no_address": 1},
            }
        ],
        "dispatched": {"delivered": 1},
    }


def test_run_due_takes_all_shops_in_utc():
    shops = [open_shop(Kind.ISSUED) for _ in range(2)]
    answer = command("run_due", "--at", "2026-11-20T01:00")
    assert {row["shop"] for row in answer["ran"]} == {shop.slug for shop in shops}
    assert {row["planned"] for row in answer["ran"]} == {0}
    assert answer["dispatched"] == {}


def test_run_due_twice_at_the_same_time_runs_nothing():
    shop = open_shop(Kind.ISSUED)
    run_due(now=NOW, shop=shop)
    answer = command("run_due", "--at", NOW.isoformat(), "--shop", shop.slug)
    assert answer["ran"] == []
    assert messages(shop) == []


def test_run_due_tells_what_another_planner_has_until_when():
    shop, other = open_shop(Kind.ISSUED), open_shop(Kind.ISSUED)
    Due.objects.update(leased_until=NOW + timedelta(minutes=3))
    out, told = io.StringIO(), io.StringIO()
    of_shop = ["--at", "2026-11-20T10:00", "--shop", shop.slug]

    call_command("run_due", *of_shop, stdout=out, stderr=told)

    assert json.loads(out.getvalue())["ran"] == []
    assert told.getvalue() == (
        f"coupon_issued of {shop.slug} is being planned by another worker until 10:03:00; "
        "try again then.\n"
    )
    assert other.slug not in told.getvalue()


def test_run_due_tells_nothing_of_what_it_ran_or_of_a_stopped_shop():
    open_shop(Kind.ISSUED)
    stopped = open_shop(Kind.ISSUED)
    Due.objects.filter(shop=stopped).update(leased_until=NOW + timedelta(minutes=3))
    SendingSettings.objects.filter(shop=stopped).update(stopped_at=NOW)
    told = io.StringIO()

    call_command("run_due", "--at", NOW.isoformat(), stdout=io.StringIO(), stderr=told)

    assert told.getvalue() == ""


@pytest.mark.parametrize("at", ["soon", "0001-01-01T00:00", "0001-01-02", "9999-12-31T23:59"])
def test_every_command_refuses_a_time_that_it_cannot_reckon_with(shop, at):
    of_shop = ["--shop", shop.slug]
    refused("run_due", "--at", at)
    refused("run_due", *of_shop, "--at", at)
    refused("set_coupon_messages", *of_shop, "--issue", "on", "--since", at)
    refused("replay", *of_shop, "--from", at, "--to", "2026-11-20")
    refused("replay", *of_shop, "--from", "2026-11-20", "--to", at)
    file = ["--format", "online-retail", "nowhere.csv"]
    assert "time" in refused("import_orders", *of_shop, *file, "--ends-at", at)
