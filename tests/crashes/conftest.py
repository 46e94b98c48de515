"""One stand-in for all crashes, and a scene of its own for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

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


@pytest.fixture(scope="package")
def transactional_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Takes the place of pytest-django's, which empties the database after each test.

    Each scene is a shop of its own, and emptying takes a second: once, at the end, is enough.
    """
    with django_db_blocker.unblock():
        yield
        call_command("flush", interactive=False, verbosity=0)


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
