"""The history's pages against a plain listing (F8)."""

import datetime as dt
from typing import Any

import pytest
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging.history import Cursor, find_page, read_cursor
from messaging.models import Batch, Message, Reason, State
from messaging.wanted import Wanted
from orders.search import Who, find_customer_ids
from tests import factories as make

pytestmark = pytest.mark.django_db

OWN_STATES = {
    State.WAITING: (State.LEFT_OUT,),
    State.SENDING: (State.LEFT_OUT, State.SENT, State.DELIVERED),
    State.UNKNOWN: (State.LEFT_OUT, State.SENT, State.DELIVERED, State.FAILED),
    State.SENT: (State.LEFT_OUT, State.UNKNOWN, State.DELIVERED, State.FAILED),
    State.FAILED: (State.LEFT_OUT, State.SENT),
    State.DELIVERED: (State.LEFT_OUT, State.SENT, State.FAILED),
    State.LEFT_OUT: (),
}


@st.composite
def plans(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Batches: their state, and the own outcome (or None) of each of their messages."""
    batches = []
    for _ in range(draw(st.integers(0, 8))):
        state = draw(st.sampled_from(State))
        own = st.sampled_from([None, *OWN_STATES[state]])
        batches.append(
            {
                "state": state,
                "reason": draw(st.sampled_from([Reason.NO_ADDRESS, Reason.NO_GRANT_BASIS]))
                if state == State.LEFT_OUT
                else "",
                "kind": draw(st.sampled_from(["coupon_issued", "coupon_expiring"])),
                "is_test": draw(st.booleans()),
                "hours_ago": draw(st.integers(0, 72)),
                "messages": draw(st.lists(own, max_size=4)),
                "lie": draw(st.sampled_from([0, 0, 0, 3])),
            }
        )
    return batches


def write(shop: Any, plan: list[dict[str, Any]], people: list[Any]) -> None:
    """Put the plan into the database, the second person's and nobody's rows in between."""
    revision = make.MessageTemplateFactory(shop=shop).current
    for number, batch in enumerate(plan):
        at = make.NOW - dt.timedelta(hours=batch["hours_ago"])
        run = make.RunFactory(shop=shop, kind=batch["kind"], is_test=batch["is_test"])
        row = make.BatchFactory(
            shop=shop,
            chunk=make.ChunkFactory(run=run, at=at),
            state=batch["state"],
            reason=batch["reason"],
            revision=revision,
        )
        for index, own in enumerate(batch["messages"]):
            person = people[(number + index) % len(people)]
            message = make.MessageFactory(batch=row, customer=person, address="+821055550001")
            if own is not None:
                make.OutcomeFactory(message=message, state=own)
        # A counter that promises rows that are not there.
        Batch.objects.filter(pk=row.pk).update(size=F("size") + batch["lie"])


def listing(shop: Any, keep: Any) -> list[int]:
    """The rows as one would list them without any index."""
    rows = Message.objects.filter(shop=shop).with_state().select_related("batch__run")
    ordered = sorted(rows, key=lambda row: (row.batch_id, row.pk), reverse=True)
    return [row.pk for row in ordered if keep(row)]


def all_pages(shop: Any, wanted: Wanted, size: int) -> list[list[int]]:
    """Every page's rows, from the newest to the end."""
    pages, cursor = [], None
    while True:
        page = find_page(shop=shop, wanted=wanted, cursor=cursor, size=size)
        pages.append([row.pk for row in page.rows])
        cursor = page.older
        if cursor is None:
            return pages
        assert read_cursor(older=str(cursor)) == cursor


def questions(people: list[Any]) -> list[tuple[Wanted, Any]]:
    """Each filter, and the same in plain words."""
    since, until = make.NOW - dt.timedelta(hours=48), make.NOW - dt.timedelta(hours=10)
    asked: list[tuple[Wanted, Any]] = [
        (Wanted(), lambda m: True),
        (Wanted(since=since, until=until), lambda m: since <= m.batch.planned_at < until),
        (Wanted(kind="coupon_issued"), lambda m: m.batch.run.kind == "coupon_issued"),
        (Wanted(channel="alimtalk"), lambda m: True),
        (Wanted(tests_only=True), lambda m: m.batch.run.is_test),
        (Wanted(people=[people[0].pk]), lambda m: m.customer_id == people[0].pk),
        (
            Wanted(people=[people[0].pk], stranger=Who(last_four="0001")),
            lambda m: m.customer_id in (people[0].pk, None),
        ),
        (Wanted(people=[], stranger=Who(last_four="0002")), lambda m: False),
    ]
    for state in State:
        asked.append((Wanted(state=state), lambda m, state=state: m.state == state))
        asked.append(
            (
                Wanted(state=state, people=[people[1].pk]),
                lambda m, state=state: m.state == state and m.customer_id == people[1].pk,
            )
        )
    for reason in (Reason.NO_ADDRESS, Reason.COUPON_GONE):
        wanted = Wanted(state=State.LEFT_OUT, reason=reason)
        asked.append((wanted, lambda m, r=reason: (m.state, m.reason) == (State.LEFT_OUT, r)))
    return asked


def pages_back(shop: Any, wanted: Wanted, size: int) -> list[list[int]]:
    """Every page's rows, from before the oldest to the newest."""
    pages: list[list[int]] = []
    cursor: Cursor | None = Cursor((0, 0), newer=True)
    while cursor is not None:
        page = find_page(shop=shop, wanted=wanted, cursor=cursor, size=size)
        pages.append([row.pk for row in page.rows])
        cursor = page.newer
    return pages


def cut_from_the_end(rows: list[int], size: int) -> list[list[int]]:
    """The listing's pages counted from its oldest row; the newest page is a whole one."""
    ends = range(len(rows), size - 1, -size)
    pages = [rows[end - size : end] for end in ends]
    return pages if rows and len(rows) % size == 0 else [*pages, rows[:size]]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=plans(), size=st.integers(2, 6))
