"""The grant basis of coupons (A9): what it may say, and setting it for many at once."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from coupons.models import Coupon
from crm import coupons as use_cases
from crm.grant_basis import MAX_BASIS, PRESETS, check_basis
from orders.models import AuditEvent, Country, Role
from tests.factories import (
    NOW,
    CouponFactory,
    MembershipFactory,
    ShopFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LIST, BASIS = reverse("crm:coupons"), reverse("crm:coupons_basis")
SENTENCE = "고객님이 응모하신 행사로 지급된 쿠폰 안내입니다."


@pytest.fixture
def shop():
    return ShopFactory.create()


@pytest.fixture
def as_role(client, shop):
    """Log in as someone of this role, in English."""

    def log_in(role):
        client.force_login(MembershipFactory.create(shop=shop, role=role).user)
        client.cookies["django_language"] = "en"
        return client

    return log_in


@pytest.fixture
def manager(as_role):
    return as_role(Role.MANAGER)


def set_basis(shop, coupons, sentence):
    return use_cases.set_basis(
        shop=shop, user=UserFactory.create(), coupons=coupons, sentence=sentence, now=NOW
    )


def bases(shop):
    return set(Coupon.objects.for_shop(shop).values_list("grant_basis", flat=True))


# --- The sentence ---------------------------------------------------------------------------------


@pytest.mark.parametrize("country", Country)
def test_a9_the_presets_could_stand_in_a_message(country):
    assert [check_basis(preset.sentence) for preset in PRESETS[country]] == [
        preset.sentence for preset in PRESETS[country]
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "  ",
        "가" * (MAX_BASIS + 1),
        "두\n줄",
        "두\u2028줄",
        "쿠\u202e폰",
        "\u3164",
        "#{이름}님의 쿠폰",
    ],
)
def test_a9_a_sentence_that_could_not_stand_in_a_message_is_refused(sentence):
    with pytest.raises(ValidationError):
        check_basis(sentence)


def test_a9_a_sentence_of_two_hundred_characters_passes():
    assert check_basis(" " + "가" * MAX_BASIS + " ") == "가" * MAX_BASIS


# --- Many at once ---------------------------------------------------------------------------------


def test_a9_many_coupons_get_a_basis_at_once_and_it_is_logged(shop):
    CouponFactory.create_batch(3, shop=shop, grant_basis="")
    assert set_basis(shop, Coupon.objects.for_shop(shop), SENTENCE) == 3
    event = AuditEvent.objects.get(shop=shop)
    assert bases(shop) == {SENTENCE}
    assert (event.action, event.about, event.reason) == ("set_grant_basis", "3 coupons", SENTENCE)


def test_a9_a_basis_can_be_taken_away_and_that_is_logged(shop):
    CouponFactory.create(shop=shop)
    assert set_basis(shop, Coupon.objects.for_shop(shop), "") == 1
    assert bases(shop) == {""}
    assert AuditEvent.objects.get(shop=shop).action == "clear_grant_basis"


def test_the_same_basis_again_changes_and_logs_nothing(shop):
    CouponFactory.create(shop=shop, grant_basis=SENTENCE)
    assert set_basis(shop, Coupon.objects.for_shop(shop), SENTENCE) == 0
    assert not AuditEvent.objects.exists()


def test_f10_a_basis_never_reaches_another_shops_coupon(shop):
    other = CouponFactory.create(grant_basis="")
    assert set_basis(shop, Coupon.objects.all(), SENTENCE) == 0
    other.refresh_from_db()
    assert other.grant_basis == ""


def test_the_basis_of_many_is_set_in_the_same_queries(shop, django_assert_num_queries):
    CouponFactory.create_batch(20, shop=shop, grant_basis="")
    user = UserFactory.create()
    with django_assert_num_queries(4):  # savepoint, update, event, release
        use_cases.set_basis(
            shop=shop,
            user=user,
            coupons=Coupon.objects.for_shop(shop),
            sentence=SENTENCE,
            now=NOW,
        )


def test_a9_ticked_coupons_get_a_preset(manager, shop):
    ticked, other = CouponFactory.create_batch(2, shop=shop, grant_basis="")
    manager.post(BASIS, {"coupon": [ticked.pk], "preset": "event"})
    ticked.refresh_from_db()
    other.refresh_from_db()
    assert ticked.grant_basis == "고객님이 참여하신 이벤트로 지급된 쿠폰 안내입니다."
    assert other.grant_basis == ""


def test_a9_all_that_have_none_get_an_own_sentence_over_pages(manager, shop):
    CouponFactory.create_batch(70, shop=shop, grant_basis="")
    kept = CouponFactory.create(shop=shop, grant_basis="그대로")
    answer = manager.post(
        BASIS, {"all_without": "on", "preset": "own", "sentence": SENTENCE}, follow=True
    )
    kept.refresh_from_db()
    assert kept.grant_basis == "그대로"
    assert bases(shop) == {SENTENCE, "그대로"}
    assert "70 coupons now have this grant basis." in answer.content.decode()


def test_the_page_says_how_many_have_none(manager, shop):
    CouponFactory.create_batch(3, shop=shop, grant_basis="")
    assert "All 3 coupons that have none" in manager.get(LIST).content.decode()


def test_a9_ticked_coupons_lose_their_basis(manager, shop):
    coupon = CouponFactory.create(shop=shop)
    manager.post(BASIS, {"coupon": [coupon.pk], "preset": "none"})
    coupon.refresh_from_db()
    assert coupon.grant_basis == ""


def test_a_refused_sentence_comes_back_and_the_ticks_stay(manager, shop):
    coupon = CouponFactory.create(shop=shop, grant_basis="")
    answer = manager.post(
        BASIS, {"coupon": [coupon.pk], "preset": "own", "sentence": "#{이름}님의 쿠폰"}
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"sentence"}
    assert f'value="{coupon.pk}" aria-label="{coupon.name}" checked' in answer.content.decode()


def test_nothing_ticked_is_said(manager, shop):
    CouponFactory.create(shop=shop)
    answer = manager.post(BASIS, {"preset": "event"})
    assert "Tick the coupons first." in answer.content.decode()


def test_f10_a_ticked_coupon_of_another_shop_is_like_one_that_does_not_exist(manager, shop):
    own, other = (
        CouponFactory.create(shop=shop, grant_basis=""),
        CouponFactory.create(grant_basis=""),
    )
    texts = []
    for pk in (other.pk, 10**9, "x"):
        answer = manager.post(BASIS, {"coupon": [own.pk, pk], "preset": "event"})
        texts.append(answer.context["form"].errors.as_text())
    own.refresh_from_db()
    other.refresh_from_db()
    assert len(set(texts)) == 1
    assert own.grant_basis == other.grant_basis == ""


def test_the_list_comes_back_filtered_as_it_was(manager, shop):
    coupon = CouponFactory.create(shop=shop, name="VIP 쿠폰")
    answer = manager.post(
        BASIS, {"coupon": [coupon.pk], "preset": "event", "q": "VIP", "basis": "none", "page": "2"}
    )
    assert answer.url == f"{LIST}?q=VIP&basis=none&page=2"


def test_a_japanese_shop_is_offered_japanese_sentences(client):
    shop = ShopFactory.create(country=Country.JAPAN, timezone="Asia/Tokyo", currency="JPY")
    client.force_login(MembershipFactory.create(shop=shop).user)
    coupon = CouponFactory.create(shop=shop, grant_basis="")
    client.post(BASIS, {"coupon": [coupon.pk], "preset": "purchase"})
    coupon.refresh_from_db()
    assert coupon.grant_basis == PRESETS[Country.JAPAN][0].sentence
