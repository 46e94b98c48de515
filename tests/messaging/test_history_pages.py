"""The history's pages: filters in the address, one message, masking."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse

from crm.models import Kind, NoticeKind
from messaging import again
from messaging.forms.history import KINDS
from messaging.models import State
from tests import factories as make
from tests.cast import Cast, the_cast  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

HISTORY = reverse("messaging:history")


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(make.NOW, tick=False):
        yield


def asked(client, query):
    """The history as it is filtered by this: an address, or the form that was sent."""
    return (
        client.post(HISTORY, query, follow=True) if "who" in query else client.get(HISTORY, query)
    )


def shown(client, **query) -> list[int]:
    """The messages on the page, by the links that open them."""
    html = asked(client, query).content.decode()
    return [int(pk) for pk in re.findall(r'class="open" href="/messages/(\d+)/"', html)]


def a_message(shop, **fields):
    return make.MessageFactory(batch__shop=shop, **fields)


def test_f8_the_newest_message_stands_first(cast: Cast):
    first, second = a_message(cast.shop), a_message(cast.shop)
    assert shown(cast.viewer) == [second.pk, first.pk]


def test_f8_seven_days_are_shown_unless_another_period_is_chosen(cast: Cast):
    days = dict(zip(("today", "six", "eight", "forty"), (0, 6, 8, 40), strict=True))
    pk = {
        name: a_message(cast.shop, batch__planned_at=make.NOW - dt.timedelta(days=ago)).pk
        for name, ago in days.items()
    }
    assert set(shown(cast.viewer)) == {pk["today"], pk["six"]}
    assert shown(cast.viewer, period="today") == [pk["today"]]
    assert set(shown(cast.viewer, period="30d")) == set(pk.values()) - {pk["forty"]}
    assert set(shown(cast.viewer, period="all")) == set(pk.values())


def test_f8_dates_are_days_of_the_shops_zone(cast: Cast):
    midnight = dt.datetime(2026, 11, 18, 15, 0, tzinfo=dt.UTC)  # the 19th begins in Seoul
    before = a_message(cast.shop, batch__planned_at=midnight - dt.timedelta(seconds=1))
    on = a_message(cast.shop, batch__planned_at=midnight)
    dates = {"period": "own", "start": "2026-11-19", "end": "2026-11-19"}
    assert shown(cast.viewer, **dates) == [on.pk]
    assert shown(cast.viewer, period="own", end="2026-11-18") == [before.pk]


def test_f8_a_state_and_a_reason_are_chosen_in_one_list(cast: Cast):
    sent = a_message(cast.shop)
    left_out = a_message(cast.shop, batch__state=State.LEFT_OUT)
    late = make.OutcomeFactory(message__batch__shop=cast.shop, state=State.LEFT_OUT).message
    assert shown(cast.viewer, state="sent") == [sent.pk]
    assert shown(cast.viewer, state="left_out") == [late.pk, left_out.pk]
    assert shown(cast.viewer, state="coupon_gone") == [late.pk]
    assert shown(cast.viewer, state="no_address") == [left_out.pk]


def test_f8_kind_channel_and_tests_filter(cast: Cast):
    issued, test = a_message(cast.shop), a_message(cast.shop)
    run = test.batch.run
    run.kind, run.is_test = "coupon_expiring", True
    run.save()
    assert shown(cast.viewer, kind="coupon_issued") == [issued.pk]
    assert shown(cast.viewer, tests="only") == [test.pk]
    assert shown(cast.viewer, channel="alimtalk") == [test.pk, issued.pk]


@pytest.mark.parametrize(
    "typed", ["010-0000-4321", "010 0000 4321", "01000004321", "+82 10-0000-4321", "4321"]
)
def test_f8_a_phone_number_is_found_however_it_is_written(cast: Cast, typed):
    customer = make.CustomerFactory(shop=cast.shop, phone="+821000004321")
    hers = a_message(cast.shop, customer=customer)
    test = a_message(cast.shop, customer=None, address="+821000004321")
    a_message(cast.shop)
    assert shown(cast.viewer, who=typed) == [test.pk, hers.pk]


@pytest.mark.parametrize("typed", ["이하늘", "이하"])
def test_f8_a_name_is_found_by_its_beginning(cast: Cast, typed):
    hers = a_message(cast.shop, customer__name="이하늘", customer__shop=cast.shop)
    a_message(cast.shop)
    assert shown(cast.viewer, who=typed) == [hers.pk]


BAD = [
    {"period": "soon"},
    {"period": "own", "start": "2026-13-99"},
    {"period": "own", "start": "0001-01-01", "end": "9999-12-31"},
    {"period": "own", "start": "2026-11-19", "end": "2026-11-18"},
    {"kind": "nothing"},
    {"channel": "pigeon"},
    {"state": "lost"},
    {"tests": "maybe"},
    {"who": "12345"},
    {"who": "x" * 81},
    {"who": "a\x00b"},
]


@pytest.mark.parametrize("query", BAD, ids=str)
def test_f8_a_bad_value_is_told_at_its_field_and_the_rest_is_kept(cast: Cast, query):
    a_message(cast.shop)
    other = {"state": "failed"} if "state" not in query else {"tests": "only"}
    response = asked(cast.viewer, query | other)
    assert response.status_code == 200
    html = response.content.decode()
    assert 'class="errors"' in html
    assert html.count(" selected") >= 2
    assert shown(cast.viewer, **(query | other)) == []


@pytest.mark.parametrize("name", ["older", "newer"])
@pytest.mark.parametrize("value", ["x", "1.2", f"{10**17}.{10**17}", "9" * 30 + ".1"])
def test_f8_a_bad_cursor_does_no_harm(cast: Cast, name, value):
    a_message(cast.shop)
    assert cast.viewer.get(HISTORY, {name: value}).status_code == 200


def test_f8_pages_lead_to_each_other_and_keep_the_filters(cast: Cast):
    chunk = make.ChunkFactory(run__shop=cast.shop)
    batch = make.BatchFactory(shop=cast.shop, chunk=chunk)
    made = [make.MessageFactory(batch=batch, customer=None).pk for _ in range(60)][::-1]
    html = cast.viewer.get(HISTORY, {"state": "sent"}).content.decode()
    older = re.search(r'href="(\?[^"]*older=[^"]*)"', html)
    assert older and "state=sent" in older[1]
    url = HISTORY + older[1].replace("&amp;", "&")
    rest = cast.viewer.get(url).content.decode()
    assert re.findall(r'class="open" href="/messages/(\d+)/"', rest) == [str(p) for p in made[50:]]
    assert "newer=" in rest


# However much there is, whatever is asked for.
QUERIES = 8
FILTERS = [
    {},
    {"period": "all"},
    {"period": "own", "start": "2026-11-01", "end": "2026-11-30"},
    {"kind": "coupon_issued"},
    {"kind": "coupon_expiring"},
    {"channel": "alimtalk"},
    *({"state": state.name.lower()} for state in State),
    {"state": "no_address"},
    {"state": "coupon_gone"},
    {"tests": "only"},
    {"kind": "coupon_issued", "channel": "alimtalk", "state": "sent"},
    {"who": "김하늘"},
    {"who": "0001"},
    {"who": "010-9999-0001"},
    {"who": "010-9999-0001", "state": "delivered"},
]


@pytest.fixture
def full_history(cast: Cast):
    """Something for each filter: as its batch is, and with an end of its own."""
    her = make.CustomerFactory(shop=cast.shop, phone="+821099990001")
    for state in State:
        batch = make.BatchFactory(shop=cast.shop, state=state)
        for _ in range(3):
            make.MessageFactory(batch=batch, customer=her)
    batch = make.BatchFactory(shop=cast.shop, chunk__run__kind="coupon_expiring")
    for state in (State.DELIVERED, State.FAILED, State.LEFT_OUT, State.UNKNOWN):
        make.OutcomeFactory(message__batch=batch, message__customer=her, state=state)
    test = make.BatchFactory(shop=cast.shop, chunk__run__is_test=True)
    make.MessageFactory(batch=test, customer=None, address=her.phone)


@pytest.mark.parametrize("query", FILTERS, ids=str)
def test_f8_each_filter_makes_the_same_number_of_queries(
    cast: Cast, full_history, query, django_assert_num_queries
):
    address = asked(cast.viewer, query).request
    with django_assert_num_queries(QUERIES):
        page = cast.viewer.get(address["PATH_INFO"] + "?" + address["QUERY_STRING"])
    assert 'class="open"' in page.content.decode()


@pytest.mark.parametrize("query", [{}, {"state": "delivered"}, {"who": "0001"}], ids=str)
def test_f8_each_page_makes_the_same_number_of_queries(
    cast: Cast, query, django_assert_num_queries
):
    her = make.CustomerFactory(shop=cast.shop, phone="+821099990001")
    chunk = make.ChunkFactory(run__shop=cast.shop)
    for _ in range(60):
        batch = make.BatchFactory(shop=cast.shop, chunk=chunk)
        make.MessageFactory(batch=batch, customer=her)
        make.OutcomeFactory(message__batch=batch, message__customer=her)
    html = asked(cast.viewer, query).content.decode()
    for way in ("older", "newer"):
        url = re.search(rf'href="(\?[^"]*{way}=[^"]*)"', html)
        assert url
        with django_assert_num_queries(QUERIES):
            html = cast.viewer.get(HISTORY + url[1].replace("&amp;", "&")).content.decode()


@pytest.mark.parametrize(
    "query", [{"state": "no_gateway"}, {"tests": "only"}, {"who": "9999"}], ids=str
)
def test_f8_what_finds_nothing_asks_no_more(cast: Cast, query, django_assert_max_num_queries):
    a_message(cast.shop)
    address = asked(cast.viewer, query).request
    with django_assert_max_num_queries(QUERIES):
        page = cast.viewer.get(address["PATH_INFO"] + "?" + address["QUERY_STRING"])
    assert 'class="open"' not in page.content.decode()


def test_the_filter_knows_every_kind_of_message():
    made = {*map(str, Kind), *map(str, NoticeKind), again.KIND}
    assert made == {value for value, _label in KINDS}


def test_f8_an_empty_history_says_what_to_do_first(cast: Cast):
    cast.viewer.cookies["django_language"] = "en"
    assert (
        "Nothing has been sent yet" in cast.viewer.get(HISTORY, {"period": "all"}).content.decode()
    )


def test_f8_htmx_gets_the_listing_alone_and_going_back_the_whole_page(cast: Cast):
    part = cast.viewer.get(HISTORY, headers={"HX-Request": "true"}).content.decode()
    back = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    whole = cast.viewer.get(HISTORY, headers=back).content.decode()
    assert "<html" not in part and 'id="listing"' in part
    assert "<html" in whole
