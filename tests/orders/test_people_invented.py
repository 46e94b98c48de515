"""Fictional people."""

import re

import pytest

from orders.ingest import ingest
from orders.models import Consent, Customer
from orders.people_invented import invent, invent_person
from orders.phones import normalise_phone
from tests.factories import NOW, ShopFactory

IDS = [str(12_346 + n) for n in range(3_000)]


def people(ids, seed="7", country="KR"):
    return [invent_person(mall_id, seed=seed, country=country) for mall_id in ids]


def test_the_same_seed_and_id_give_the_same_person_whatever_the_order():
    assert people(IDS[:50]) == people(reversed(IDS[:50]))[::-1]
    assert people(IDS[:50], seed="8") != people(IDS[:50])


@pytest.mark.parametrize(
    ("country", "unassigned"),
    [("KR", r"\+8210[01]\d{7}"), ("JP", r"\+81900\d{7}")],
)
def test_phones_are_of_ranges_that_no_one_is_assigned(country, unassigned):
    phones = [person.phone for person in people([*IDS, "m-1", "x"], country=country)]
    assert all(re.fullmatch(unassigned, phone) for phone in phones)
    assert normalise_phone(phones[0], country) == phones[0]


def test_member_ids_that_are_numbers_never_share_a_phone():
    assert len({person.phone for person in people(IDS)}) == len(IDS)


def test_addresses_are_reserved_for_examples():
    emails = [person.email for person in people(IDS)]
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+\d+@example\.(com|net|org)", mail) for mail in emails)


@pytest.mark.parametrize(("country", "name"), [("KR", r"[가-힣]{3}"), ("JP", r"\S+ \S+")])
def test_names_are_as_the_shops_country_has_them(country, name):
    assert all(re.fullmatch(name, person.name) for person in people(IDS[:200], country=country))


@pytest.mark.django_db
def test_everyone_has_all_consents_but_the_night_one_since_before_any_fact():
    shop = ShopFactory.create()
    ingest(shop=shop, records=invent(IDS[:600], seed="7", country="KR"), now=NOW)
    held = Consent.objects.filter(given=True, until=None, since__lt="2001-01-01T00:00Z")
    assert held.count() == 4 * 600
    assert not held.filter(kind="night").exists()
    customer = Customer.objects.get(mall_id=IDS[0])
    assert customer.app_token == f"phone:{IDS[0]}"
    assert customer.email_verified_at is not None
