"""F1: whatever crashes, runs twice or at the same time, a tick plans once."""

from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, connections
from django.db.models.signals import post_save

from crm.campaigns import coupon_messages
from crm.campaigns.coupon_messages import finding
from crm.campaigns.coupon_messages.settings import settings_of
from crm.models import CouponNotice, Due, Kind
from crm.schedules import LEASE, run_due
from crm.ticks import Tick
from messaging.gateways import PROVIDERS
from messaging.ids import MESSAGES_A_CHUNK
from messaging.integrity import find_broken
from messaging.models import Batch, Chunk, Message, Run
from tests.crm.street import (
    MINUTE,
    NOW,
    TICK,
    add_coupon,
    add_customer,
    change,
    give,
    messages,
    open_shop,
    tick,
)
from tests.messaging.scripted import WorkerKilled

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    """Five customers with a coupon each, and two who can't be reached."""
    shop = open_shop(Kind.ISSUED)
    coupon = add_coupon(shop)
    for phone in ("+821000000001",) * 5 + ("",) * 2:
        give(add_customer(shop, phone=phone), coupon)
    return shop


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(finding, "COUPONS_A_CHUNK", 2)


@pytest.fixture
def dies_in_its_second_chunk():
    """A planner is killed inside a transaction, after another has been committed."""

    def die(instance, **_signal):
        if instance.run.chunks.count() == 2:
            raise WorkerKilled

    post_save.connect(die, sender=Chunk)
    yield lambda: post_save.disconnect(die, sender=Chunk)
    post_save.disconnect(die, sender=Chunk)


def test_f1_the_same_tick_twice_plans_once(shop):
    assert tick(shop) == {"": 5, "no_address": 2}
    assert tick(shop) == {}
    assert len(messages(shop)) == 7


def test_f11_a_stop_ends_a_plan_that_has_begun(shop, small_chunks):
    def stop(instance, **_signal):
        if instance.run.chunks.count() == 2:
            change(shop.sending, stopped_at=NOW)

    post_save.connect(stop, sender=Chunk)
    try:
        tick(shop)
    finally:
        post_save.disconnect(stop, sender=Chunk)
    assert len(messages(shop)) == 2
    change(shop.sending, stopped_at=None)
    assert tick(shop, NOW + TICK) == {"": 3, "no_address": 2}


def test_f1_a_large_tick_is_planned_in_chunks(shop, small_chunks):
    assert tick(shop) == {"": 5, "no_address": 2}
    run = Run.objects.get(shop=shop)
    assert run.chunks.count() == 4
    assert find_broken(shop) == []
    for message in messages(shop):
        chunk = message.pk // MESSAGES_A_CHUNK
        assert message.batch_id // (10**9) == chunk
        assert chunk in set(run.chunks.values_list("pk", flat=True))


def test_f1_batches_are_no_larger_than_the_provider_takes(shop, monkeypatch):
    monkeypatch.setattr(PROVIDERS["phone"], "batch_size", 2, raising=False)
    tick(shop)
    batches = Batch.objects.for_shop(shop).order_by("pk")
    assert list(batches.filter(reason="").values_list("size", flat=True)) == [2, 2, 1]
    assert list(batches.exclude(reason="").values_list("size", flat=True)) == [2]
    turns = list(batches.filter(reason="").values_list("turn", flat=True))
    assert turns == sorted(set(turns))
    assert find_broken(shop) == []


def test_f1_a_planner_that_was_killed_is_followed_when_its_lease_has_passed(
    shop, small_chunks, dies_in_its_second_chunk
):
    with pytest.raises(WorkerKilled):
        run_due(now=NOW, shop=shop)
    assert Message.objects.for_shop(shop).count() == 2
    assert tick(shop, NOW + LEASE - MINUTE) == {}
    dies_in_its_second_chunk()
    counts = tick(shop, NOW + LEASE + MINUTE)
    assert sum(counts.values()) == 5
    assert len({message.customer_id for message in messages(shop)}) == len(messages(shop)) == 7
    assert find_broken(shop) == []


def test_f1_the_lease_is_renewed_before_the_first_chunk(shop):
    held = []

    def look(**_signal):
        held.append(Due.objects.filter(shop=shop, leased_until__gt=NOW + LEASE).exists())

    post_save.connect(look, sender=Chunk)
    try:
        tick(shop)
    finally:
        post_save.disconnect(look, sender=Chunk)
    assert held == [True]


