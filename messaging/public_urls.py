"""What stands in messages themselves: short, since a text message has ninety bytes."""

from django.urls import URLPattern, path

from messaging.views import public

app_name = "public"

urlpatterns: list[URLPattern] = [
    path("l/<str:token>", public.link, name="link"),
    path("o/<str:token>", public.opt_out, name="opt_out"),
]
