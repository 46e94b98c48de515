"""Encryption, log-in, and where a letter may be taken to."""

import socket
from typing import Any

import pytest

from messaging.gateways import AccountRefused, Busy
from messaging.gateways.smtp.gateway import Smtp
from messaging.gateways.smtp.places import is_public
from tests.providers.smtp.certificates import server_and_trust
from tests.providers.smtp.office import Office, running
from tests.providers.smtp.sending import HASTE, account, letter, send

PASSWORD = "geheim ☂"
USERS = {"shop": PASSWORD}
LOG_IN: dict[str, Any] = {"host": "localhost", "user": "shop", "password": PASSWORD}


@pytest.fixture(scope="module")
def certified(tmp_path_factory):
    return server_and_trust(tmp_path_factory.mktemp("tls"), "localhost")


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("method", ["AUTH PLAIN LOGIN", "AUTH LOGIN"])
def test_a_letter_goes_encrypted_and_logged_in(certified, security, method):
    server, trust = certified
    office = Office(
        features=("PIPELINING", method),
        users=USERS,
        tls=server,
        starts_encrypted=security == "tls",
    )
    with running(office):
        provider = Smtp(patience=HASTE, trust=trust)
        said = send(office, [letter(1)], provider=provider, security=security, **LOG_IN)
    assert said.exceptions == {}
    assert office.to() == ["m1@example.com"]


def refusal(office: Office, provider: Smtp | None = None, **changes: Any) -> Busy:
    with running(office), pytest.raises(Busy) as end:
        send(office, [letter(1)], provider=provider, **changes)
    assert office.taken == []
    return end.value


def test_a_wrong_password_is_the_accounts_fault_and_in_no_error(certified):
    server, trust = certified
    office = Office(features=("AUTH PLAIN",), users=USERS, tls=server)
    told = {**LOG_IN, "password": "wrong-one"}
    end = refusal(office, Smtp(patience=HASTE, trust=trust), security="starttls", **told)
    assert (type(end), end.code) == (AccountRefused, "535 5.7.8")
    assert "wrong-one" not in repr(end)


def test_a_server_that_offers_no_log_in_gets_no_password(certified):
    server, trust = certified
    office = Office(users=USERS, tls=server)
    end = refusal(office, Smtp(patience=HASTE, trust=trust), security="starttls", **LOG_IN)
    assert (type(end), end.code) == (AccountRefused, "no-log-in")


def test_a_server_without_starttls_gets_no_password():
    office = Office(features=("AUTH PLAIN",), users=USERS)
    end = refusal(office, security="starttls", **LOG_IN)
    assert (type(end), end.code) == (AccountRefused, "no-starttls")
    assert not any(line.startswith("AUTH") for line in office.commands)


def test_a_certificate_that_nobody_vouches_for_is_not_believed(certified):
    office = Office(tls=certified[0])
    end = refusal(office, security="starttls", host="localhost")
    assert (type(end), end.code) == (AccountRefused, "certificate")


def test_another_servers_certificate_is_not_believed(tmp_path):
    server, trust = server_and_trust(tmp_path, "mail.example.com")
    end = refusal(
        Office(tls=server), Smtp(patience=HASTE, trust=trust), security="starttls", host="localhost"
    )
    assert end.code == "certificate"


def test_what_was_said_before_encryption_does_not_count(certified):
    server, trust = certified
    office = Office(tls=server, answers={"STARTTLS": "220 go\r\n250 injected"})
    end = refusal(office, Smtp(patience=HASTE, trust=trust), security="starttls", host="localhost")
    assert end.code == "garbage"


def test_the_check_logs_in_and_sends_nothing(certified):
    server, trust = certified
    office = Office(features=("AUTH PLAIN",), users=USERS, tls=server)
    with running(office):
        Smtp(patience=HASTE, trust=trust).check(account(office, security="starttls", **LOG_IN))
    assert (office.taken, office.commands[-2:]) == ([], ["MAIL FROM:<shop@example.com>", "QUIT"])


def test_the_check_tells_that_the_sender_is_refused():
    refuses = Office(answers={"MAIL": "553 5.7.1 not yours"})
    with running(refuses), pytest.raises(AccountRefused, match=r"553 5\.7\.1"):
        Smtp(patience=HASTE).check(account(refuses))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),  # noqa: S104
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1"),
        *("ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
        "2002:0a00:0001::1",
    ],
)
def test_an_address_in_our_own_network_is_not_public(address):
    assert not is_public(address)


def test_the_internets_addresses_are_public():
    assert all(map(is_public, ("8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8")))


def _refused(settings, monkeypatch, *, resolves: str, port: int = 587) -> str:
    """Why a server of that address gets no connection."""
    settings.SMTP_MAY_BE_LOCAL = False
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (resolves, port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_asked, **_options: found)
    with running(Office(port=port)) as office, pytest.raises(AccountRefused) as end:
        send(office, [letter(1)], host="mail.example.com", port=str(port))
    assert office.connections == 0
    return end.value.code


def test_a_name_that_leads_into_our_own_network_is_not_connected_to(settings, monkeypatch):
    assert _refused(settings, monkeypatch, resolves="127.0.0.1") == "forbidden-address"
    assert _refused(settings, monkeypatch, resolves="169.254.169.254") == "forbidden-address"


def test_a_port_that_is_no_mail_servers_is_not_connected_to(settings, monkeypatch):
    assert _refused(settings, monkeypatch, resolves="8.8.8.8", port=6379) == "forbidden-port"


@pytest.mark.parametrize("host", ["a" * 64 + ".example.com", "exa..mple.com"])
def test_a_name_that_is_none_is_refused(host):
    with pytest.raises(AccountRefused, match="no-such-host"):
        send(Office(port=587), [letter(1)], host=host)
