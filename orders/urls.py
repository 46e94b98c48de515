"""The app's pages."""

from django.urls import path

from orders.views import api_keys, session

app_name = "orders"

urlpatterns = [
    path("shop/switch/", session.switch_shop, name="switch_shop"),
    path("shop/none/", session.no_shop, name="no_shop"),
    path("settings/api/", api_keys.api_keys, name="api_keys"),
    path("settings/api/make/", api_keys.make_api_key, name="make_api_key"),
    path("settings/api/<int:pk>/revoke/", api_keys.revoke_api_key, name="revoke_api_key"),
    path("log-in/<uidb64>/<token>/", session.log_in_link, name="log_in_link"),
]
