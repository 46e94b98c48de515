"""Coming in by a link, and changing the shop."""

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orders import nav
from orders.login_links import login_link
from orders.models import Membership, Role, Shop, User
from tests.factories import NOW

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parent.parent.parent


def make_shop(slug: str) -> Shop:
    return Shop.objects.create(
        slug=slug,
        name=slug,
        country="KR",
        timezone="Asia/Seoul",
        currency="KRW",
        created_at=NOW,
    )


@pytest.fixture
def user() -> User:
    return User.objects.create_user("bom@example.com", "wrong-horse-1")


@pytest.fixture
def shop(user: User) -> Shop:
    shop = make_shop("bomnal")
    Membership.objects.create(shop=shop, user=user, role=Role.VIEWER)
    return shop


def path_of(user: User) -> str:
    link = login_link(user)
    assert link.startswith(settings.BASE_URL)
    return urlsplit(link).path


def logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_log_in_link_logs_in(client, user):
    response = client.get(path_of(user))
    assert response.status_code == 302
    assert response["Location"] == "/"
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_log_in_link_works_once(client, user):
    path = path_of(user)
    client.get(path)
    second = Client()
    response = second.get(path)
    assert response.status_code == 410
    assert reverse("account_login") in response.content.decode()
    assert not logged_in(second)


def test_a_head_request_does_not_use_the_link_up(client, user):
    path = path_of(user)
    assert Client().head(path).status_code == 200
    client.get(path)
    assert logged_in(client)


def test_a_log_in_link_expires(client, user):
    path = path_of(user)
    later = timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT + 1)
    with time_machine.travel(later):
        assert client.get(path).status_code == 410


@pytest.mark.parametrize("uidb64", ["x", "OTk5OTk5", "_w", "4pyT"])
def test_a_false_link_says_so(client, user, uidb64):
    path = reverse("orders:log_in_link", args=[uidb64, path_of(user).split("/")[-2]])
    assert client.get(path).status_code == 410


def test_another_users_token_is_a_false_link(client, user):
    other = User.objects.create_user("other@example.com")
    uidb64 = path_of(other).split("/")[-3]
    token = path_of(user).split("/")[-2]
    assert client.get(reverse("orders:log_in_link", args=[uidb64, token])).status_code == 410


def test_a_link_of_someone_who_was_shut_out_is_a_false_link(client, user):
    path = path_of(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(path).status_code == 410


def test_a_log_in_token_does_not_set_a_new_password(user):
    from django.contrib.auth.tokens import default_token_generator

    assert not default_token_generator.check_token(user, path_of(user).split("/")[-2])


def test_a_link_still_asks_for_the_second_factor(client, user):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(user, generate_totp_secret())
    response = client.get(path_of(user))
    assert response["Location"] == reverse("mfa_authenticate")
    assert not logged_in(client)


def test_switching_leads_to_the_other_shop(client, user, shop):
    other = make_shop("haru")
    Membership.objects.create(shop=other, user=user, role=Role.VIEWER)
    client.force_login(user)
    response = client.post(reverse("orders:switch_shop"), {"shop": other.pk})
    assert response.status_code == 302
    assert client.session["shop_id"] == other.pk


@pytest.mark.parametrize("asked", ["foreign", "", "x", "-1"])
def test_f10_switching_to_a_shop_that_is_not_ones_own_is_not_found(client, user, shop, asked):
    foreign = make_shop("foreign")
    client.force_login(user)
    shop_id = foreign.pk if asked == "foreign" else asked
    assert client.post(reverse("orders:switch_shop"), {"shop": shop_id}).status_code == 404


def test_switching_needs_a_post(client, user, shop):
    client.force_login(user)
    assert client.get(reverse("orders:switch_shop")).status_code == 405


def test_who_belongs_to_no_shop_is_told_so(client, user):
    client.force_login(user)
    response = client.get(reverse("orders:no_shop"))
    assert response.status_code == 200
    assert user.email in response.content.decode()


def test_who_belongs_to_a_shop_is_led_home(client, user, shop):
    client.force_login(user)
    assert client.get(reverse("orders:no_shop"))["Location"] == "/"


def test_the_no_shop_page_needs_a_log_in(client):
    assert reverse("account_login") in client.get(reverse("orders:no_shop"))["Location"]


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    "name",
    ["account_login", "account_reset_password", "account_reset_password_done"],
)
def test_the_pages_before_the_log_in_stand_in_both_languages(client, name, language):
    response = client.get(reverse(name), headers={"accept-language": language})
    assert response.status_code == 200
    assert f'<html lang="{language}">' in response.content.decode()


@pytest.mark.parametrize("name", ["mfa_index", "account_change_password", "account_logout"])
def test_the_account_pages_stand(client, user, name):
    client.force_login(user)
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "500"])
def test_the_error_pages_stand_without_a_request(code):
    assert "entrance-card" in render_to_string(f"{code}.html")


def test_an_unknown_address_answers_404_with_a_way_on(client):
    response = client.get("/there-is-no-such-page/")
    assert response.status_code == 404
    assert 'href="/"' in response.content.decode()


def test_every_entry_of_the_navigation_leads_somewhere():
    for section in nav.SECTIONS:
        for entry in section.entries:
            assert reverse(entry.name)


def test_a_page_below_an_entry_marks_that_entry():
    urls = ["/", "/coupons/", "/coupons/list/"]
    assert nav.current_url("/coupons/list/3/", urls) == "/coupons/list/"
    assert nav.current_url("/coupons/settings/", urls) == "/coupons/"
    assert nav.current_url("/elsewhere/", urls) == ""


def test_every_icon_used_is_in_the_sprite():
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons.svg").read_text()))
    used = set()
    for template in (ROOT / "templates").rglob("*.html"):
        used |= set(re.findall(r'{% icon "([^"]+)"', template.read_text()))
        used |= set(re.findall(r'sign="([^"]+)"', template.read_text()))
    assert used - drawn == set()


def test_no_template_has_what_the_content_security_policy_refuses():
    banned = re.compile(r"\sstyle=|<style|\son[a-z]+=|hx-on|<script(?![^>]*(src=|json))", re.I)
    letters = ROOT / "templates/email"  # read in mail programs, where no policy of ours holds
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if letters not in path.parents and banned.search(path.read_text())
    ]
    assert found == []


@pytest.mark.django_db
def test_a_part_asked_for_without_a_log_in_sends_the_whole_page_there(client):
    asked = {"HX-Request": "true", "HX-Current-URL": "http://testserver/messages/?state=failed"}
    response = client.get("/messages/", headers=asked)
    assert response["HX-Redirect"] == "/accounts/login/?next=/messages/%3Fstate%3Dfailed"
