"""The nets under all other tests hold."""

import socket

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from zeal import NPlusOneError
from zeal.middleware import zeal_middleware

from orders.models import Membership
from tests.factories import MembershipFactory


@pytest.mark.django_db
def test_a_request_that_asks_the_database_for_each_row_fails(rf: RequestFactory) -> None:
    MembershipFactory.create_batch(3)

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse([membership.shop.name for membership in Membership.objects.all()])

    with pytest.raises(NPlusOneError):
        zeal_middleware(view)(rf.get("/"))


def test_nothing_but_this_machine_can_be_reached() -> None:
    with pytest.raises(Exception, match="A test tried to use socket"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
