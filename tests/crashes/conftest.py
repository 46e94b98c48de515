"""One stand-in for all crashes, and a scene of its own for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.campaigns.coupon_messages import finding
from messaging.gateways import PROVIDERS
from tests.crashes.scene import NAME, Scene
from tests.standin.process import StandIn, stand_in
from tests.standin.provider import StandInProvider


@pytest.fixture(scope="package")
def provider_that_stays(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """It sees every crash."""
    folder: Path = tmp_path_factory.mktemp("crashes")
    with stand_in(folder / "provider.log") as running:
        yield running


@pytest.fixture
def scene(
    transactional_db: None, provider_that_stays: StandIn, monkeypatch: pytest.MonkeyPatch
) -> Scene:
    """Its planning takes several chunks, its sending several batches."""
    monkeypatch.setattr(finding, "COUPONS_A_CHUNK", 4)
    monkeypatch.setitem(PROVIDERS, NAME, StandInProvider(provider_that_stays.url))
    scene = Scene.set(provider_that_stays)
    scene.connect()
    return scene