def test_f8_paging_shows_every_row_once_and_in_order_under_each_filter(db, plan, size):
    shop = make.ShopFactory()
    people = [make.CustomerFactory(shop=shop), make.CustomerFactory(shop=shop), None]
    write(shop, plan, people)
    write(make.ShopFactory(), plan[:2], [None])  # another shop's rows are in nobody's way
    for wanted, keep in questions(people):
        shown = [pk for page in all_pages(shop, wanted, size) for pk in page]
        assert shown == listing(shop, keep), wanted


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=plans(), size=st.integers(2, 6))
def test_f8_paging_back_shows_every_row_once_and_in_order_under_each_filter(db, plan, size):
    shop = make.ShopFactory()
    people = [make.CustomerFactory(shop=shop), make.CustomerFactory(shop=shop), None]
    write(shop, [batch | {"lie": 0} for batch in plan], people)
    for wanted, keep in questions(people):
        assert pages_back(shop, wanted, size) == cut_from_the_end(listing(shop, keep), size), wanted


def page_of(shop: Any, *, wanted: Wanted | None = None, **options: Any) -> list[int]:
    return [row.pk for row in find_page(shop=shop, wanted=wanted or Wanted(), **options).rows]


def many_batches(shop: Any, count: int, **fields: Any) -> list[int]:
    """Batches of one message each, the newest message first."""
    chunk = make.ChunkFactory(run__shop=shop)
    return [
        make.MessageFactory(
            customer=None, batch=make.BatchFactory(shop=shop, chunk=chunk, **fields)
        ).pk
        for _ in range(count)
    ][::-1]


def test_f8_a_page_takes_its_rows_from_many_small_batches():
    shop = make.ShopFactory()
    made = many_batches(shop, 120)
    assert all_pages(shop, Wanted(), 50) == [made[:50], made[50:100], made[100:]]


