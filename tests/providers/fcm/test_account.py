"""The service account's key: what is taken of it, and that it shows nowhere."""

import json

import pytest

from messaging.gateways import AccountRefused
from messaging.gateways.fcm.account import FcmForm
from tests.providers.fcm.google import PROJECT, private_key, service_account
from tests.providers.fcm.sending import google


def test_what_is_needed_of_the_file_is_kept():
    form = FcmForm({"service_account": service_account()})
    assert form.is_valid(), form.errors
    kept = json.loads(form.cleaned_data["service_account"])
    assert kept.keys() == {"project_id", "client_email", "private_key", "private_key_id"}
    assert FcmForm.secret == {"service_account"}


@pytest.mark.parametrize(
    "told",
    [
        "",
        "not json",
        "[]",
        "[" * 9000,
        "{}",
        json.dumps({"project_info": {}, "client": []}),
        service_account(type="authorized_user"),
        service_account(project_id=""),
        service_account(project_id="../../x"),
        service_account(client_email=""),
        service_account(private_key="no key"),
        service_account(private_key=private_key()[:-200]),
        service_account(token_uri="https://evil.example/token"),
        service_account(token_uri="http://169.254.169.254/"),
    ],
)
def test_what_is_no_such_file_is_refused_without_showing_it(told):
    form = FcmForm({"service_account": told})
    assert not form.is_valid()
    assert "PRIVATE" not in str(form.errors)


def test_a_key_that_cannot_be_read_is_in_no_error():
    account = {"service_account": service_account(private_key="-----BEGIN geheim-----")}
    with google() as (_desk, provider), pytest.raises(AccountRefused, match="bad-key") as end:
        provider.check(account)
    assert end.value.__cause__ is None


def test_the_check_proves_the_account_and_sends_nothing():
    with google({"nobody": "INVALID_ARGUMENT"}) as (desk, provider):
        provider.check({"service_account": service_account()})
        provider.check({"service_account": service_account()})
    assert (desk.taken, desk.tokens) == ({}, 2)


@pytest.mark.parametrize("project", ["other-shop", PROJECT])
def test_the_check_tells_that_the_project_is_not_its_own(project):
    account = {"service_account": service_account(project_id=project)}
    answers = {"nobody": "PERMISSION_DENIED"}
    with google(answers) as (_desk, provider), pytest.raises(AccountRefused):
        provider.check(account)
