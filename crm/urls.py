"""The app's pages."""

from django.urls import URLPattern, path

from crm.views import (
    consents,
    coupon_messages,
    coupons,
    customer,
    customers,
    home,
    rehearsal,
    shop_settings,
)

app_name = "crm"

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("coupon-messages/", coupon_messages.coupon_messages, name="coupon_messages"),
    path(
        "coupon-messages/preview/",
        coupon_messages.coupon_messages_live,
        name="coupon_messages_live",
    ),
    path(
        "coupon-messages/<str:kind>/forecast/",
        coupon_messages.coupon_messages_forecast,
        name="coupon_messages_forecast",
    ),
    path(
        "coupon-messages/<str:kind>/switch/",
        coupon_messages.coupon_messages_switch,
        name="coupon_messages_switch",
    ),
    path(
        "coupon-messages/test/", coupon_messages.coupon_messages_test, name="coupon_messages_test"
    ),
    path(
        "coupon-messages/test/<int:pk>/",
        coupon_messages.coupon_messages_test_sent,
        name="coupon_messages_test_sent",
    ),
    path("rehearsal/", rehearsal.rehearsal, name="rehearsal"),
    path("rehearsal/<int:pk>/", rehearsal.rehearsal_result, name="rehearsal_result"),
    path("coupons/", coupons.coupons, name="coupons"),
    path("coupons/basis/", coupons.coupons_basis, name="coupons_basis"),
    path("coupons/<int:pk>/", coupons.coupon, name="coupon"),
    path("coupons/<int:pk>/preview/", coupons.coupon_preview, name="coupon_preview"),
    path("members/", customers.customers, name="customers"),
    path("members/<int:pk>/", customer.customer, name="customer"),
    path("members/<int:pk>/unmask/", customer.unmask_customer, name="unmask_customer"),
    path("members/<int:pk>/consent/", consents.record_consent, name="record_consent"),
    path("consents/", consents.consents, name="consents"),
    path("consents/<str:notice>/switch/", consents.consents_switch, name="consents_switch"),
    path("settings/", shop_settings.shop_settings, name="shop_settings"),
    path("settings/phone/", shop_settings.connect_phone, name="connect_phone"),
    path("settings/stop/", shop_settings.stop_sending, name="stop_sending"),
    path("settings/resume/", shop_settings.resume_sending, name="resume_sending"),
]
