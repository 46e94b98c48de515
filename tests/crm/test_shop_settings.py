"""The shop's settings: closed hours, the checklist, and the switch that stops everything."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.urls import reverse

from crm.preparations import preparations, progress
from crm.sending import (
    connect_phone,
    resume_sending,
    sending_settings,
    set_quiet_hours,
    stop_sending,
)
from messaging.models import Gateway, SendingSettings
from orders.models import AuditEvent, Role
from tests.factories import NOW, GatewayFactory, MembershipFactory, ShopFactory, UserFactory

pytestmark = pytest.mark.django_db

PAGE, STOP, RESUME, PHONE = (
    reverse(f"crm:{name}")
    for name in ("shop_settings", "stop_sending", "resume_sending", "connect_phone")
)
NIGHT = {"closed": "on", "quiet_from": "21:30", "quiet_until": "08:00"}


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


def actions(shop):
    return list(AuditEvent.objects.for_shop(shop).order_by("pk").values_list("action", flat=True))


# --- Stop -----------------------------------------------------------------------------------------


def test_f11_a_stop_says_since_when_and_is_logged(shop):
    user = UserFactory.create()
    assert stop_sending(shop=shop, user=user, now=NOW)
    event = AuditEvent.objects.get(shop=shop)
    assert sending_settings(shop).stopped_at == NOW
    assert (event.action, event.user, event.at) == ("stop_sending", user, NOW)


def test_f11_a_second_stop_keeps_the_first_moment(shop):
    stop_sending(shop=shop, user=UserFactory.create(), now=NOW)
    assert not stop_sending(shop=shop, user=UserFactory.create(), now=NOW + dt.timedelta(hours=1))
    assert sending_settings(shop).stopped_at == NOW
    assert actions(shop) == ["stop_sending"]


def test_f11_resuming_ends_the_stop_and_is_logged(shop):
    stop_sending(shop=shop, user=UserFactory.create(), now=NOW)
    assert resume_sending(shop=shop, user=UserFactory.create(), now=NOW)
    assert sending_settings(shop).stopped_at is None
    assert actions(shop) == ["stop_sending", "resume_sending"]


def test_f11_resuming_what_runs_does_nothing(shop):
    assert not resume_sending(shop=shop, user=UserFactory.create(), now=NOW)
    assert actions(shop) == []


def test_f11_a_stop_leaves_other_shops_and_the_closed_hours_alone(shop):
    other = ShopFactory.create()
    SendingSettings.objects.create(shop=shop, quiet_from=dt.time(21), quiet_until=dt.time(8))
    stop_sending(shop=shop, user=UserFactory.create(), now=NOW)
    assert sending_settings(shop).quiet_from == dt.time(21)
    assert sending_settings(other).stopped_at is None


def test_f11_the_owner_stops_and_starts(as_role, shop):
    owner = as_role(Role.OWNER)
    owner.post(STOP)
    assert sending_settings(shop).stopped_at
    owner.post(RESUME)
    assert sending_settings(shop).stopped_at is None


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MANAGER])
@pytest.mark.parametrize("url", [STOP, RESUME, PHONE])
def test_f11_nobody_else_does(as_role, shop, role, url):
    assert as_role(role).post(url).status_code == 403
    assert actions(shop) == []


def test_f11_looking_at_the_address_stops_nothing(as_role, shop):
    assert as_role(Role.OWNER).get(STOP).status_code == 405
    assert sending_settings(shop).stopped_at is None


@pytest.mark.parametrize("role", Role)
def test_f11_everybody_sees_that_it_is_stopped(as_role, shop, role):
    stop_sending(shop=shop, user=UserFactory.create(), now=NOW)
    answer = as_role(role).get(PAGE).content.decode()
    assert "All sending is stopped." in answer
    assert (f'action="{RESUME}"' in answer) == (role == Role.OWNER)


def banner(rf, shop, role):
    request = rf.get("/")
    request.shop, request.membership = shop, MembershipFactory.create(shop=shop, role=role)
    context = Context({"request": request, "csrf_token": "token"})
    return Template("{% load sending %}{% stopped_banner %}").render(context)


def test_f11_the_banner_stands_while_sending_is_stopped(rf, shop):
    assert banner(rf, shop, Role.OWNER).strip() == ""
    stop_sending(shop=shop, user=UserFactory.create(), now=NOW)
    assert RESUME in banner(rf, shop, Role.OWNER)
    assert "notice" in (seen := banner(rf, shop, Role.MANAGER)) and RESUME not in seen


def test_f11_the_banner_costs_one_query(rf, shop, django_assert_num_queries):
    request = rf.get("/")
    request.shop, request.membership = shop, MembershipFactory.create(shop=shop)
    template = Template("{% load sending %}{% stopped_banner %}")
    with django_assert_num_queries(1):
        template.render(Context({"request": request}))


def test_the_banner_is_silent_outside_a_shop(rf):
    request = rf.get("/")
    request.shop = request.membership = None
    rendered = Template("{% load sending %}{% stopped_banner %}").render(
        Context({"request": request})
    )
    assert rendered.strip() == ""


# --- Closed hours ---------------------------------------------------------------------------------


def test_f4_a_shop_has_no_closed_hours_unless_it_sets_them(shop):
    sending = sending_settings(shop)
    assert (sending.quiet_from, sending.quiet_until) == (None, None)
    assert not SendingSettings.objects.exists()


def test_f4_a_manager_sets_closed_hours_and_it_is_logged(as_role, shop):
    as_role(Role.MANAGER).post(PAGE, NIGHT)
    sending = sending_settings(shop)
    assert (sending.quiet_from, sending.quiet_until) == (dt.time(21, 30), dt.time(8))
    assert AuditEvent.objects.get(shop=shop).about == "21:30–08:00"


def test_f4_turned_off_information_goes_out_at_any_hour(as_role, shop):
    manager = as_role(Role.MANAGER)
    manager.post(PAGE, NIGHT)
    manager.post(PAGE, NIGHT | {"closed": ""})
    assert sending_settings(shop).quiet_from is None


def test_the_same_hours_again_log_nothing(as_role, shop):
    manager = as_role(Role.MANAGER)
    manager.post(PAGE, NIGHT)
    manager.post(PAGE, NIGHT)
    assert actions(shop) == ["set_quiet_hours"]


@pytest.mark.parametrize("wrong", [{"quiet_until": "21:30"}, {"quiet_from": "21:15"}])
def test_f4_hours_that_make_no_sense_come_back_with_a_word(as_role, shop, wrong):
    answer = as_role(Role.MANAGER).post(PAGE, NIGHT | wrong)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert sending_settings(shop).quiet_from is None


def test_f4_one_end_without_the_other_is_refused(shop):
    with pytest.raises(ValidationError):
        set_quiet_hours(
            shop=shop, user=UserFactory.create(), quiet_from=dt.time(21), quiet_until=None, now=NOW
        )


def test_a_viewer_cannot_set_them(as_role, shop):
    viewer = as_role(Role.VIEWER)
    assert viewer.get(PAGE).status_code == 200
    assert viewer.post(PAGE, NIGHT).status_code == 403


def test_the_page_makes_few_queries(as_role, django_assert_max_num_queries):
    owner = as_role(Role.OWNER)
    with django_assert_max_num_queries(8):
        owner.get(PAGE)


# --- Preparations ---------------------------------------------------------------------------------


def states(shop):
    return {one.key: one.state for one in preparations(shop)}


def test_c8_there_are_four_preparations(shop):
    assert list(states(shop)) == ["sender_number", "kakao_channel", "points", "opt_out_number"]


def test_c8_the_built_in_phone_counts_as_a_channel_and_is_called_what_it_is(shop):
    GatewayFactory.create(shop=shop)
    channel = preparations(shop)[1]
    assert channel.state == "done"
    assert "내장" in channel.note or "built-in" in channel.note


def test_c8_without_a_channel_alimtalk_is_blocked_with_a_way_to_mend_it(shop):
    GatewayFactory.create()  # another shop's
    channel = preparations(shop)[1]
    assert (channel.state, channel.url) == (
        "open",
        reverse("messaging:gateway", args=["alimtalk"]),
    )


def test_c8_what_nothing_in_use_needs_is_neither_done_nor_missing(shop):
    later = {key for key, state in states(shop).items() if state == "later"}
    assert later == {"sender_number", "points", "opt_out_number"}
    assert progress(preparations(shop)) == (0, 1)


def test_c8_the_owner_mends_a_missing_channel(as_role, shop):
    owner = as_role(Role.OWNER)
    assert PHONE in owner.get(PAGE).content.decode()
    owner.post(PHONE)
    assert progress(preparations(shop)) == (1, 1)
    assert PHONE not in owner.get(PAGE).content.decode()
    assert actions(shop) == ["connect_gateway"]


def test_c8_a_connected_channel_is_never_replaced(shop):
    GatewayFactory.create(shop=shop, provider="other")
    assert not connect_phone(shop=shop, user=UserFactory.create(), now=NOW)
    assert Gateway.objects.get(shop=shop, channel="alimtalk").provider == "other"
