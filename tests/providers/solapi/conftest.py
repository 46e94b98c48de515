"""SOLAPI on loopback, empty for each test."""

from collections.abc import Iterator

import pytest

from messaging.gateways.http import Patience
from messaging.gateways.solapi.gateway import Solapi
from tests.providers.loopback import served
from tests.providers.solapi.desk import SolapiDesk

IMPATIENT = Patience(connect=0.5, silence=0.3, whole=2)


@pytest.fixture
def desk() -> SolapiDesk:
    return SolapiDesk()


@pytest.fixture
def url(desk: SolapiDesk) -> Iterator[str]:
    """Where it listens; at the end it fails for what no client may send."""
    with served(desk) as address:
        yield address
    assert desk.wrong == []


@pytest.fixture
def solapi(url: str) -> Solapi:
    return Solapi(url, patience=IMPATIENT)
