"""A walk over every page: who may see it, whose objects it shows, what it gives away (F9, F10).

Everything runs over the URL patterns, so that a new page is walked over too.
"""

import html
import re
from collections import deque
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from orders.masking import show_phone
from orders.models import Customer, Role
from tests import factories as make
from tests.cast import logged_in
from tests.full_shop import TESTERS_PHONE, FullShop, fill
from tests.pages import CONSOLE, MISSING, PAGES, Page

pytestmark = pytest.mark.django_db

RANK = {Role.VIEWER: 0, Role.MANAGER: 1, Role.OWNER: 2}
FEWEST_PAGES = 60
EACH_PAGE = pytest.mark.parametrize("entry", CONSOLE, ids=lambda entry: entry.name)
EACH_PAGE_WITH_AN_OBJECT = pytest.mark.parametrize(
    "entry", [entry for entry in CONSOLE if entry.names_an_object], ids=lambda entry: entry.name
)
EACH_ROLE = pytest.mark.parametrize("role", list(Role))
WRITES = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "(?!django_session)')
TOKEN = re.compile(r'(?:(?<="X-CSRFToken": ")|(?<=csrfmiddlewaretoken" value="))\w+')
LINK = re.compile(r'(?:href|hx-get)="([^"]+)"')


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(make.NOW, tick=False):
        yield


@pytest.fixture(scope="module")
def shops(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[FullShop]]:
    """Two shops, filled once for all walks: each test rolls back to here."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(make.NOW, tick=False):
            yield [fill("walked", make.NOW), fill("outside", make.NOW)]
        transaction.set_rollback(True)


@pytest.fixture
def full(shops: list[FullShop], db: None) -> FullShop:
    return shops[0]


@pytest.fixture
def outside(shops: list[FullShop], db: None) -> FullShop:
    return shops[1]


def user_of(full: FullShop, role: Role):
    return {Role.OWNER: full.owner, Role.MANAGER: full.manager, Role.VIEWER: full.viewer}[role]


def ask(client: Client, path: str) -> Any:
    """The page by GET, or, where it refuses that, by POST of an empty form."""
    response = client.get(path)
    return client.post(path) if response.status_code == 405 else response


def body(response: Any) -> str:
    """What it says, without the token that is another each time."""
    return TOKEN.sub("", response.content.decode())


def without(key: int, text: str) -> str:
    """The text without the key that was asked for, where a form repeats it."""
    return text.replace(f'value="{key}"', "").replace(f"<li>{key} ", "<li>")


def writes(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in queries if WRITES.match(query["sql"])]


@EACH_PAGE
def test_f10_without_a_log_in_every_page_leads_to_the_log_in(full: FullShop, entry: Page):
    path = entry.path_to(full)
    response = ask(Client(), path)
    assert response.status_code == 302
    assert urlsplit(response["Location"]).path == reverse("account_login")


@EACH_PAGE
def test_f10_a_member_of_no_shop_is_shown_no_page(full: FullShop, entry: Page):
    staff = make.UserFactory(is_staff=True, is_superuser=True)
    response = ask(logged_in(staff), entry.path_to(full))
    assert response.status_code in (302, 404)
    assert response.headers.get("Location", reverse("orders:no_shop")) == reverse("orders:no_shop")


@EACH_PAGE_WITH_AN_OBJECT
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("htmx", [False, True], ids=["page", "part"])
def test_f10_another_shops_object_is_as_one_that_does_not_exist(
    full: FullShop, outside: FullShop, entry: Page, method: str, htmx: bool
):
    outsider = logged_in(outside.owner)
    headers = {"HX-Request": "true"} if htmx else {}
    data = {"reason": "to see it", "on": "yes"}
    foreign, missing = (
        getattr(outsider, method)(path, data, headers=headers)
        for path in (entry.path_to(full), entry.path_to_nothing())
    )
    assert missing.status_code in (404, 405)
    assert (foreign.status_code, body(foreign)) == (missing.status_code, body(missing))


@pytest.mark.parametrize(
    ("name", "field", "names"),
    [
        ("crm:coupons_basis", "coupon", "coupon"),
        ("crm:coupon_preview", "issue_template", "template"),
        ("crm:coupon", "expiry_template", "template"),
        ("crm:coupon_messages", "issue_template", "template"),
        ("crm:coupon_messages_live", "expiry_template", "template"),
        ("messaging:template_preview", "template", "template"),
        ("orders:switch_shop", "shop", "shop"),
    ],
)
def test_f10_another_shops_object_in_a_form_is_as_one_that_does_not_exist(
    full: FullShop, outside: FullShop, name: str, field: str, names: str
):
    (entry,) = [entry for entry in PAGES if entry.name == name]
    outsider, key = logged_in(outside.owner), getattr(full, names).pk
    foreign, missing = (
        outsider.post(entry.path_to(outside), {field: pk, "preset": "purchase"})
        for pk in (key, MISSING)
    )
    assert foreign.status_code == missing.status_code
    assert without(key, body(foreign)) == without(MISSING, body(missing))


@pytest.mark.parametrize("path", ["/messages/", "/members/"])
def test_f10_a_search_finds_nobody_of_another_shop(full: FullShop, outside: FullShop, path: str):
    outsider = logged_in(outside.owner)
    Customer.objects.filter(shop=outside.shop).update(name="모두 다른 이름", phone="")
    assert 'class="open"' in body(outsider.get(path, {"period": "all"}))
    for asked in (full.customer.name, full.customer.phone, full.customer.phone[-4:]):
        text = body(outsider.post(path, {"period": "all", "who": asked}, follow=True))
        assert 'class="open"' not in text, asked


@EACH_PAGE
@EACH_ROLE
def test_f10_a_page_is_open_from_the_role_on_that_it_needs(full: FullShop, entry: Page, role: Role):
    response = ask(logged_in(user_of(full, role)), entry.path_to(full))
    assert entry.needs_role is not None
    may = RANK[role] >= RANK[entry.needs_role]
    assert (response.status_code != 403) == may, response.status_code


@EACH_PAGE
def test_looking_at_a_page_changes_nothing(full: FullShop, entry: Page):
    client = logged_in(full.owner)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(entry.path_to(full), {"on": "yes", "reason": "to see it"})
    assert response.status_code in (200, 302, 405)
    assert writes(queries) == []


@EACH_PAGE
def test_a_viewer_changes_nothing_whatever_is_posted(full: FullShop, entry: Page):
    client = logged_in(full.viewer)
    with CaptureQueriesContext(connection) as queries:
        response = client.post(entry.path_to(full), {"on": "yes", "reason": "to see it"})
    # 303: what was searched for, led to its own address
    assert response.status_code in (303, 403, 404, 405)
    assert writes(queries) == []


@pytest.mark.parametrize(
    "name",
    [
        "crm:coupon_messages_live",
        "crm:coupons_basis",
        "crm:coupon_preview",
        "crm:connect_phone",
        "crm:stop_sending",
        "crm:resume_sending",
        *("messaging:request_recharge", "messaging:cancel_recharge", "messaging:low_points"),
        "orders:switch_shop",
        "messaging:template_preview",
        "messaging:gateway_check",
        "messaging:gateway_phone",
        "messaging:gateway_disconnect",
        "messaging:sender_numbers_ask",
        "messaging:sender_number_use",
        "messaging:sender_number_remove",
    ],
)
def test_what_only_acts_refuses_a_get(full: FullShop, name: str):
    (entry,) = [entry for entry in PAGES if entry.name == name]
    assert logged_in(full.owner).get(entry.path_to(full)).status_code == 405


def crawl(client: Client) -> dict[str, str]:
    """Every page that links and htmx lead to from the front page and each pattern: path → HTML."""
    queue = deque(["/"])
    seen = set(queue)
    pages: dict[str, str] = {}
    while queue:
        path = queue.popleft()
        for headers in ({}, {"HX-Request": "true"}):
            response = client.get(path, headers=headers)
            if "text/html" not in response.get("Content-Type", ""):
                continue
            pages[f"{path} {headers}"] = text = html.unescape(response.content.decode())
            for link in LINK.findall(response.content.decode()):
                target = urlsplit(urljoin(path, html.unescape(link)))
                found = target.path + (f"?{target.query}" if target.query else "")
                if not target.netloc and found not in seen and is_ours(target.path):
                    seen.add(found)
                    queue.append(found)
        assert len(seen) < 1000, "the crawl does not end"
        assert text
    return pages


def is_ours(path: str) -> bool:
    return not path.startswith(("/static/", "/accounts/", "/admin/", "/i18n/"))


def secrets(full: FullShop) -> set[str]:
    """Each customer's name, id, e-mail and phone, the phone in every way one writes it."""
    found: set[str] = set()
    for customer in Customer.objects.filter(shop=full.shop):
        found |= {customer.name, customer.mall_id, customer.email}
        found |= spellings(customer.phone)
    found |= spellings("+82" + TESTERS_PHONE[1:].replace("-", ""))
    return found - {""}


