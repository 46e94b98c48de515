"""F1: what became of each letter, whatever the server does; by the table in `delivery`."""

from datetime import timedelta
from time import monotonic

import pytest

from messaging.errands import LATEST_BEGINNING
from messaging.freezing import LEASE
from messaging.gateways import AccountRefused, Answers, Busy
from messaging.gateways.http import Patience
from messaging.gateways.smtp.delivery import LATER, SOON
from messaging.gateways.smtp.gateway import Smtp
from messaging.models import State
from tests.providers.smtp.office import HANG_UP, SILENCE, Office, running
from tests.providers.smtp.sending import HASTE, letter, send

NO_SUCH_USER = "550 5.1.1 no such user"
THREE = ["m1@example.com", "m2@example.com", "m3@example.com"]
WAYS = pytest.mark.parametrize("features", [(), ("PIPELINING",)], ids=["one by one", "pipelining"])


def outcome(answers: dict[str, str], features: tuple[str, ...] = ()) -> tuple[Answers, list[str]]:
    """What is said of three letters, and who got one."""
    with running(Office(features=features, answers=answers)) as office:
        said = send(office, [letter(1), letter(2), letter(3)])
    return said, office.to()


def refusal(answers: dict[str, str], **options) -> Busy:
    """Why nothing of three letters was taken."""
    with running(Office(answers=answers, **options)) as office, pytest.raises(Busy) as end:
        send(office, [letter(1), letter(2), letter(3)])
    assert office.taken == []
    return end.value


@WAYS
def test_all_letters_of_a_batch_go_over_one_connection(features):
    with running(Office(features=features)) as office:
        said = send(office, [letter(1), letter(2), letter(3)])
    assert said == Answers(State.SENT)
    assert (office.to(), office.connections) == (THREE, 1)
    assert office.commands[-1] == "QUIT"


@WAYS
def test_an_address_that_does_not_exist_fails_and_is_dead(features):
    said, to = outcome({"RCPT TO:<m2@": NO_SUCH_USER}, features)
    assert said == Answers(State.SENT, {2: (State.FAILED, "550 5.1.1")}, dead=frozenset({2}))
    assert to == [THREE[0], THREE[2]]


@WAYS
def test_an_address_refused_for_another_reason_is_not_dead(features):
    said, _to = outcome({"RCPT TO:<m1@": "550 5.7.1 not from you"}, features)
    assert said == Answers(State.SENT, {1: (State.FAILED, "550 5.7.1")})


@WAYS
def test_an_address_to_be_tried_later_goes_again(features):
    said, to = outcome({"RCPT TO:<m3@": "450 4.2.0 greylisted"}, features)
    assert said == Answers(State.SENT, again=frozenset({3}), wait=LATER)
    assert to == THREE[:2]


@WAYS
def test_a_letter_that_is_refused_after_its_end_fails_alone(features):
    said, _to = outcome({"LETTER m2@": "554 5.7.1 spam"}, features)
    assert said == Answers(State.SENT, {2: (State.FAILED, "554 5.7.1")})


@WAYS
def test_a_letter_to_be_tried_later_goes_again(features):
    said, _to = outcome({"LETTER m2@": "451 try later"}, features)
    assert said == Answers(State.SENT, again=frozenset({2}), wait=LATER)


@WAYS
def test_f1_a_connection_lost_before_a_letter_leaves_it_for_again(features):
    said, to = outcome({"RCPT TO:<m2@": HANG_UP}, features)
    assert said == Answers(State.SENT, again=frozenset({2, 3}), wait=SOON)
    assert to == THREE[:1]


@WAYS
@pytest.mark.parametrize("end", [HANG_UP, SILENCE, "what?"])
def test_f1_a_connection_lost_after_a_letter_leaves_it_unknown(features, end):
    said, to = outcome({"LETTER m2@": end}, features)
    assert said == Answers(State.UNKNOWN, {1: (State.SENT, "")}, again=frozenset({3}), wait=SOON)
    assert to == THREE[:2], "the server has it, and we can't know"


