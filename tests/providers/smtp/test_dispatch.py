"""Through dispatch, from the database to a mail server and back."""

from datetime import timedelta

import pytest

from messaging.dispatch import dispatch
from messaging.gateways.smtp.delivery import LATER
from messaging.gateways.smtp.gateway import Smtp
from messaging.models import Batch, Channel, State
from tests.factories import NOW
from tests.providers.smtp.office import HANG_UP, Office, running
from tests.providers.smtp.sending import HASTE, account, parts
from tests.providers.whole_way import plan, send, states

pytestmark = pytest.mark.django_db
BACK = NOW + LATER + timedelta(minutes=1)


def planned(office: Office, count: int = 3) -> Batch:
    return plan(Channel.EMAIL, "smtp", dict(account(office)), count)


def test_a_letter_says_what_was_planned():
    with running(Office()) as office:
        planned(office, 1)
        assert send(Smtp(patience=HASTE)) == {State.SENT: 1}
    plain, html = parts(office)
    assert "봄맞이 10% 쿠폰" in plain
    assert "봄날문구 쿠폰</h1>" in html


def test_f1_each_letter_has_its_own_end_and_what_was_not_taken_goes_later():
    provider = Smtp(patience=HASTE)
    told = {"RCPT TO:<m0@": "550 5.1.1 nobody", "RCPT TO:<m1@": "450 4.2.0 greylisted"}
    with running(Office(answers=told)) as office:
        shop = planned(office).shop
        assert send(provider) == {State.FAILED: 1, State.SENT: 1}
        assert states(shop) == {
            "m0": (State.FAILED, "550 5.1.1"),
            "m1": (State.WAITING, ""),
            "m2": (State.SENT, ""),
        }
        office.answers = {}
        assert dispatch(now=BACK, connect=lambda _name: provider) == {State.SENT: 1}
    assert office.to() == ["m2@example.com", "m1@example.com"]


def test_f1_a_letter_whose_answer_was_lost_is_unknown_and_never_sent_again():
    provider = Smtp(patience=HASTE)
    with running(Office(answers={"LETTER m1@": HANG_UP})) as office:
        shop = planned(office).shop
        send(provider)
        assert states(shop) == {
            "m0": (State.SENT, ""),
            "m1": (State.UNKNOWN, ""),
            "m2": (State.WAITING, ""),
        }
        office.answers = {}
        dispatch(now=BACK, connect=lambda _name: provider)
    assert office.to() == ["m0@example.com", "m1@example.com", "m2@example.com"]
    assert states(shop)["m1"] == (State.UNKNOWN, "")