def spellings(phone: str) -> set[str]:
    if not phone:
        return set()
    shown = show_phone(phone)
    digits = shown.replace("-", "")
    spaced = shown.replace("-", " ")
    whole = {phone, phone[1:], shown, digits, spaced, shown.replace("-", ".")}
    return whole | {f"+82 {shown[1:]}", f"+82 {spaced[1:]}", f"+82-{shown[1:]}", digits[1:]}


def given_away(pages: dict[str, str], full: FullShop) -> list[str]:
    looked_for = secrets(full)
    return [
        f"{path}: {secret}"
        for path, text in pages.items()
        for secret in looked_for
        if secret in text
    ]


@EACH_ROLE
def test_f9_no_page_gives_a_customer_away_before_unmasking(full: FullShop, role: Role):
    pages = crawl(logged_in(user_of(full, role)))
    assert len(pages) > FEWEST_PAGES
    assert given_away(pages, full) == []


@EACH_PAGE
@pytest.mark.parametrize("role", [Role.VIEWER, Role.MANAGER])
def test_f9_no_page_of_a_pattern_gives_a_customer_away(full: FullShop, entry: Page, role: Role):
    response = ask(logged_in(user_of(full, role)), entry.path_to(full))
    assert given_away({entry.name: html.unescape(response.content.decode())}, full) == []


def test_f9_the_crawl_would_find_what_is_shown_whole(full: FullShop):
    client = logged_in(full.manager)
    path = reverse("crm:unmask_customer", args=[full.customer.pk])
    response = client.post(path, {"reason": "The customer asked on the phone."})
    text = html.unescape(response.content.decode())
    found = given_away({"customer": text}, full)
    assert {found.split(": ")[1] for found in found} >= {
        full.customer.name,
        full.customer.email,
        show_phone(full.customer.phone),
    }


def test_f9_a_test_send_shows_the_testers_number_masked(full: FullShop):
    path = reverse("messaging:phone", args=[full.test_message.pk])
    text = logged_in(full.manager).get(path).content.decode()
    assert TESTERS_PHONE not in text
