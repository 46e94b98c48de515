"""What pages say to browsers and caches, and what processes count together."""

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from config import settings as served
from tests.cast import Cast, the_cast  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


def test_f9_no_cache_keeps_a_page_of_the_console(cast: Cast):
    said = cast.viewer.get(reverse("crm:customers"))["Cache-Control"]
    assert "no-store" in said and "private" in said


def test_every_page_takes_no_device_of_the_visitor():
    for path in (reverse("account_login"), "/there-is-no-such-page/"):
        assert "camera=()" in Client().get(path)["Permissions-Policy"]


@override_settings(CACHES=served.CACHES)
def test_log_in_attempts_are_counted_where_every_process_sees_them(cast: Cast):
    asked = {"login": cast.users["viewer"].email, "password": "wrong"}
    answers = [Client().post(reverse("account_login"), asked) for _ in range(6)]
    errors = [answer.context["form"].errors.as_text() for answer in answers]
    assert errors[-1] != errors[0] == errors[1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM dangol_cache")
        assert cursor.fetchone()[0] > 0
