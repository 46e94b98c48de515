"""The inbox delivers at once: the outbox is the box."""

from uuid import UUID

import pytest

from messaging.gateways import PROVIDERS, Answers, FrozenBatch, Letterhead, Outgoing
from messaging.models import Channel, Purpose, Service, State
from tests.factories import NOW
from tests.providers.whole_way import plan, send, states

HEAD = Letterhead(UUID(int=7), Channel.INBOX, Service.INBOX, Purpose.INFORMATION, "봄날문구")


def test_what_is_sent_is_there_and_the_same_twice_is_still_once():
    inbox = PROVIDERS["inbox"]
    payload = inbox.compose([Outgoing(1, "member1", "쿠폰이 왔어요.", ())], HEAD, {})
    batch = FrozenBatch(1, HEAD.key, payload, "inbox", 1, NOW)
    assert inbox.send(batch) == inbox.send(batch) == inbox.ask(batch) == Answers(State.DELIVERED)
    assert inbox.check({}) is None


def test_it_reaches_people_and_no_other_channel():
    assert PROVIDERS["inbox"].reaches_people
    assert PROVIDERS["inbox"].channels == {Channel.INBOX}


@pytest.mark.django_db
def test_a_message_is_in_the_box_as_soon_as_it_is_due():
    shop = plan(Channel.INBOX, "inbox", {}).shop
    assert send(PROVIDERS["inbox"]) == {State.DELIVERED: 3}
    assert set(states(shop).values()) == {(State.DELIVERED, "")}
