"""A stand-in provider for the tests that need one: started once, empty for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.standin.process import StandIn, stand_in


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[StandIn]:
    """A strict provider over HTTP; at the end it fails for what no client may do."""
    with stand_in(tmp_path / "provider.log") as running:
        yield running
        assert running.wrong() == []
