"""A whole period, tick by tick: replaying writes, rehearsing leaves nothing."""

import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from crm.campaigns.coupon_messages.settings import settings_of
from crm.models import Due, Job, Kind
from crm.rehearsals.replaying import ReplayRefusedError, jobs_turned_on, rehearse, replay
from messaging.gateways import PROVIDERS
from messaging.models import Gateway, Message, Run, SendingSettings, State
from tests.crm.street import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    TICK,
    add_coupon,
    add_customer,
    change,
    give,
    messages,
    only_message,
    open_shop,
    set_quiet,
    tick,
)
from tests.messaging.scripted import Scripted

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop():
    return open_shop(Kind.ISSUED, Kind.EXPIRING)


def replayed(shop, start=NOW, end=NOW + 7 * DAY):
    return list(replay(shop=shop, start=start, end=end))


def rehearsed(shop, start=NOW, end=NOW + 7 * DAY):
    return list(rehearse(shop=shop, start=start, end=end, jobs=jobs_turned_on(shop)))


def all_rows():
    """How many rows each table has, and where each sequence stands."""
    tables = sorted(set(connection.introspection.table_names()))
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - our own tables
            found[table] = cursor.fetchone()[0]
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, seq FROM main.sqlite_sequence")
        else:
            cursor.execute(
                "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
            )
        found |= {f"sequence {name}": value for name, value in cursor.fetchall()}
    return found


def test_a_replay_plans_and_sends_as_the_clock_would_have(shop):
    give(
        add_customer(shop),
        add_coupon(shop),
        issued_at=NOW + MINUTE,
        expires_at=NOW + 2 * DAY,
        learned_at=NOW + 300 * DAY,
    )
    issued, expiring = replayed(shop)
    assert (issued.kind, issued.at) == ("coupon_issued", NOW + TICK)
    assert (expiring.kind, expiring.at) == ("coupon_expiring", NOW + DAY)
    assert {message.state for message in messages(shop)} == {State.DELIVERED}


def test_a_replay_takes_ticks_from_the_first_to_before_the_last(shop):
    coupon = add_coupon(shop)
    give(add_customer(shop), coupon, issued_at=NOW, expires_at=None)
    give(add_customer(shop), coupon, issued_at=NOW + HOUR, expires_at=None)
    assert [decision.at for decision in replayed(shop, NOW, NOW + HOUR)] == [NOW]


def test_a_replay_twice_decides_nothing_twice(shop):
    give(add_customer(shop), add_coupon(shop), expires_at=NOW + 2 * DAY)
    assert len(replayed(shop)) == 2
    assert replayed(shop) == []


def test_a_replay_goes_on_where_the_last_one_ended(shop):
    give(add_customer(shop), add_coupon(shop), issued_at=NOW + DAY, expires_at=NOW + 3 * DAY)
    halves = replayed(shop, NOW, NOW + DAY) + replayed(shop, NOW + DAY, NOW + 7 * DAY)
    assert [(row.kind, row.at) for row in halves] == [
        ("coupon_issued", NOW + DAY),
        ("coupon_expiring", NOW + 2 * DAY),
    ]


def test_a_replay_respects_a_switch_that_was_turned_on_later():
    shop = open_shop(Kind.ISSUED, since=NOW + DAY)
    give(add_customer(shop), add_coupon(shop))
    (decision,) = replayed(shop)
    assert decision.at == NOW + DAY


def test_the_clock_goes_on_after_a_replay(shop):
    replayed(shop)
    give(
        add_customer(shop),
        add_coupon(shop),
        issued_at=NOW + 7 * DAY + MINUTE,
        expires_at=None,
    )
    assert tick(shop, NOW + 7 * DAY + TICK) == {"": 1}


def test_the_clock_goes_on_after_a_replay_that_broke_off(shop):
    give(add_customer(shop), add_coupon(shop), expires_at=None)
    decisions = replay(shop=shop, start=NOW, end=NOW + 7 * DAY)
    next(decisions)
    decisions.close()
    give(add_customer(shop), add_coupon(shop), issued_at=NOW + DAY, expires_at=None)
    assert tick(shop, NOW + DAY) == {"": 1}


def test_a_replay_that_was_killed_can_be_run_again(shop):
    give(add_customer(shop), add_coupon(shop), expires_at=None)
    Due.objects.filter(shop=shop).update(leased_until=NOW + MINUTE)
    assert len(replayed(shop)) == 1


def test_a_replay_does_not_wait_for_ever_for_a_job_that_another_plans(shop):
    give(add_customer(shop), add_coupon(shop), expires_at=None)
    give(add_customer(shop), add_coupon(shop), issued_at=NOW + HOUR, expires_at=None)
    decisions = replay(shop=shop, start=NOW, end=NOW + DAY)
    next(decisions)
    Due.objects.filter(shop=shop).update(leased_until=NOW + 365 * DAY)
    with pytest.raises(ReplayRefusedError):
        list(decisions)


def test_a7_what_is_dropped_at_its_sending_time_has_a_row_of_its_own(shop):
    set_quiet(shop, "09:00", "12:00")
    issued = give(add_customer(shop), add_coupon(shop), used_at=NOW + HOUR, expires_at=None)
    planned, dropped = replayed(shop)
    assert (planned.state, planned.at, planned.not_before) == ("planned", NOW, NOW + 2 * HOUR)
    assert (dropped.state, dropped.reason, dropped.at) == (
        "left_out",
        "coupon_gone",
        NOW + 2 * HOUR,
    )
    assert planned.about == dropped.about == (issued.code,)


def test_a3_a_reason_that_stays_the_same_is_written_once(shop):
    customer, coupon = add_customer(shop, phone=""), add_coupon(shop)
    give(customer, coupon, expires_at=None)
    give(customer, coupon, issued_at=NOW + DAY, expires_at=None)
    (decision,) = replayed(shop)
    assert (decision.state, decision.reason) == ("left_out", "no_address")


