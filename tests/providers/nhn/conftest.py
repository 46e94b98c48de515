"""NHN Cloud on loopback, and gateways that lead there."""

from collections.abc import Iterator

import pytest

from messaging.gateways.nhn.alimtalk import NhnAlimtalk
from messaging.gateways.nhn.sms import NhnSms
from tests.providers.loopback import served
from tests.providers.nhn.desk import NhnDesk


@pytest.fixture
def desk() -> NhnDesk:
    return NhnDesk()


@pytest.fixture
def url(desk: NhnDesk) -> Iterator[str]:
    """Where it listens; at the end it fails for what no client may do."""
    with served(desk) as address:
        yield address
    assert desk.wrong == []


@pytest.fixture
def alimtalk(url: str) -> NhnAlimtalk:
    return NhnAlimtalk(url)


@pytest.fixture
def sms(url: str) -> NhnSms:
    return NhnSms(url)
