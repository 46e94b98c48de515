"""F3: the consents page, a member's consents, and what staff of the shop writes down."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from crm.campaigns.consent_notices import settings_of
from crm.campaigns.consent_notices.settings import set_template
from crm.consents import consents_of, counts, record
from crm.models import NoticeKind
from messaging.models import Channel, OptOut, OptOutSource, Topic
from orders.models import AuditEvent, Consent, ConsentKind, Role
from tests import factories as make
from tests.cast import logged_in
from tests.crm.street import DAY, HOUR, NOW, add_customer, open_shop

pytestmark = pytest.mark.django_db

PAGE = reverse("crm:consents")


@pytest.fixture
def shop():
    return open_shop()


@pytest.fixture
def manager(shop):
    return make.MembershipFactory(shop=shop, role=Role.MANAGER).user


@pytest.fixture
def template(shop):
    return make.MessageTemplateFactory(shop=shop, topic=Topic.CONSENT, name="동의 안내")


def state(customer, kind, now=NOW):
    return {one.kind: one.state for one in consents_of(customer, now).standing}[kind]


def switch_page(kind):
    return reverse("crm:consents_switch", args=[kind.value])


def test_f3_the_page_counts_who_agreed_refused_and_said_nothing(shop):
    members = [add_customer(shop) for _ in range(4)]
    make.ConsentFactory(customer=members[0])
    make.ConsentFactory(customer=members[1], given=False)
    make.ConsentFactory(customer=members[2], until=NOW - DAY)
    make.ConsentFactory(customer=add_customer(open_shop()))
    found = {one.kind: (one.given, one.refused, one.unknown) for one in counts(shop)}
    assert found[ConsentKind.TEXT] == (1, 1, 2)
    assert found[ConsentKind.EMAIL] == (0, 0, 4)


def test_f3_a_template_is_chosen_and_the_notice_turned_on_and_off(shop, manager, template):
    client = logged_in(manager)
    assert client.post(PAGE, {"template": template.pk}).status_code == 302
    assert settings_of(shop).template == template
    assert client.get(switch_page(NoticeKind.CHANGED)).status_code == 200
    client.post(switch_page(NoticeKind.CHANGED), {"on": "yes"})
    assert settings_of(shop).changed_since
    client.post(switch_page(NoticeKind.CHANGED), {"on": "no"})
    assert settings_of(shop).changed_since is None
    actions = AuditEvent.objects.filter(shop=shop).order_by("pk").values_list("action", flat=True)
    assert list(actions) == [
        "set_consent_template",
        "turn_on_consent_changed",
        "turn_off_consent_changed",
    ]


def test_a10_turning_on_asks_first(shop, manager, template):
    set_template(shop=shop, template=template, user=manager, now=NOW)
    assert logged_in(manager).get(switch_page(NoticeKind.RECONFIRMED)).status_code == 200
    assert settings_of(shop).renewed_since is None


def test_f3_without_a_template_nothing_is_turned_on(shop, manager):
    client = logged_in(manager)
    client.post(switch_page(NoticeKind.CHANGED), {"on": "yes"})
    assert settings_of(shop).changed_since is None
    assert client.get(switch_page(NoticeKind.CHANGED)).status_code == 302


def test_f10_only_the_shops_own_templates_about_consents_are_offered(shop, manager):
    foreign = make.MessageTemplateFactory(shop=open_shop(), topic=Topic.CONSENT, name="남의 것")
    coupon = make.MessageTemplateFactory(shop=shop)
    for wrong in (foreign, coupon):
        assert logged_in(manager).post(PAGE, {"template": wrong.pk}).status_code == 422


def test_f3_a_viewer_reads_and_changes_nothing(shop, template):
    viewer = logged_in(make.MembershipFactory(shop=shop, role=Role.VIEWER).user)
    assert viewer.get(PAGE).status_code == 200
    assert viewer.post(PAGE, {"template": template.pk}).status_code == 403
    assert viewer.post(switch_page(NoticeKind.CHANGED), {"on": "yes"}).status_code == 403


def test_f2_a_consent_is_unknown_given_or_refused(shop):
    customer = add_customer(shop)
    make.ConsentFactory(customer=customer, kind=ConsentKind.TEXT)
    make.ConsentFactory(customer=customer, kind=ConsentKind.EMAIL, given=False)
    assert state(customer, ConsentKind.TEXT) == "given"
    assert state(customer, ConsentKind.EMAIL) == "refused"
    assert state(customer, ConsentKind.PUSH) == "unknown"


def test_f3_a_refused_address_shows_as_refused_whatever_the_consent_says(shop):
    customer = add_customer(shop)
    make.ConsentFactory(customer=customer)
    OptOut.objects.create(
        shop=shop,
        channel=Channel.TEXT,
        address=customer.phone,
        at=NOW,
        source=OptOutSource.NUMBER,
    )
    assert state(customer, ConsentKind.TEXT) == "refused"


def test_f3_what_a_member_told_by_phone_holds_and_is_on_record(shop, manager):
    customer = add_customer(shop)
    path = reverse("crm:record_consent", args=[customer.pk])
    client = logged_in(manager)
    data = {"kind": "text", "given": "yes", "reason": "11월 20일 전화로"}
    assert client.post(path, data)["Location"] == reverse("crm:customer", args=[customer.pk])
    assert client.post(path, data | {"given": "no"}).status_code == 302
    assert list(
        Consent.objects.filter(customer=customer).order_by("since").values_list("given", "source")
    ) == [(True, "staff"), (False, "staff")]
    events = AuditEvent.objects.filter(shop=shop).order_by("pk")
    assert [(event.action, event.user, event.reason) for event in events] == [
        ("record_consent_text", manager, "11월 20일 전화로"),
        ("record_refusal_text", manager, "11월 20일 전화로"),
    ]


def test_f3_what_is_known_already_is_told_and_leaves_no_record(shop, manager):
    customer = add_customer(shop)
    make.ConsentFactory(customer=customer)
    told = {"customer": customer, "kind": ConsentKind.TEXT, "given": True, "user": manager}
    with pytest.raises(ValidationError):
        record(**told, reason="전화로", now=NOW)
    with pytest.raises(ValidationError):
        record(**told, reason="  ", now=NOW)
    with pytest.raises(ValidationError, match="U.202E"):
        record(**told | {"given": False}, reason="전화\u202e로", now=NOW)
    assert not AuditEvent.objects.filter(shop=shop).exists()


def test_f3_nothing_is_recorded_without_a_reason_or_by_a_viewer(shop, manager):
    customer = add_customer(shop)
    path = reverse("crm:record_consent", args=[customer.pk])
    assert logged_in(manager).post(path, {"kind": "text", "given": "yes"}).status_code == 422
    viewer = make.MembershipFactory(shop=shop, role=Role.VIEWER).user
    assert logged_in(viewer).get(path).status_code == 403


def test_f2_the_members_page_shows_how_it_came_about(shop, manager):
    customer = add_customer(shop)
    for hours, given in ((3, True), (1, False)):
        record(
            customer=customer,
            kind=ConsentKind.TEXT,
            given=given,
            reason="전화로",
            user=manager,
            now=NOW - hours * HOUR,
        )
    found = consents_of(customer, NOW)
    assert [one.consent.given for one in found.changes] == [False, True]
    page = logged_in(manager).get(reverse("crm:customer", args=[customer.pk]))
    assert reverse("crm:record_consent", args=[customer.pk]) in page.content.decode()