@WAYS
def test_f1_the_last_letters_lost_answer_leaves_it_unknown(features):
    said, to = outcome({"LETTER m3@": HANG_UP}, features)
    assert said == Answers(State.UNKNOWN, dict.fromkeys((1, 2), (State.SENT, "")))
    assert to == THREE


def test_f1_a_server_whose_replies_make_no_sense_is_not_believed():
    said, _to = outcome({"LETTER m1@": "250 taken\r\n250 and again"}, ("PIPELINING",))
    assert said == Answers(State.SENT, again=frozenset({2, 3}), wait=SOON)


def test_f1_a_letter_that_is_not_read_to_its_end_goes_again():
    with running(Office(reads=2**16)) as office, pytest.raises(Busy) as end:
        send(office, [letter(1, text="가" * 10_000_000)])
    assert end.value.code in ("cut-off", "timeout")


def test_a_server_that_closes_leaves_the_rest_for_again():
    said, to = outcome({"RCPT TO:<m2@": "421 4.7.0 too many"}, ("PIPELINING",))
    assert said == Answers(State.SENT, again=frozenset({2, 3}), wait=LATER)
    assert to == THREE[:1]


def test_a_server_that_wants_a_letter_for_nobody_gets_an_empty_one():
    refused = {"RCPT TO:<m1@": NO_SUCH_USER}
    with running(Office(answers=refused, wants_anything=True)) as office:
        said = send(office, [letter(1), letter(2)])
    assert said.exceptions == {1: (State.FAILED, "550 5.1.1")}
    assert office.to() == THREE[1:2]


def test_letters_to_nobody_but_dead_addresses_are_failed_and_not_refused():
    said, to = outcome({"RCPT": NO_SUCH_USER})
    assert set(said.exceptions.values()) == {(State.FAILED, "550 5.1.1")}
    assert set(said.exceptions) == said.dead == {1, 2, 3}
    assert to == []


@pytest.mark.parametrize(
    ("answers", "code", "kind"),
    [
        ({"MAIL": "553 5.7.1 not your address"}, "553 5.7.1", AccountRefused),
        ({"MAIL": "451 4.3.0 later"}, "451 4.3.0", Busy),
        ({"GREETING": "554 go away"}, "554", AccountRefused),
        ({"GREETING": "421 too busy"}, "421", Busy),
        ({"GREETING": HANG_UP}, "cut-off", Busy),
        ({"GREETING": SILENCE}, "timeout", Busy),
        ({"GREETING": "SSH-2.0-OpenSSH_9.2"}, "garbage", Busy),
        ({"EHLO": "250-" + "x" * 70_000}, "garbage", Busy),
        ({"RCPT": "450 later"}, "450", Busy),
        ({"DATA": "452 4.3.1 full"}, "452 4.3.1", Busy),
    ],
)
def test_where_nothing_was_taken_all_waits(answers, code, kind):
    end = refusal(answers)
    assert (type(end), end.code) == (kind, code)


def test_nobody_there_is_busy():
    with running(Office()) as office:
        pass
    with pytest.raises(Busy, match="no-connection"):
        send(office, [letter(1)])


def test_f1_a_slow_servers_rest_goes_again_before_the_lease_ends():
    slow = Smtp(patience=Patience(connect=0.5, silence=0.5, whole=1.5))
    with running(Office(delay=0.05)) as office:
        began = monotonic()
        said = send(office, [letter(pk) for pk in range(1, 50)], provider=slow)
    assert monotonic() - began < 1.5 + 0.5
    assert said.state == State.SENT
    assert set(said.again) == set(range(len(office.taken) + 1, 50))


def test_f1_a_batch_ends_well_before_another_worker_takes_it_up():
    patience = Patience()
    assert LATEST_BEGINNING + timedelta(seconds=patience.connect + patience.whole) < LEASE
    assert patience.silence < patience.whole / 2 and HASTE.silence < HASTE.whole
