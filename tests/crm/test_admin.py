"""Staff's pages: they look at everything, change little, and see nobody's phone."""

import pytest
from django.contrib import admin
from django.urls import reverse
from django_q.models import Failure, OrmQ, Schedule, Success, Task
from django_q.signing import SignedPackage

from coupons.models import Coupon, IssuedCoupon
from crm.models import CouponMessageSettings, CouponOverride, Due
from crm.sending import sending_settings, stop_sending
from messaging.models import (
    Batch,
    Gateway,
    Message,
    MessageTemplate,
    Run,
    SendingSettings,
    TemplateRevision,
)
from orders.admin_reading import COUNTED, BoundedPaginator
from orders.models import AuditEvent, Customer, Membership, Shop, User
from tests.factories import (
    NOW,
    BatchFactory,
    CouponFactory,
    CustomerFactory,
    IssuedCouponFactory,
    MembershipFactory,
    MessageFactory,
    MessageTemplateFactory,
    ShopFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

READ_ONLY = [
    AuditEvent,
    Batch,
    Coupon,
    CouponMessageSettings,
    CouponOverride,
    Customer,
    Due,
    Gateway,
    IssuedCoupon,
    Message,
    MessageTemplate,
    Run,
    SendingSettings,
    TemplateRevision,
    Schedule,
    Success,
    Failure,
    OrmQ,
]
FAILED = "could not reach hamster77@example.com, 010-1234-5678"
SHOPS = reverse("admin:orders_shop_changelist")


def url(model, action="changelist", *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{action}", args=args)


@pytest.fixture
def staff(client):
    user = UserFactory.create(is_staff=True)
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def everything():
    """At least one row of each model."""
    shop = ShopFactory.create()
    membership, template = (
        MembershipFactory.create(shop=shop),
        MessageTemplateFactory.create(shop=shop),
    )
    coupon = CouponFactory.create(shop=shop)
    customer = CustomerFactory.create(
        shop=shop, mall_id="hamster77", name="홍길동", phone="+821000005678"
    )
    IssuedCouponFactory.create(shop=shop, customer=customer, coupon=coupon)
    MessageFactory.create(
        customer=customer, batch=BatchFactory.create(shop=shop), address=customer.phone
    )
    CouponMessageSettings.objects.create(
        shop=shop, issue_template=template, expiry_template=template
    )
    CouponOverride.objects.create(coupon=coupon, issue_template=template)
    Due.objects.create(shop=shop, job="coupon_issued", next_at=NOW)
    a_queue()
    stop_sending(shop=shop, user=User.objects.get(pk=membership.user_id), now=NOW)
    return shop


def a_queue():
    """A task of each kind, and what is repeated."""
    Schedule.objects.create(func="crm.tasks.tick", name="tick")
    for name, success in (("went-well", True), ("failed", False)):
        Task.objects.create(
            id=name, name=name, func="f", started=NOW, stopped=NOW, success=success, result=FAILED
        )
    OrmQ.objects.create(key="dangol", payload=SignedPackage.dumps({"id": "1", "name": "waits"}))


@pytest.mark.parametrize("model", [*READ_ONLY, Membership, Shop, User], ids=lambda m: m.__name__)
def test_every_list_and_every_row_opens(staff, everything, model):
    assert staff.get(url(model)).status_code == 200
    row = staff.get(url(model, "change", model.objects.first().pk))
    assert row.status_code == (403 if model is Customer else 200)  # it would name the member


@pytest.mark.parametrize("model", READ_ONLY, ids=lambda m: m.__name__)
def test_what_is_read_only_cannot_be_added_changed_or_deleted(staff, everything, model):
    pk = model.objects.first().pk
    answers = [
        staff.get(url(model, "add")),
        staff.post(url(model, "change", pk), {}),
        staff.post(url(model, "delete", pk), {"post": "yes"}),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert model.objects.filter(pk=pk).exists()


@pytest.mark.parametrize("model", [Customer, Message, IssuedCoupon], ids=lambda m: m.__name__)
@pytest.mark.parametrize("action", ["changelist", "change"])
def test_f9_lists_and_rows_show_nobody_whole(staff, everything, model, action):
    args = [model.objects.first().pk] if action == "change" else []
    answer = staff.get(url(model, action, *args)).content.decode()
    assert "ham*****" in answer or (model, action) == (Customer, "change")
    whole = ("hamster77", "홍길동", "김하늘", "+821000005678", "000-5678", "hamster77@")
    assert not any(personal in answer for personal in whole)


def test_a_batchs_payload_stays_out_of_sight(staff, everything):
    Batch.objects.update(payload="김하늘".encode())
    answer = staff.get(url(Batch, "change", Batch.objects.get().pk)).content.decode()
    assert "payload" not in answer


def test_long_tables_are_not_counted_to_their_end(django_assert_num_queries):
    CustomerFactory.create_batch(3)
    with django_assert_num_queries(1) as asked:
        assert BoundedPaginator(Customer.objects.order_by("pk"), 50).count == 3
    assert f"LIMIT {COUNTED}" in asked[0]["sql"]


@pytest.mark.parametrize("model", READ_ONLY, ids=lambda m: m.__name__)
def test_lists_of_long_tables_never_count_all(model):
    page = admin.site.get_model_admin(model)
    assert page.paginator is BoundedPaginator and not page.show_full_result_count


def test_a_list_of_messages_makes_the_same_queries_for_any_number(
    staff, everything, django_assert_max_num_queries
):
    customer = Customer.objects.first()
    for _ in range(8):
        MessageFactory.create(customer=customer, batch=BatchFactory.create(shop=everything))
    with django_assert_max_num_queries(8):
        staff.get(url(Message))


def test_f11_staff_stop_and_resume_a_shop_and_it_is_logged(staff):
    shop = ShopFactory.create()
    staff.post(SHOPS, {"action": "stop", "_selected_action": [shop.pk]})
    assert sending_settings(shop).stopped_at
    staff.post(SHOPS, {"action": "resume", "_selected_action": [shop.pk]})
    assert sending_settings(shop).stopped_at is None
    events = AuditEvent.objects.filter(shop=shop, user=staff.user, reason="staff")
    assert events.count() == 2


def test_a_shop_is_neither_made_nor_deleted_here(staff):
    shop = ShopFactory.create()
    assert staff.get(url(Shop, "add")).status_code == 403
    assert staff.post(url(Shop, "delete", shop.pk), {"post": "yes"}).status_code == 403


def test_staff_add_a_user_who_has_no_password(staff):
    staff.post(url(User, "add"), {"email": "New@Example.com"})
    user = User.objects.get(email="new@example.com")
    assert not user.has_usable_password()
    again = staff.post(url(User, "add"), {"email": "NEW@example.com"})
    assert again.context["errors"]


def test_staff_make_nobody_staff(staff):
    user = UserFactory.create()
    asked = {"email": "Other@Example.com", "is_active": "on"}
    staff.post(url(User, "change", user.pk), asked | {"is_staff": "on", "is_superuser": "on"})
    user.refresh_from_db()
    assert (user.email, user.is_staff, user.is_superuser) == ("other@example.com", False, False)


@pytest.mark.parametrize("rights", ["is_staff", "is_superuser"])
def test_staff_change_nobody_of_staff_not_even_themselves(staff, rights):
    asked = {"email": "mine@example.com", "is_active": "on", "is_superuser": "on"}
    password = {"password1": "wrong-horse-1", "password2": "wrong-horse-1"}
    for user in (staff.user, UserFactory.create(**{rights: True})):
        assert staff.post(url(User, "change", user.pk), asked).status_code == 403
        path = reverse("admin:auth_user_password_change", args=[user.pk])
        assert staff.post(path, password).status_code == 403
        assert staff.post(url(User, "delete", user.pk), {"post": "yes"}).status_code == 403
        user.refresh_from_db()
        assert user.email != "mine@example.com"


def test_a_superuser_makes_staff(client):
    user = UserFactory.create()
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    asked = {"email": user.email, "is_active": "on", "is_staff": "on"}
    client.post(url(User, "change", user.pk), asked)
    assert User.objects.get(pk=user.pk).is_staff


def test_a_task_that_failed_says_why_and_names_nobody(staff, everything):
    answer = staff.get(url(Failure, "change", "failed")).content.decode()
    assert "could not reach" in answer
    assert "hamster77@" not in answer and "1234-5678" not in answer


def test_who_is_no_staff_sees_none_of_it(client):
    client.force_login(MembershipFactory.create().user)
    assert client.get(SHOPS).status_code != 200
