"""F11: staff suspend a shop and close features for it; the shop itself can't take that back."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from crm.sending import resume_sending, sending_settings
from crm.staff import close_features, lift, suspend
from messaging.models import ClosedFeature, Feature, SenderNumber
from orders.models import AuditEvent, Shop
from orders.templatetags.console import shop_time
from tests import factories as make
from tests.cast import logged_in, the_cast  # noqa: F401 - a fixture
from tests.factories import NOW

pytestmark = pytest.mark.django_db
SHOPS = reverse("admin:orders_shop_changelist")
WHY = "Complaints about advertising"


@pytest.fixture
def user():
    return make.UserFactory(is_staff=True)


@pytest.fixture
def staff(user):
    return logged_in(user)


def actions(shop):
    events = AuditEvent.objects.for_shop(shop).order_by("pk")
    return list(events.values_list("action", "about", "reason"))


def test_f11_a_suspension_says_why_and_is_logged(user):
    shop = make.ShopFactory()
    assert suspend(shop=shop, by=user, reason=f" {WHY} ", now=NOW)
    sending = sending_settings(shop)
    assert (sending.suspended_at, sending.suspended_because) == (NOW, WHY)
    assert not suspend(shop=shop, by=user, reason="another", now=NOW)
    assert lift(shop=shop, by=user, now=NOW)
    assert not lift(shop=shop, by=user, now=NOW)
    assert sending_settings(shop).suspended_at is None
    assert actions(shop) == [("suspend_shop", "", WHY), ("lift_suspension", "", "staff")]


@pytest.mark.parametrize(
    "reason", ["", "  ", "x" * 201, "\u00a0", "\u3164", "Comp\u202elaints", "Comp\nlaints"]
)
def test_f11_nobody_is_suspended_without_a_reason(user, reason):
    shop = make.ShopFactory()
    with pytest.raises(ValidationError):
        suspend(shop=shop, by=user, reason=reason, now=NOW)
    assert actions(shop) == []


def test_f11_the_owner_cannot_lift_a_suspension(cast, user):
    suspend(shop=cast.shop, by=user, reason=WHY, now=NOW)
    cast.owner.post(reverse("crm:resume_sending"))
    resume_sending(shop=cast.shop, user=cast.users["owner"], now=NOW)
    assert sending_settings(cast.shop).suspended_at == NOW


@pytest.mark.parametrize("name", ["crm:home", "crm:shop_settings", "messaging:history"])
def test_f11_every_page_of_a_suspended_shop_says_so_calmly(cast, user, name):
    suspend(shop=cast.shop, by=user, reason=f"{WHY} <b>", now=NOW)
    page = cast.viewer.get(reverse(name), headers={"Accept-Language": "en"}).content.decode()
    assert f"The reason: {WHY} &lt;b&gt;" in page
    assert reverse("crm:resume_sending") not in page


def test_f11_features_are_closed_and_opened_one_by_one(user):
    shop = make.ShopFactory()
    ClosedFeature.objects.create(shop=make.ShopFactory(), feature=Feature.PUSH)
    close_features(shop=shop, by=user, closed=[Feature.TEXT, Feature.EMAIL], now=NOW)
    changed = close_features(shop=shop, by=user, closed=[Feature.EMAIL, Feature.PUSH], now=NOW)
    assert changed == ({"push"}, {"text"})
    assert close_features(shop=shop, by=user, closed=[Feature.EMAIL, Feature.PUSH], now=NOW) == (
        set(),
        set(),
    )
    assert [(action, about) for action, about, _reason in actions(shop)] == [
        ("close_feature", "email"),
        ("close_feature", "text"),
        ("close_feature", "push"),
        ("open_feature", "text"),
    ]
    assert ClosedFeature.objects.count() == 3


def test_f11_staff_suspend_and_lift_in_the_admin(staff):
    shop = make.ShopFactory()
    chosen = {"_selected_action": [shop.pk]}
    staff.post(SHOPS, chosen | {"action": "suspend"})
    assert sending_settings(shop).suspended_at is None
    staff.post(SHOPS, chosen | {"action": "suspend", "reason": WHY})
    assert sending_settings(shop).suspended_because == WHY
    staff.post(SHOPS, chosen | {"action": "lift"})
    assert sending_settings(shop).suspended_at is None


def test_f11_a_shops_page_in_the_admin_says_when_it_was_suspended(staff, user):
    shop = make.ShopFactory()
    page = reverse("admin:orders_shop_change", args=[shop.pk])
    assert "None" not in staff.get(page).content.decode()
    suspend(shop=shop, by=user, reason=WHY, now=NOW)
    assert shop_time(NOW) in staff.get(page).content.decode()


def test_f11_staff_close_features_in_the_admin(staff):
    shop: Shop = make.ShopFactory()
    page = reverse("admin:orders_shop_change", args=[shop.pk])
    staff.post(page, {"name": "새 이름", "closed": ["push", "advertising"]})
    staff.post(page, {"name": "새 \u202e이름"})
    shop.refresh_from_db()
    assert shop.name == "새 이름"
    closed = ClosedFeature.objects.for_shop(shop).values_list("feature", flat=True)
    assert set(closed) == {"push", "advertising"}
    assert b"checked" in staff.get(page).content


def test_f11_an_owner_reaches_no_page_of_staff(cast):
    cast.owner.post(SHOPS, {"action": "lift", "_selected_action": [cast.shop.pk]})
    assert cast.owner.get(SHOPS).status_code == 302


def test_c8_staff_confirm_a_number_only_on_evidence(staff):
    number = SenderNumber.objects.create(shop=make.ShopFactory(), number="+8225551234")
    page = reverse("admin:messaging_sendernumber_change", args=[number.pk])
    assert staff.get(page).status_code == 200
    staff.post(page, {"registered": "on"})
    staff.post(page, {"registered": "on", "note": "Certi\u202eficate"})
    number.refresh_from_db()
    assert number.registered_at is None
    staff.post(page, {"registered": "on", "note": "Certificate of the telephone company"})
    number.refresh_from_db()
    assert number.registered_at is not None
    staff.post(page, {"note": "The contract has ended"})
    number.refresh_from_db()
    assert number.registered_at is None
    assert [(action, reason) for action, _about, reason in actions(number.shop)] == [
        ("confirm_sender_number", "Certificate of the telephone company"),
        ("withdraw_sender_number", "The contract has ended"),
    ]


def test_f11_the_page_of_wording_says_what_is_closed(cast):
    page, asked = reverse("messaging:template_new"), {"channel": "text", "purpose": "advertising"}
    assert "기능을 닫았어요" not in cast.manager.get(page, asked).text
    for feature in (Feature.TEXT, Feature.ADVERTISING, Feature.PUSH):
        ClosedFeature.objects.create(shop=cast.shop, feature=feature)
    assert cast.manager.get(page, asked).text.count("기능을 닫았어요") == 2
