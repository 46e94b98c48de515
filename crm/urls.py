"""The app's pages."""

from django.urls import URLPattern, path

from crm.views import coupons, customer, customers, shop_settings

app_name = "crm"

urlpatterns: list[URLPattern] = [
    path("coupons/", coupons.coupons, name="coupons"),
    path("coupons/basis/", coupons.coupons_basis, name="coupons_basis"),
    path("coupons/<int:pk>/", coupons.coupon, name="coupon"),
    path("coupons/<int:pk>/preview/", coupons.coupon_preview, name="coupon_preview"),
    path("members/", customers.customers, name="customers"),
    path("members/<int:pk>/", customer.customer, name="customer"),
    path("members/<int:pk>/unmask/", customer.unmask_customer, name="unmask_customer"),
    path("settings/", shop_settings.shop_settings, name="shop_settings"),
    path("settings/phone/", shop_settings.connect_phone, name="connect_phone"),
    path("settings/stop/", shop_settings.stop_sending, name="stop_sending"),
    path("settings/resume/", shop_settings.resume_sending, name="resume_sending"),
]
