"""The list of coupons, and the page of one: its basis, and what it does differently."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from crm import coupons as use_cases
from crm.grant_basis import PRESETS
from crm.models import CouponMessageSettings, CouponOverride
from orders.models import AuditEvent, Country, Role
from tests.factories import (
    NOW,
    CouponFactory,
    IssuedCouponFactory,
    MembershipFactory,
    MessageTemplateFactory,
    ShopFactory,
)

pytestmark = pytest.mark.django_db

LIST, BASIS = reverse("crm:coupons"), reverse("crm:coupons_basis")
SENTENCE = "고객님이 응모하신 행사로 지급된 쿠폰 안내입니다."


def page(coupon):
    return reverse("crm:coupon", args=[coupon.pk])


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


# --- The list -------------------------------------------------------------------------------------


def test_the_list_says_the_benefit_in_words_and_what_lacks_a_basis(manager, shop):
    CouponFactory.create(shop=shop, max_discount=5000, grant_basis="")
    answer = manager.get(LIST).content.decode()
    assert "10% 할인 (최대 5,000원)" in answer
    assert "No grant basis" in answer


def test_the_list_counts_what_was_issued_and_what_is_usable_now(shop):
    coupon, unused = CouponFactory.create_batch(2, shop=shop)
    live = {"coupon": coupon, "customer__shop": shop}
    hour = dt.timedelta(hours=1)
    IssuedCouponFactory.create_batch(2, **live)
    IssuedCouponFactory.create(**live, used_at=NOW - hour / 2)
    IssuedCouponFactory.create(**live, withdrawn_at=NOW - hour / 2)
    IssuedCouponFactory.create(**live, expires_at=NOW)
    IssuedCouponFactory.create(**live, valid_from=NOW + hour)
    rows = use_cases.rows([coupon, unused], NOW)
    assert [(row.issued, row.usable) for row in rows] == [(6, 2), (0, 0)]


def test_the_list_counts_no_more_than_it_can_afford(shop, manager, monkeypatch):
    monkeypatch.setattr(use_cases, "MOST_COUNTED", 2)
    much, just = CouponFactory.create_batch(2, shop=shop)
    IssuedCouponFactory.create_batch(3, coupon=much, customer__shop=shop)
    IssuedCouponFactory.create_batch(2, coupon=just, customer__shop=shop)
    rows = use_cases.rows([much, just], NOW)
    assert [(row.issued, row.usable) for row in rows] == [(2, None), (2, 2)]
    assert manager.get(LIST).content.decode().count(">2+</td>") == 1


def test_a_coupons_own_page_counts_all_of_it(shop, monkeypatch):
    monkeypatch.setattr(use_cases, "MOST_COUNTED", 2)
    coupon = CouponFactory.create(shop=shop)
    IssuedCouponFactory.create_batch(3, coupon=coupon, customer__shop=shop)
    row = use_cases.row(coupon, NOW)
    assert (row.issued, row.usable) == (3, 3)


def test_the_list_makes_the_same_queries_for_any_number(
    manager, shop, django_assert_max_num_queries
):
    template = MessageTemplateFactory.create(shop=shop)
    for coupon in CouponFactory.create_batch(12, shop=shop):
        CouponOverride.objects.create(coupon=coupon, issue_template=template)
        IssuedCouponFactory.create(coupon=coupon, customer__shop=shop)
    with django_assert_max_num_queries(10):
        manager.get(LIST)


def test_the_list_is_found_by_name_by_code_and_by_what_lacks_a_basis(shop):
    by_name = CouponFactory.create(shop=shop, name="VIP 쿠폰")
    by_code = CouponFactory.create(shop=shop, code="vip-77", grant_basis="")
    CouponFactory.create(shop=shop)
    assert set(use_cases.search(shop, words="VIP")) == {by_name, by_code}
    assert set(use_cases.search(shop, without_basis=True)) == {by_code}


def test_a_page_of_the_list_keeps_its_filters(manager, shop):
    CouponFactory.create_batch(31, shop=shop)
    answer = manager.get(LIST, {"q": "봄", "basis": "nonsense"})
    assert "q=%EB%B4%84" in answer.content.decode() and "page=2" in answer.content.decode()


def test_htmx_gets_the_results_alone(manager, shop):
    CouponFactory.create(shop=shop)
    answer = manager.get(LIST, headers={"HX-Request": "true"}).content.decode()
    assert 'id="results"' in answer and "<html" not in answer


def test_an_empty_list_says_where_coupons_come_from(manager):
    answer = manager.get(LIST).content.decode()
    assert "import_coupons" in answer and "Set for these coupons" not in answer


# --- One coupon -----------------------------------------------------------------------------------


@pytest.fixture
def templates(shop):
    return MessageTemplateFactory.create_batch(2, shop=shop)


@pytest.fixture
def settings(shop, templates):
    return CouponMessageSettings.objects.create(
        shop=shop,
        issue_template=templates[0],
        expiry_template=templates[0],
        url="https://shop.example/coupons",
    )


def typed(**changes):
    empty = {"preset": "event", "sentence": "", "issue_template": "", "expiry_template": ""}
    return empty | {"url": ""} | changes


def test_a2_a_coupon_overrides_templates_and_url(manager, shop, templates):
    coupon = CouponFactory.create(shop=shop)
    changes = {"issue_template": templates[1].pk, "url": "https://shop.example/vip"}
    manager.post(page(coupon), typed(**changes))
    override = CouponOverride.objects.get(coupon=coupon)
    assert (override.issue_template, override.expiry_template) == (templates[1], None)
    assert override.url == "https://shop.example/vip"


def test_a2_emptied_it_does_as_the_shop_again(manager, shop, templates):
    coupon = CouponFactory.create(shop=shop)
    CouponOverride.objects.create(coupon=coupon, expiry_template=templates[0])
    manager.post(page(coupon), typed())
    assert not CouponOverride.objects.exists()


def test_a9_one_coupons_basis_is_set_and_logged_by_its_name(manager, shop):
    coupon = CouponFactory.create(shop=shop, grant_basis="", name="VIP 쿠폰")
    manager.post(page(coupon), typed(preset="own", sentence=SENTENCE))
    coupon.refresh_from_db()
    assert coupon.grant_basis == SENTENCE
    assert AuditEvent.objects.get(shop=shop).about == "VIP 쿠폰"


@pytest.mark.parametrize(
    "url",
    [
        *("javascript:alert(1)", "ftp://shop.example/", "shop.example", "https://" + "a" * 600),
        *("https://shop\u202e.example/", "https://user:pw@shop.example/"),
    ],
)
def test_a2_only_web_addresses_are_taken(manager, shop, url):
    answer = manager.post(page(CouponFactory.create(shop=shop)), typed(url=url))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"url"}


def test_the_form_starts_from_what_is_set(manager, shop, settings):
    known = CouponFactory.create(shop=shop, grant_basis=PRESETS[Country.KOREA][0].sentence)
    own = CouponFactory.create(shop=shop, grant_basis=SENTENCE)
    none = CouponFactory.create(shop=shop, grant_basis="")
    chosen = [
        manager.get(page(each)).context["form"]["preset"].value() for each in (known, own, none)
    ]
    assert chosen == ["purchase", "own", "none"]


def test_an_empty_choice_names_the_shops_own(manager, shop, settings):
    answer = manager.get(page(CouponFactory.create(shop=shop))).content.decode()
    assert f"As the shop: {settings.issue_template.name}" in answer
    assert "https://shop.example/coupons" in answer


def test_the_phone_shows_this_coupon_while_typing(manager, shop, settings):
    coupon = CouponFactory.create(shop=shop, name="VIP <쿠폰>")
    url = reverse("crm:coupon_preview", args=[coupon.pk])
    answer = manager.post(url, typed(preset="own", sentence=SENTENCE)).content.decode()
    assert answer.count("<mark>VIP &lt;쿠폰&gt;</mark>") == 2
    assert answer.count(SENTENCE) == 2


def test_the_phone_has_a_link_button_where_the_coupon_or_the_shop_has_a_page(
    manager, shop, settings
):
    coupon = CouponFactory.create(shop=shop)
    url = reverse("crm:coupon_preview", args=[coupon.pk])
    assert 'href="https://shop.example/coupons"' in manager.get(page(coupon)).content.decode()
    own = manager.post(url, typed(url="https://own.example/")).content.decode()
    assert 'href="https://own.example/"' in own
    settings.url = ""
    settings.save()
    assert "쿠폰함 열기" not in manager.post(url, typed(url="")).content.decode()


def test_what_is_wrong_is_said_while_typing(manager, shop, settings):
    url = reverse("crm:coupon_preview", args=[CouponFactory.create(shop=shop).pk])
    answer = manager.post(url, typed(url="javascript:x")).content.decode()
    assert "it begins with http:// or https://" in answer


def test_a_coupon_without_a_basis_says_what_becomes_of_its_messages(manager, shop, settings):
    answer = manager.get(page(CouponFactory.create(shop=shop, grant_basis=""))).content.decode()
    assert "messages are left out" in answer


def test_a_shop_without_settings_still_opens_its_coupons(manager, shop):
    assert manager.get(page(CouponFactory.create(shop=shop))).status_code == 200


def test_f10_another_shops_template_cannot_be_chosen(manager, shop):
    coupon, foreign = CouponFactory.create(shop=shop), MessageTemplateFactory.create()
    texts = [
        manager.post(page(coupon), typed(issue_template=pk)).context["form"].errors.as_text()
        for pk in (foreign.pk, 10**9)
    ]
    assert texts[0] == texts[1] and "issue_template" in texts[0]
    assert foreign.name not in manager.get(page(coupon)).content.decode()


def test_f10_another_shops_coupon_is_not_there(manager, shop):
    other = CouponFactory.create(name="남의 쿠폰")
    preview = reverse("crm:coupon_preview", args=[other.pk])
    answers = [manager.get(page(other)), manager.post(page(other), typed())]
    answers.append(manager.post(preview, typed()))
    assert {answer.status_code for answer in answers} == {404}
    assert "남의 쿠폰" not in manager.get(LIST).content.decode()


def test_a_viewer_reads_and_cannot_edit(as_role, shop):
    viewer, coupon = as_role(Role.VIEWER), CouponFactory.create(shop=shop)
    assert viewer.get(LIST).status_code == viewer.get(page(coupon)).status_code == 200
    assert viewer.post(page(coupon), typed()).status_code == 403
    assert viewer.post(BASIS, {"coupon": [coupon.pk], "preset": "none"}).status_code == 403


def test_usable_now_is_reckoned_from_the_moment_of_the_request(manager, shop):
    now = timezone.now()
    IssuedCouponFactory.create(
        coupon=CouponFactory.create(shop=shop), customer__shop=shop, issued_at=now, learned_at=now
    )
    assert manager.get(LIST).context["rows"][0].usable == 1
