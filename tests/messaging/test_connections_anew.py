"""What one account has confirmed counts for no other one (F3, C8)."""

from datetime import timedelta

import pytest

from messaging.connections import disconnect, save_connection
from messaging.gateways import PHONE, PROVIDERS
from messaging.inspections import look_up_all, submit
from messaging.models import Channel, Inspection, SenderNumber, Topic
from messaging.services import asks_approval
from messaging.templates import create_template
from tests import factories as make
from tests.factories import NOW
from tests.messaging.desk import GOOD, NAME, Desk, DeskForm, open_desk
from tests.messaging.inspecting import Office

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
OFFICE = "office"
OTHER = GOOD | {"app": "A2"}


class OfficeOfAccounts(Office):
    """An office that tells accounts apart by their app."""

    account_form = DeskForm


@pytest.fixture
def office(monkeypatch):
    office = OfficeOfAccounts()
    monkeypatch.setitem(PROVIDERS, OFFICE, office)
    return office


@pytest.fixture
def shop():
    return make.ShopFactory()


def connect(shop, provider, account, channel=Channel.ALIMTALK):
    return save_connection(
        shop=shop,
        user=make.UserFactory(),
        channel=channel,
        provider=provider,
        account=account,
        now=NOW,
    )


@pytest.fixture
def approved(shop, office):
    """Wording in use that the office has approved."""
    connect(shop, OFFICE, GOOD)
    revision = make.TemplateRevisionFactory(template__shop=shop)
    submit(revision=revision, now=NOW - HOUR)
    office.says = Inspection.APPROVED
    look_up_all(NOW)
    assert in_use(revision)
    return revision


def in_use(revision):
    revision.refresh_from_db()
    revision.template.refresh_from_db()
    return revision.template.current == revision


def test_wording_that_only_the_provider_before_needed_approved_is_used_at_once(shop, office):
    connect(shop, OFFICE, GOOD)
    template = make.MessageTemplateFactory(shop=shop)
    template.current = None
    template.save()
    connect(shop, PHONE, {})
    template.refresh_from_db()
    assert template.current == template.revisions.get()


def test_wording_that_the_new_provider_has_not_approved_is_in_use_no_more(shop, office):
    connect(shop, PHONE, {})
    template = make.MessageTemplateFactory(shop=shop)
    connect(shop, OFFICE, GOOD)
    template.refresh_from_db()
    assert template.current is None


def test_without_a_provider_nothing_speaks_against_the_newest_wording(shop, approved):
    newer = make.TemplateRevisionFactory(template=approved.template)
    assert not in_use(newer)
    disconnect(shop=shop, user=make.UserFactory(), channel=Channel.ALIMTALK, now=NOW)
    assert in_use(newer)


def test_another_account_of_the_same_provider_has_approved_nothing_until_it_says_so(
    shop, office, approved
):
    connect(shop, OFFICE, OTHER)
    assert (in_use(approved), approved.inspection) == (False, Inspection.REQUESTED)
    look_up_all(NOW)
    assert (in_use(approved), approved.inspection) == (True, Inspection.APPROVED)


def test_an_account_after_another_provider_has_approved_nothing_until_it_says_so(shop, approved):
    connect(shop, PHONE, {})
    assert in_use(approved)
    connect(shop, OFFICE, OTHER)
    assert not in_use(approved)


def test_a_new_secret_of_the_same_account_keeps_what_is_approved(shop, approved):
    connect(shop, OFFICE, GOOD | {"secret": "new"})
    assert (in_use(approved), approved.inspection) == (True, Inspection.APPROVED)


def test_another_shops_wording_stays_approved(approved):
    connect(make.ShopFactory(), OFFICE, OTHER)
    assert in_use(approved)


def test_f3_another_account_of_the_same_provider_has_confirmed_no_number(shop):
    with open_desk(Desk()):
        connect(shop, NAME, GOOD, Channel.TEXT)
        SenderNumber.objects.create(shop=shop, number="+8225551234", registered_at=NOW, in_use=True)
        connect(shop, NAME, GOOD | {"secret": "new"}, Channel.TEXT)
        assert SenderNumber.objects.get().in_use
        connect(shop, NAME, OTHER, Channel.TEXT)
    number = SenderNumber.objects.get()
    assert (number.registered_at, number.in_use) == (None, False)


def test_a_provider_of_alimtalk_and_text_inspects_no_text(shop, office):
    gateway = connect(shop, OFFICE, GOOD, Channel.TEXT)
    template = create_template(
        shop=shop,
        channel=Channel.TEXT,
        topic=Topic.COUPON,
        name="쿠폰",
        title="쿠폰",
        body=make.BODY,
        buttons=[],
        now=NOW,
    )
    assert template.current == template.revisions.get()
    assert not asks_approval(gateway)
