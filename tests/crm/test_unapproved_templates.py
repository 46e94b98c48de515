"""Only templates with approved wording can be chosen, and only with one a message is turned on."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from crm.campaigns.consent_notices import settings as consent_notices
from crm.campaigns.coupon_messages.settings import set_wording, settings_of, switch
from crm.coupons import save_coupon
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


def choose(settings, **changes):
    wanted = {
        "issue_template": settings.issue_template,
        "expiry_template": settings.expiry_template,
        "advertising_template": None,
        "url": "",
    }
    set_wording(settings=settings, now=NOW, **(wanted | changes))


@pytest.mark.parametrize("field", ["issue_template", "expiry_template", "advertising_template"])
def test_a1_a_shop_can_not_choose_it_by_whatever_way(shop, unapproved, field):
    settings = settings_of(shop)
    with pytest.raises(ValidationError) as refused:
        choose(settings, **{field: unapproved})
    assert list(refused.value.message_dict) == [field]
    assert getattr(settings_of(shop), field) == getattr(settings, field) != unapproved


def test_a1_with_the_one_that_was_chosen_before_the_rest_can_be_changed(shop):
    settings = settings_of(shop)
    withdrawn(settings.issue_template)
    choose(settings, url="https://shop.example/")
    assert settings_of(shop).url == "https://shop.example/"


@pytest.mark.parametrize("field", ["issue_template", "expiry_template"])
def test_a2_a_coupon_can_not_choose_it_by_whatever_way(shop, unapproved, field):
    coupon = make.CouponFactory(shop=shop, grant_basis="")
    templates = {"issue_template": None, "expiry_template": None, field: unapproved}
    with pytest.raises(ValidationError) as refused:
        save_coupon(
            coupon=coupon,
            user=make.UserFactory(),
            sentence="",
            url="",
            now=NOW,
            **templates,
        )
    assert list(refused.value.message_dict) == [field]
    assert not CouponOverride.objects.exists()


def test_f3_consent_notices_can_not_choose_it_by_whatever_way(shop, unapproved):
    with pytest.raises(ValidationError) as refused:
        consent_notices.set_template(
            shop=shop, template=unapproved, user=make.UserFactory(), now=NOW
        )
    assert list(refused.value.message_dict) == ["template"]


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
    answer = client.post(reverse("crm:consents"), {"template": template.pk})
    assert answer.status_code == 422
    assert REFUSED in answer.content.decode()
    assert not ConsentNoticeSettings.objects.exclude(template=None).exists()
    ConsentNoticeSettings.objects.all().delete()
    ConsentNoticeSettings.objects.create(shop=shop, template=template)
    page = reverse("crm:consents_switch", args=[NoticeKind.CHANGED.value])
    assert REFUSED in client.get(page, follow=True).content.decode()
    with pytest.raises(ValidationError):
        consent_notices.switch(shop=shop, kind=NoticeKind.CHANGED, on=True, since=NOW)
