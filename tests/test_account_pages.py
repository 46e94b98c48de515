"""The pages of an account: those that Dangol offers, and none that a library brings along."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import get_resolver, reverse

from tests import factories as make
from tests.cast import logged_in

pytestmark = pytest.mark.django_db


def routes_below(patterns: Iterable[Any], prefix: str = "") -> Iterator[str]:
    """Each whole route below these patterns, also those that libraries bring."""
    for entry in patterns:
        route = prefix + str(entry.pattern)
        yield from (
            routes_below(entry.url_patterns, route) if hasattr(entry, "url_patterns") else [route]
        )


def test_f10_of_the_account_pages_only_those_are_mounted_that_dangol_offers():
    found = {
        route.removeprefix("accounts/")
        for route in routes_below(get_resolver().url_patterns)
        if route.startswith("accounts/")
    }
    assert found == {
        "login/",
        "logout/",
        "inactive/",
        "reauthenticate/",
        "password/change/",
        "password/set/",
        "password/reset/",
        "password/reset/done/",
        "^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        "password/reset/key/done/",
        "2fa/",
        "2fa/authenticate/",
        "2fa/reauthenticate/",
        "2fa/totp/activate/",
        "2fa/totp/deactivate/",
        "2fa/recovery-codes/",
        "2fa/recovery-codes/generate/",
        "2fa/recovery-codes/download/",
    }


@pytest.mark.parametrize("path", ["email/", "signup/", "confirm-email/", "confirm-email/x/"])
def test_f10_nobody_signs_up_or_takes_another_address(path: str):
    client = logged_in(make.UserFactory())
    asked = {"email": "owner@example.com", "action_add": ""}
    assert client.get(f"/accounts/{path}").status_code == 404
    assert client.post(f"/accounts/{path}", asked).status_code == 404


@pytest.mark.parametrize("known", [True, False])
def test_the_password_reset_answers_the_same_for_every_address(known: bool):
    asked = {"email": make.UserFactory().email if known else "nobody@example.com"}
    response = Client().post(reverse("account_reset_password"), asked)
    assert response["Location"] == reverse("account_reset_password_done")
    assert len(mail.outbox) == known