def test_f1_a_plan_tells_of_each_query_over_the_whole_shop():
    steps = []
    settings = settings_of(open_shop(Kind.ISSUED))
    nothing = coupon_messages.plan(
        settings, Kind.ISSUED, Tick(at=NOW, now=NOW), lambda: steps.append("")
    )
    assert (nothing, len(steps)) == ({}, 2)


def test_f1_a_job_that_is_leased_is_left_alone(shop):
    Due.objects.filter(shop=shop).update(leased_until=NOW + MINUTE)
    assert run_due(now=NOW, shop=shop) == []
    assert tick(shop, NOW + MINUTE) == {"": 5, "no_address": 2}


def test_f1_one_shops_trouble_keeps_no_other_from_being_planned(shop):
    other = open_shop(Kind.ISSUED)
    give(add_customer(other), add_coupon(other))
    Due.objects.filter(shop=shop).update(job="no such job")
    with pytest.raises(ExceptionGroup):
        run_due(now=NOW)
    assert len(messages(other)) == 1


def plan_without_a_lease(shop, meet):
    """Two planners that both found the same candidates: what the lease keeps from happening."""
    found: list[object] = []

    def work():
        try:
            tick_ = Tick(at=NOW, now=NOW)
            meet.wait()
            found.append(coupon_messages.plan(settings_of(shop), Kind.ISSUED, tick_))
        except IntegrityError as error:
            found.append(error)
        finally:
            connections.close_all()

    in_threads(work)
    return found


def in_threads(*works):
    workers = [Thread(target=work) for work in works * (3 - len(works))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f1_two_planners_at_once_plan_once(shop):
    start, plans = Barrier(2), []

    def work():
        start.wait()
        plans.append(run_due(now=NOW, shop=shop))
        connections.close_all()

    in_threads(work)
    assert sorted(map(len, plans)) == [0, 1]
    assert len(messages(shop)) == 7


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f1_without_the_lease_a_notice_still_keeps_a_coupon_from_two_messages(shop):
    """The second net: both insert, and the notices' key lets only one of them commit."""
    inserting = Barrier(2)

    def wait(**_signal):
        inserting.wait(timeout=20)  # both have staged their decisions by now

    Run.objects.create(shop=shop, kind=Kind.ISSUED, label="x", as_of=NOW)
    post_save.connect(wait, sender=Chunk)
    try:
        found = plan_without_a_lease(shop, Barrier(2))
    finally:
        post_save.disconnect(wait, sender=Chunk)
    assert sorted(isinstance(one, IntegrityError) for one in found) == [False, True]
    assert len(messages(shop)) == 7
    assert CouponNotice.objects.filter(shop=shop).count() == 7


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f1_without_lease_and_notices_it_would_be_twice(shop):
    """Proves that the race is real: the same two planners, their nets taken away."""
    inserting, noted = Barrier(2), []

    def wait(instance, **_signal):
        noted.append(instance.pk)
        inserting.wait(timeout=20)

    Run.objects.create(shop=shop, kind=Kind.ISSUED, label="x", as_of=NOW)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE crm_couponnotice DROP CONSTRAINT crm_couponnotice_pkey")
        cursor.execute("ALTER TABLE messaging_message DROP CONSTRAINT message_once")
    post_save.connect(wait, sender=Chunk)
    try:
        plan_without_a_lease(shop, Barrier(2))
        assert len(messages(shop)) == 14
    finally:
        post_save.disconnect(wait, sender=Chunk)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM crm_couponnotice")
            cursor.execute("DELETE FROM messaging_message")
            cursor.execute("ALTER TABLE crm_couponnotice ADD PRIMARY KEY (kind, issued_id)")
            cursor.execute(
                "ALTER TABLE messaging_message"
                " ADD CONSTRAINT message_once UNIQUE (shop_id, subject_key)"
            )


def test_a3_the_lease_is_given_back(shop):
    tick(shop)
    due = Due.objects.get(shop=shop)
    assert (due.next_at, due.seen_through, due.leased_until) == (NOW + TICK, NOW, None)
