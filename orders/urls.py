"""The app's pages."""

from django.urls import path

from orders.views import session

app_name = "orders"

urlpatterns = [
    path("shop/switch/", session.switch_shop, name="switch_shop"),
    path("shop/none/", session.no_shop, name="no_shop"),
    path("log-in/<uidb64>/<token>/", session.log_in_link, name="log_in_link"),
]
