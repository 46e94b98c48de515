"""The providers of `make chaos` write down what they took, however often, and by whose id."""

from uuid import UUID

import pytest

from bench.chaos.desks import Aligo, End, Taken
from messaging.gateways import AnswerLost, FrozenBatch, Letterhead, Outgoing
from messaging.gateways.aligo.gateway import Aligo as AligoGateway
from messaging.links import short_link
from messaging.models import Channel, Purpose, Service
from tests.factories import NOW
from tests.providers.aligo.desk import ACCOUNT, BODY, TEMPLATE
from tests.providers.loopback import served

HEAD = Letterhead(
    *(UUID(int=7), Channel.ALIMTALK, Service.ALIMTALK, Purpose.INFORMATION, "봄날문구"),
    template_code=TEMPLATE,
    sender="+82215441544",
)


def message(pk, phone):
    button = {"type": "WL", "name": "쿠폰함 열기", "url": short_link(pk)}
    return Outgoing(pk, phone, BODY, [button])


def test_aligo_knows_a_message_by_its_link_and_counts_it_each_time_that_it_is_taken():
    desk = Aligo(lambda: NOW, 1)
    desk.behave()
    with served(desk) as url:
        gateway = AligoGateway(url)
        told = [message(5, "+821012341111"), message(6, "+821012349999")]
        payload = gateway.compose(told, HEAD, ACCOUNT)
        batch = FrozenBatch(1, HEAD.key, payload, "aligo", 2, NOW, account=ACCOUNT)
        desk.misbehave("500-after")
        with pytest.raises(AnswerLost):
            gateway.send(batch)
        gateway.send(batch)
        desk.deliver()
    assert desk.wrong == []
    assert list(desk.book()) == 2 * [
        Taken("aligo", 5, NOW, End.DELIVERED),
        Taken("aligo", 6, NOW, End.FAILED),
    ]
