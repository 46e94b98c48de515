"""Every page is asked for what cannot be: it answers that, and never fails."""

import pytest

from orders.access import read_key
from tests.cast import logged_in
from tests.full_shop import FullShop
from tests.pages import CONSOLE, OTHER_VALUES, PAGES, Page
from tests.test_walk import full, now, shops  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db

# More than a column holds, more than a number may have digits, digits that `int` refuses, and what
# PostgreSQL stores nowhere.
VALUES = ["9" * 25, "9" * 5000, "²³", "-1", "a\x00b"]
EACH_VALUE = pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value[:6]))
IN_ADDRESSES = ("who", "older", "newer", "page", "after", "before", "revision")
KEYS = ("shop", "template", "coupon", "issue_template", "expiry_template")
NAMES = (
    *(*IN_ADDRESSES, *KEYS, "period", "start", "end", "kind", "channel", "state", "tests", "q"),
    *("basis", "all_without", "preset", "sentence", "name", "body", "on", "url"),
    *("add_channel", "expiry_time", "phone", "first", "last", "jobs", "closed", "quiet_from"),
    *("title", "fallback", "purpose", "topic", "inspection", "used", "button_1-type"),
    *("button_1-name", "button_1-url", "button_1-ios", "button_1-android"),
    *("number", "provider", "account-host", "quiet_until", "reason", "points", "low_at"),
)
SOUND = {"preset": "purchase", "kind": "coupon_issued"}


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.name)
@EACH_VALUE
def test_no_page_fails_of_what_it_is_asked(full: FullShop, entry: Page, value: str):  # noqa: F811
    client, path = logged_in(full.owner), entry.path_to(full)
    asked = dict.fromkeys(NAMES, value)
    answers = [client.get(path, asked), client.post(path, asked)]
    if value.isdigit() and answers[0].status_code == 200:
        answers += [client.get(path, {name: value}) for name in IN_ADDRESSES]
    if value.isdigit() and answers[1].status_code != 405:
        answers += [client.post(path, SOUND | {name: value}) for name in KEYS]
    assert max(answer.status_code for answer in answers) < 500


@pytest.mark.parametrize(
    "entry", [entry for entry in CONSOLE if entry.names_an_object], ids=lambda entry: entry.name
)
@pytest.mark.parametrize("key", ["9" * 19, "9" * 25, "9" * 5000], ids=len)
def test_an_address_with_a_key_that_nothing_can_have_is_none(
    full: FullShop,  # noqa: F811
    entry: Page,
    key: str,
):
    path = entry.path({**OTHER_VALUES, "pk": key})
    client = logged_in(full.owner)
    answers = [client.get(path), client.post(path, {"reason": "to see it"})]
    assert {answer.status_code for answer in answers} <= {404, 405}
    assert 404 in {answer.status_code for answer in answers}


def test_a_place_that_no_message_has_is_none(full: FullShop):  # noqa: F811
    (entry,) = [entry for entry in PAGES if entry.name == "messaging:tap"]
    path = entry.path({"pk": full.message.pk, "place": "9" * 25})
    assert logged_in(full.owner).get(path).status_code == 404


@pytest.mark.parametrize(
    ("text", "key"),
    [("7", 7), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("²", None), ("٣", None), ("", None)]
    + [("-1", None), ("1.0", None), (" 1", None)],
)
def test_a_key_is_read_where_it_can_be_one(text: str, key: int | None):
    assert read_key(text) == key
