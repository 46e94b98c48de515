"""The form in which a shop tells of its mail server."""

import pytest

from messaging.gateways.smtp.account import SmtpForm

RIGHT = {
    "host": "smtp.example.com",
    "port": "587",
    "security": "starttls",
    "user": "shop",
    "password": "secret",
    "from_address": "shop@example.com",
    "reply_to": "",
    "contact": "02-123-4567, 서울시 종로구",
}


@pytest.fixture(autouse=True)
def public_only(settings):
    settings.SMTP_MAY_BE_LOCAL = False


def test_what_is_right_is_taken():
    form = SmtpForm(RIGHT)
    assert form.is_valid(), form.errors
    assert form.cleaned_data == RIGHT | {"port": 587}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("host", host) for host in ("", "http://x.com", "a b", "localhost", "127.0.0.1")),
        *(("host", host) for host in ("10.0.0.1", "x\r\ny", "-x.com", "x.com:25", "user@x.com")),
        *(("port", port) for port in ("", "0", "22", "6379", "65536", "x")),
        *(("security", kind) for kind in ("", "none", "ssl")),
        *(("from_address", each) for each in ("", "shop", "a@b", "a@b.com\r\nBcc: c@d.com")),
        ("contact", " "),
        ("contact", "02-123\u202e-4567"),
        *(("reply_to", each) for each in ("shop", "a@b.com, c@d.com")),
    ],
)
def test_what_is_wrong_is_refused_at_its_field(field, value):
    form = SmtpForm(RIGHT | {field: value})
    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_a_server_in_the_own_network_is_taken_where_that_is_allowed(settings):
    settings.SMTP_MAY_BE_LOCAL = True
    local = {"host": "127.0.0.1", "port": "2500", "security": "none"}
    form = SmtpForm(RIGHT | local)
    assert form.is_valid(), form.errors


def test_the_password_is_secret_and_not_shown_again():
    assert SmtpForm.secret == {"password"}
    assert "secret" not in str(SmtpForm(RIGHT))
