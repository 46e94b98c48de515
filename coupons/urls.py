"""The app's pages."""

from django.urls import URLPattern

app_name = "coupons"

urlpatterns: list[URLPattern] = []
