"""Only templates with approved wording can be chosen, and only with one a message is turned on."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import override

from crm.campaigns.consent_notices import settings as consent_notices
from crm.campaigns.coupon_messages.settings import settings_of, switch
from crm.forms.consents import ConsentNoticesForm
from crm.models import ConsentNoticeSettings, CouponOverride, Kind, NoticeKind
from messaging.models import Topic
from orders.models import Role
from tests import factories as make
from tests.cast import logged_in
from tests.crm.street import NOW, open_shop

pytestmark = pytest.mark.django_db

PAGE = reverse("crm:coupon_messages")
REFUSED = "No wording of “승인 전” is approved yet."


@pytest.fixture
def shop():
    return open_shop()


@pytest.fixture
def client(shop):
    client = logged_in(make.MembershipFactory(shop=shop, role=Role.MANAGER).user)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def unapproved(shop):
    return withdrawn(make.MessageTemplateFactory(shop=shop, name="승인 전"))


def withdrawn(template):
    template.current = None
    template.save(update_fields=["current"])
    return template


def chosen(settings, **changes):
    return {
        "issue_template": settings.issue_template_id,
        "expiry_template": settings.expiry_template_id,
        "expiry_time": "10:00",
        "url": "",
    } | changes


def test_it_is_not_offered_and_refused_at_its_field(shop, client, unapproved):
    settings = settings_of(shop)
    assert "승인 전" not in client.get(PAGE).content.decode()
    answer = client.post(PAGE, chosen(settings, issue_template=unapproved.pk))
    assert answer.status_code == 422
    assert REFUSED in answer.content.decode()
    assert settings_of(shop).issue_template == settings.issue_template


def test_the_one_that_is_chosen_stays_and_is_marked(shop, client):
    settings = settings_of(shop)
    name = withdrawn(settings.issue_template).name
    assert f"{name} (not approved)" in client.get(PAGE).content.decode()
    assert client.post(PAGE, chosen(settings)).status_code == 302


def test_a_coupon_can_not_choose_it_either(shop, client, unapproved):
    page = reverse("crm:coupon", args=[make.CouponFactory(shop=shop).pk])
    answer = client.post(page, {"preset": "none", "issue_template": unapproved.pk})
    assert answer.status_code == 422
    assert REFUSED in answer.content.decode()
    assert not CouponOverride.objects.exists()


def test_a10_a_message_is_not_turned_on_with_it(shop, client, unapproved):
    settings = settings_of(shop)
    settings.issue_template = unapproved
    settings.save()
    page = reverse("crm:coupon_messages_switch", args=[Kind.ISSUED.value])
    asked = client.get(page).content.decode()
    assert REFUSED in asked
    assert "Turn on</button>" not in asked
    assert REFUSED in client.post(page, {"on": "yes"}, follow=True).content.decode()
    assert settings_of(shop).issue_since is None
    with pytest.raises(ValidationError):
        switch(settings=settings, kind=Kind.ISSUED, on=True, since=NOW)


def test_f3_no_consent_notice_goes_by_it(shop, client):
    template = make.MessageTemplateFactory(shop=shop, topic=Topic.CONSENT, name="승인 전")
    withdrawn(template)
    form = ConsentNoticesForm(
        {"template": str(template.pk)}, settings=ConsentNoticeSettings(shop=shop)
    )
    with override("en"):
        assert REFUSED in form.errors["template"][0]
    ConsentNoticeSettings.objects.create(shop=shop, template=template)
    page = reverse("crm:consents_switch", args=[NoticeKind.CHANGED.value])
    assert REFUSED in client.get(page, follow=True).content.decode()
    with pytest.raises(ValidationError):
        consent_notices.switch(shop=shop, kind=NoticeKind.CHANGED, on=True, since=NOW)
