"""A template's way through NHN Cloud's inspection."""

import pytest

from messaging import gateways
from messaging.gateways.nhn.alimtalk import NhnAlimtalk
from messaging.inspections import OPEN_EVERY, look_up_all, submit
from messaging.models import Channel, Inspection, MessageTemplate, Topic
from messaging.templates import create_template
from tests.factories import BODY, BUTTONS, NOW, GatewayFactory, ShopFactory
from tests.providers.nhn.answers import ACCOUNT
from tests.providers.nhn.desk import NhnDesk

pytestmark = pytest.mark.django_db


@pytest.fixture
def template(alimtalk: NhnAlimtalk, monkeypatch: pytest.MonkeyPatch) -> MessageTemplate:
    monkeypatch.setitem(gateways.PROVIDERS, "inspecting", alimtalk)
    shop = ShopFactory.create()
    GatewayFactory.create(shop=shop, provider="inspecting", account=ACCOUNT)
    return create_template(
        shop=shop,
        channel=Channel.ALIMTALK,
        topic=Topic.COUPON,
        name="봄 쿠폰",
        body=BODY,
        buttons=BUTTONS,
        now=NOW,
    )


def test_what_is_submitted_and_approved_there_is_in_use_here(
    desk: NhnDesk, template: MessageTemplate
) -> None:
    revision = template.revisions.get()
    submit(revision=revision, now=NOW)
    (code,) = desk.templates
    assert (revision.provider_code, revision.inspection) == (code, Inspection.REQUESTED)
    desk.templates[code].status = "TSC03"
    look_up_all(NOW + OPEN_EVERY)
    template.refresh_from_db()
    assert template.current == revision
