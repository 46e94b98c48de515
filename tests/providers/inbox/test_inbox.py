"""The inbox delivers at once: the outbox is the box."""

from uuid import UUID

from messaging.gateways import PROVIDERS, Answers, FrozenBatch, Letterhead, Outgoing
from messaging.models import Channel, Purpose, Service, State
from tests.factories import NOW

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
