"""The API of a shop's own site: its inbox, its opt-outs, its consents, and nobody else's (F10)."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging.links import short_link
from messaging.models import Channel, Message, OptOut, OptOutSource, State
from orders.api import api
from orders.api_keys import find_key, make_key, revoke_key
from orders.models import Consent, ConsentKind, Customer
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_asked_yet() -> None:
    cache.clear()


@pytest.fixture
def customer() -> Customer:
    return make.CustomerFactory()


@pytest.fixture
def key(customer: Customer) -> str:
    return make_key(shop=customer.shop, user=None, now=make.NOW)


def ask(key: str, path: str, body: Any = None, *, at=make.NOW):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with time_machine.travel(at, tick=False):
        if body is None:
            return Client().get(f"/api/v1{path}", headers=headers)
        text = body if isinstance(body, str) else json.dumps(body)
        return Client(enforce_csrf_checks=True).post(
            f"/api/v1{path}", text, content_type="application/json", headers=headers
        )


def in_inbox(customer: Customer, **changes: Any) -> Message:
    batch = make.BatchFactory(
        shop=customer.shop, channel=Channel.INBOX, state=State.DELIVERED, **changes
    )
    return make.MessageFactory(batch=batch, customer=customer, address=customer.mall_id)


def test_f10_every_question_needs_a_key():
    paths = api.get_openapi_schema()["paths"]
    assert len(paths) == 4
    assert all(operation["security"] for path in paths.values() for operation in path.values())


@pytest.mark.parametrize("wrong", ["", "x", "dgl_" + "x" * 43, "dgl_" + "x" * 4000])
def test_f10_without_a_key_in_use_nothing_is_told(customer: Customer, wrong: str):
    assert ask(wrong, f"/customers/{customer.mall_id}/inbox").status_code == 401


def test_f10_a_revoked_key_opens_nothing(customer: Customer, key: str):
    found = find_key(key)
    assert found
    revoke_key(key=found, user=make.UserFactory(), now=make.NOW)
    assert ask(key, f"/customers/{customer.mall_id}/inbox").status_code == 401


def test_a_customers_inbox_holds_what_was_delivered_to_it(customer: Customer, key: str):
    message = in_inbox(customer)
    make.MessageFactory(batch=make.BatchFactory(shop=customer.shop), customer=customer)
    make.MessageFactory(batch=message.batch)
    answer = ask(key, f"/customers/{customer.mall_id}/inbox").json()
    assert [one["id"] for one in answer["messages"]] == [message.pk]
    assert "봄맞이 10% 쿠폰" in answer["messages"][0]["text"]
    assert answer["messages"][0]["link"] == short_link(message.pk)
    assert answer["next"] is None


def test_what_still_waits_or_failed_is_not_in_the_inbox(customer: Customer, key: str):
    for state in (State.WAITING, State.FAILED, State.LEFT_OUT):
        batch = make.BatchFactory(shop=customer.shop, channel=Channel.INBOX, state=state)
        make.MessageFactory(batch=batch, customer=customer)
    assert ask(key, f"/customers/{customer.mall_id}/inbox").json()["messages"] == []


def test_an_inbox_is_read_page_by_page_and_nothing_twice(customer: Customer, key: str):
    made = [in_inbox(customer).pk for _n in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        answer = ask(key, f"/customers/{customer.mall_id}/inbox?limit=2&cursor={cursor}").json()
        seen += [one["id"] for one in answer["messages"]]
        cursor = answer["next"]
    assert seen == made[::-1]


@pytest.mark.parametrize("path", ["/customers/{}/inbox", "/customers/{}/opt-outs"])
def test_f10_another_shops_customer_is_as_one_that_does_not_exist(key: str, path: str):
    other = make.CustomerFactory(mall_id="theirs")
    foreign, missing = (ask(key, path.format(name)) for name in (other.mall_id, "nobody"))
    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)
    assert foreign.status_code == 404


def test_f10_another_shops_customer_cannot_be_opted_out(key: str):
    other = make.CustomerFactory(mall_id="theirs")
    answers = [
        ask(key, "/opt-outs", {"channel": "text", "customer": name})
        for name in (other.mall_id, "nobody")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize("by", ["customer", "address"])
def test_f3_the_shops_site_opts_out(customer: Customer, key: str, by: str):
    make.ConsentFactory(customer=customer, kind=ConsentKind.EMAIL)
    value = {"customer": customer.mall_id, "address": customer.email.upper()}[by]
    answer = ask(key, "/opt-outs", {"channel": "email", by: value})
    assert answer.json()["source"] == OptOutSource.API
    assert OptOut.objects.get().address == customer.email
    assert Consent.objects.get(until=None).given is False
    (listed,) = ask(key, f"/customers/{customer.mall_id}/opt-outs").json()
    assert listed == answer.json()


def test_f3_a_later_consent_lifts_an_opt_out_and_an_older_one_does_not(
    customer: Customer, key: str
):
    make.ConsentFactory(customer=customer)
    ask(key, "/opt-outs", {"channel": "text", "customer": customer.mall_id})
    told = {"customer": customer.mall_id, "kind": "text", "given": True}
    hour = timedelta(hours=1)
    before = ask(key, "/consents", {**told, "at": (make.NOW - hour).isoformat()})
    assert before.json()["lifted"] == 0 and OptOut.objects.exists()
    later = make.NOW + hour
    answer = ask(key, "/consents", {**told, "at": later.isoformat()}, at=later)
    assert answer.json() == {"changed": 2, "lifted": 1}
    assert not OptOut.objects.exists()
    assert Consent.objects.get(until=None).given is True


def test_f3_a_consent_that_was_taken_back_since_lifts_nothing(customer: Customer, key: str):
    ask(key, "/opt-outs", {"channel": "text", "customer": customer.mall_id})
    make.ConsentFactory(customer=customer, given=False, since=make.NOW + timedelta(hours=2))
    told = {"customer": customer.mall_id, "kind": "text", "given": True}
    hour = timedelta(hours=1)
    answer = ask(
        key, "/consents", {**told, "at": (make.NOW + hour).isoformat()}, at=make.NOW + hour
    )
    assert answer.json() == {"changed": 0, "lifted": 0}


def test_f3_a_withdrawn_consent_is_kept(customer: Customer, key: str):
    make.ConsentFactory(customer=customer)
    told = {"customer": customer.mall_id, "kind": "text", "given": False, "source": "app"}
    ask(key, "/consents", {**told, "at": make.NOW.isoformat()})
    held = Consent.objects.get(until=None)
    assert (held.given, held.since, held.source) == (False, make.NOW, "app")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/opt-outs", {"channel": "alimtalk", "address": "01012345678"}),
        ("/opt-outs", {"channel": "text", "address": "no number"}),
        ("/opt-outs", {"channel": "email", "address": "no mail"}),
        ("/opt-outs", {"channel": "text"}),
        ("/opt-outs", {"channel": "text", "address": "01012345678", "customer": "x"}),
        ("/opt-outs", {"channel": "text", "address": "010\x0012345678"}),
        ("/consents", {"customer": "a", "kind": "text", "given": True, "at": "2027-01-01T00:00Z"}),
        ("/consents", {"customer": "a", "kind": "text", "given": True, "at": "2026-01-01T00:00"}),
        ("/consents", {"customer": "", "kind": "text", "given": True, "at": "2026-01-01T00:00Z"}),
        ("/consents", {"customer": "a", "kind": "fax", "given": True, "at": "2026-01-01T00:00Z"}),
    ],
)
def test_what_makes_no_sense_is_refused_with_where_and_what(key: str, path: str, body: Any):
    answer = ask(key, path, body)
    assert answer.status_code == 422
    assert all(one["what"].isascii() for one in answer.json()["detail"])
    assert "12345678" not in answer.content.decode()
    assert not Consent.objects.exists() and not OptOut.objects.exists()


TOLD = {"customer": "a", "kind": "text", "given": True, "at": "2026-01-01T00:00Z"}


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/consents", TOLD | {"sorce": "app"}, "sorce"),
        ("/consents", TOLD | {"given": "no"}, "given"),
        ("/consents", TOLD | {"given": 1}, "given"),
        ("/consents", TOLD | {"source": "staff"}, "source"),
        ("/consents", TOLD | {"source": "link"}, "source"),
        ("/consents", TOLD | {"source": "mall"}, "source"),
        ("/consents", TOLD | {"customer": "a\u202eb"}, "customer"),
        ("/consents", TOLD | {"customer": "a\nb"}, "customer"),
        ("/opt-outs", {"channel": "text", "addres": "01012345678"}, "addres"),
    ],
)
def test_what_is_refused_names_its_field(key: str, path: str, body: Any, where: str):
    answer = ask(key, path, body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["where"].endswith(f".{where}")
    assert not Customer.objects.filter(mall_id=body.get("customer", "")).exists()


def test_f3_an_inbox_is_only_a_customers(customer: Customer, key: str):
    asked = {"channel": "inbox", "address": "nobody"}
    assert ask(key, "/opt-outs", asked).status_code == 404
    assert ask(key, "/opt-outs", asked | {"address": customer.mall_id}).status_code == 200


def test_a_customer_whose_id_has_a_slash_can_be_asked_about(key: str):
    ask(key, "/consents", TOLD | {"customer": "a/b"})
    assert ask(key, "/customers/a%2Fb/opt-outs").json() == []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=5,
)
WORDS = st.sampled_from(["text", "email", "inbox", "push", "member00001", "2026-01-01T00:00Z"])
FIELDS = ("channel", "customer", "address", "kind", "given", "at", "source")
BODIES = st.dictionaries(st.sampled_from(FIELDS), WORDS | ANYTHING) | ANYTHING
FUZZ = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@FUZZ
@given(path=st.sampled_from(["/opt-outs", "/consents"]), body=BODIES.map(json.dumps) | st.text())
def test_whatever_is_posted_is_answered_in_json(key: str, path: str, body: str):
    answer = ask(key, path, body.encode("utf-8", "replace").decode())
    assert answer.status_code in (200, 400, 404, 422, 429)
    answer.json()


@FUZZ
@given(
    name=st.text(st.characters(exclude_characters="/?#\\", exclude_categories=["Cs"]), min_size=1),
    rest=st.sampled_from(["inbox", "opt-outs"]),
    cursor=st.text(max_size=50),
    limit=WORDS | st.integers().map(str),
)
def test_whatever_is_asked_is_answered(key: str, name: str, rest: str, cursor: str, limit: str):
    headers = {"Authorization": f"Bearer {key}"}
    asked = {"cursor": cursor, "limit": limit}
    answer = Client().get(f"/api/v1/customers/{name}/{rest}", asked, headers=headers)
    assert answer.status_code in (200, 404, 422, 429)


def test_the_documentation_needs_no_key_and_runs_no_inline_script():
    page = Client().get("/api/v1/docs")
    assert page.status_code == 200
    text = page.content.decode()
    assert "cdn" not in text
    assert 'type="application/json"' in text and "<script>" not in text
    assert Client().get("/api/v1/openapi.json").json()["info"]["title"] == "Dangol"