def test_f8_a_page_finds_the_few_rows_of_batches_that_are_mostly_exceptions():
    shop = make.ShopFactory()
    chunk = make.ChunkFactory(run__shop=shop)
    rest = []
    for _ in range(12):
        batch = make.BatchFactory(shop=shop, chunk=chunk)
        rest.append(make.MessageFactory(batch=batch, customer=None).pk)
        for _ in range(4):
            make.OutcomeFactory(message__batch=batch, message__customer=None)
    assert all_pages(shop, Wanted(state=State.SENT), 5) == [
        rest[:-6:-1],
        rest[-6:-11:-1],
        rest[1::-1],
    ]


def test_f8_a_page_that_found_nothing_where_counters_lie_still_leads_on():
    shop = make.ShopFactory()
    row = make.MessageFactory(batch__shop=shop)
    chunk = make.ChunkFactory(run__shop=shop)
    for _ in range(9):
        make.BatchFactory(shop=shop, chunk=chunk, size=5)
    pages = all_pages(shop, Wanted(), 2)
    assert [pk for page in pages for pk in page] == [row.pk]


def test_f8_going_back_shows_the_pages_as_they_were():
    shop = make.ShopFactory()
    made = many_batches(shop, 25)
    first = find_page(shop=shop, wanted=Wanted(), size=10)
    second = find_page(shop=shop, wanted=Wanted(), cursor=first.older, size=10)
    third = find_page(shop=shop, wanted=Wanted(), cursor=second.older, size=10)
    assert (first.newer, third.older) == (None, None)
    assert page_of(shop, cursor=third.newer, size=10) == made[10:20]
    back = find_page(shop=shop, wanted=Wanted(), cursor=second.newer, size=10)
    assert [row.pk for row in back.rows] == made[:10]
    assert back.newer is None


@pytest.mark.parametrize(
    "text", ["", "x", "1", "1.", ".1", "1.2.3", "-1.2", "1.٣", "1" * 40 + ".1"]
)
def test_a_cursor_that_makes_no_sense_is_none(text):
    assert read_cursor(older=text) is None


def test_a_cursor_survives_the_address():
    assert read_cursor(newer=str(Cursor((12, 34)))) == Cursor((12, 34), newer=True)


def test_f10_a_page_holds_only_the_shops_own_rows():
    shop, other = make.ShopFactory(), make.ShopFactory()
    customer = make.CustomerFactory(shop=other, phone="+821055550001")
    make.MessageFactory(batch__shop=other, customer=customer)
    make.MessageFactory(batch__shop=other, customer=None, address="+821055550001")
    assert page_of(shop) == []
    who = Who(phone="+821055550001", last_four="0001")
    assert find_customer_ids(shop, who) == []
    assert page_of(shop, wanted=Wanted(people=[customer.pk], stranger=who)) == []


def test_f8_rows_carry_the_state_that_is_shown():
    batch = make.BatchFactory(state=State.SENT)
    plain = make.MessageFactory(batch=batch)
    failed = make.OutcomeFactory(message__batch=batch, state=State.FAILED).message
    rows = {row.pk: row for row in find_page(shop=batch.shop, wanted=Wanted()).rows}
    assert vars(rows[plain.pk])["state"] == State.SENT
    assert (vars(rows[failed.pk])["state"], vars(rows[failed.pk])["reason"]) == (
        State.FAILED,
        "blocked",
    )


def test_f8_a_page_begins_within_a_batch_of_any_size():
    batch = make.BatchFactory()
    made = [make.MessageFactory(batch=batch, customer=None).pk for _ in range(9)][::-1]
    older = Cursor((batch.pk, made[3]))
    assert page_of(batch.shop, cursor=older, size=3) == made[4:7]
    assert page_of(batch.shop, cursor=Cursor(older.key, newer=True), size=3) == made[:3]


def test_f8_less_than_a_page_of_newer_rows_leads_to_the_newest_page():
    shop = make.ShopFactory()
    made = many_batches(shop, 5)
    key = Message.objects.values_list("batch_id", "pk").get(pk=made[2])
    assert page_of(shop, cursor=Cursor(key, newer=True), size=4) == made[:4]
