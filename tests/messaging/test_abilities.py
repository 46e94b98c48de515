"""F6: wording that is registered stays so, whatever becomes of asking for its inspection."""

from dataclasses import replace

import pytest

from messaging.gateways import AccountRefused, AnswerLost, Busy, Inspected, Rejected
from messaging.gateways.abilities import requested
from messaging.models import Inspection

REGISTERED = Inspected("T1", Inspection.REQUESTED)


def failing(error):
    def request():
        raise error

    return request


def test_f6_an_inspection_that_is_asked_for_stands_as_the_provider_says():
    told = Inspected("T1", Inspection.REVIEWING)
    assert requested(REGISTERED, lambda: told) == told


@pytest.mark.parametrize("error", [Busy("503"), AccountRefused("401"), AnswerLost("timeout")])
def test_f6_what_passes_leaves_it_registered(error):
    assert requested(REGISTERED, failing(error)) == REGISTERED


def test_f6_why_it_was_refused_is_kept_with_it():
    said = replace(REGISTERED, comments="NotEnoughDocuments")
    assert requested(REGISTERED, failing(Rejected("NotEnoughDocuments"))) == said
