"""Aligo on loopback, empty for each test."""

from collections.abc import Iterator

import pytest

from messaging.gateways.aligo.gateway import Aligo
from messaging.gateways.http import Patience
from tests.providers.aligo.desk import AligoDesk
from tests.providers.loopback import served


@pytest.fixture
def desk() -> AligoDesk:
    return AligoDesk()


@pytest.fixture
def aligo(desk: AligoDesk) -> Iterator[Aligo]:
    """At the end it fails for what no client may send."""
    with served(desk) as address:
        yield Aligo(address, patience=Patience(connect=0.5, silence=0.3, whole=2))
    assert desk.wrong == []