def test_a_rehearsal_decides_what_a_replay_would(shop):
    set_quiet(shop, "21:00", "11:00")
    for days in range(4):
        give(
            add_customer(shop),
            add_coupon(shop),
            issued_at=NOW + days * HOUR,
            expires_at=NOW + days * DAY + HOUR,
        )
    assert rehearsed(shop) == rehearsed(shop) == replayed(shop)


def test_a_rehearsal_leaves_nothing(shop):
    give(add_customer(shop), add_coupon(shop), expires_at=NOW + 2 * DAY)
    give(add_customer(shop, phone=""), add_coupon(shop))
    before = all_rows()
    assert len(rehearsed(shop)) == 3
    assert all_rows() == before
    assert not Run.objects.exists()


def test_a_rehearsal_that_breaks_off_leaves_nothing(shop):
    give(add_customer(shop), add_coupon(shop), expires_at=NOW + 2 * DAY)
    before = all_rows()
    decisions = rehearse(shop=shop, start=NOW, end=NOW + DAY, jobs=[Job.COUPON_ISSUED])
    next(decisions)
    decisions.close()
    assert all_rows() == before
    assert tick(shop) == {"": 1}


def test_a_rehearsal_starts_as_if_nothing_had_been_sent(shop):
    give(add_customer(shop), add_coupon(shop), expires_at=None)
    tick(shop)
    assert len(rehearsed(shop)) == 1
    assert only_message(shop).state == State.WAITING


def test_a_rehearsal_takes_todays_switches_for_the_whole_period():
    shop = open_shop(Kind.ISSUED, since=NOW + 6 * DAY)
    give(add_customer(shop), add_coupon(shop), expires_at=NOW + 2 * DAY)
    assert [(row.kind, row.at) for row in rehearsed(shop)] == [("coupon_issued", NOW)]


def test_a_rehearsal_can_try_a_switch_that_is_off():
    shop = open_shop()
    give(add_customer(shop), add_coupon(shop), expires_at=NOW + 2 * DAY)
    rows = list(rehearse(shop=shop, start=NOW, end=NOW + 7 * DAY, jobs=list(Job)))
    assert [row.kind for row in rows] == ["coupon_issued", "coupon_expiring"]
    assert settings_of(shop).issue_since is None


def test_a_replay_is_refused_where_a_real_phone_could_ring(shop):
    Gateway.objects.filter(shop=shop).update(provider="another")
    with pytest.raises(ReplayRefusedError):
        replayed(shop)


def test_a_stopped_shop_is_not_replayed(shop):
    SendingSettings.objects.filter(shop=shop).update(stopped_at=NOW)
    with pytest.raises(ReplayRefusedError):
        replayed(shop)
    with pytest.raises(ReplayRefusedError):
        rehearsed(shop)


def command(*arguments):
    out, err = io.StringIO(), io.StringIO()
    call_command("replay", *arguments, stdout=out, stderr=err)
    return json.loads(out.getvalue())


def test_the_command_counts_by_kind_and_lists_each_decision(shop, tmp_path):
    first = give(add_customer(shop, mall_id="m1"), add_coupon(shop), expires_at=NOW + 2 * DAY)
    customer = first.customer
    second = give(customer, add_coupon(shop), expires_at=NOW + 3 * DAY)
    give(add_customer(shop, mall_id="m2", phone=""), add_coupon(shop), expires_at=None)
    path = tmp_path / "out.csv"
    answer = command(
        "--shop", shop.slug, "--from", "2026-11-20T10:00", "--to", "2026-11-27", "--out", str(path)
    )
    assert answer == {
        "from": "2026-11-20T01:00:00Z",
        "to": "2026-11-26T15:00:00Z",
        "kinds": {
            "coupon_issued": {"planned": 1, "left_out": {"no_address": 1}},
            "coupon_expiring": {"planned": 2, "left_out": {}},
        },
    }
    rows = list(csv.reader(path.read_text("utf-8").splitlines()))
    head = "at,kind,customer,channel,state,reason,not_before,about"
    assert rows[0] == head.split(",")
    at, both = "2026-11-20T01:00:00Z", f"{first.code}+{second.code}"
    assert [at, "coupon_issued", "m1", "alimtalk", "planned", "", at, both] in rows
    left_out = [row for row in rows if row[2] == "m2"]
    assert [row[3:7] for row in left_out] == [["alimtalk", "left_out", "no_address", ""]]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--shop", "nobody", "--from", "2026-11-20", "--to", "2026-11-21"],
        ["--shop", "SLUG", "--from", "2026-11-21", "--to", "2026-11-20"],
        ["--shop", "SLUG", "--from", "yesterday", "--to", "2026-11-20"],
    ],
)
def test_the_command_refuses_what_it_cannot_use(shop, arguments):
    with pytest.raises(CommandError) as refusal:
        command(*[shop.slug if word == "SLUG" else word for word in arguments])
    assert refusal.value.returncode == 2


def test_the_command_refuses_a_shop_with_another_gateway_but_rehearses_it(shop, monkeypatch):
    monkeypatch.setitem(PROVIDERS, "another", Scripted())
    give(add_customer(shop), add_coupon(shop), expires_at=None)
    change(Gateway.objects.get(shop=shop, channel="alimtalk"), provider="another")
    period = ["--shop", shop.slug, "--from", "2026-11-20", "--to", "2026-11-21"]
    with pytest.raises(CommandError) as refusal:
        command(*period)
    assert refusal.value.returncode == 2
    assert not Message.objects.exists()
    assert command(*period, "--rehearse")["kinds"]["coupon_issued"]["planned"] == 1
