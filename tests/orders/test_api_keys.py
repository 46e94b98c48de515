"""A shop's API keys: shown once, kept as a hash, revoked at once (F10)."""

import pytest
from django.core.exceptions import ValidationError

from orders.api_keys import MOST_KEYS, find_key, keys_in_use, make_key
from orders.models import ApiKey, AuditEvent
from tests import factories as make
from tests.cast import Cast, the_cast  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


def test_f10_a_key_is_found_by_what_was_given_out_and_kept_nowhere():
    shop = make.ShopFactory()
    text = make_key(shop=shop, user=None, now=make.NOW)
    found = find_key(text)
    assert found and found.shop == shop
    kept = ApiKey.objects.values_list("hash", "begins").get()
    assert text not in kept and text.startswith(kept[1])
    assert find_key(text + "x") is None and find_key("\ud800") is None


def test_f10_the_owner_makes_a_key_and_sees_it_once(cast: Cast):
    made = cast.owner.post("/settings/api/make/").context["made"]
    assert find_key(made)
    assert made not in cast.owner.get("/settings/api/").content.decode()
    assert AuditEvent.objects.get(action="api_key_made").user == cast.users["owner"]


def test_f10_a_revoked_key_is_gone_at_once_and_on_record(cast: Cast):
    text = make_key(shop=cast.shop, user=None, now=make.NOW)
    (key,) = keys_in_use(cast.shop)
    assert cast.outsider.post(f"/settings/api/{key.pk}/revoke/").status_code == 404
    assert cast.manager.post(f"/settings/api/{key.pk}/revoke/").status_code == 403
    assert find_key(text)
    for _n in range(2):
        assert cast.owner.post(f"/settings/api/{key.pk}/revoke/").status_code == 302
    assert find_key(text) is None
    assert AuditEvent.objects.filter(action="api_key_revoked").count() == 1


def test_a_shop_has_so_many_keys_and_no_more(cast: Cast):
    for _n in range(MOST_KEYS):
        make_key(shop=cast.shop, user=None, now=make.NOW)
    with pytest.raises(ValidationError):
        make_key(shop=cast.shop, user=None, now=make.NOW)
    assert cast.owner.post("/settings/api/make/").status_code == 422
