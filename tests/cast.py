"""The people of the tests: who runs a shop, and who has no business in it."""

from dataclasses import dataclass

import pytest
from django.test import Client

from orders.models import Role, Shop, User
from tests import factories as make


@dataclass(frozen=True)
class Cast:
    """A shop's people, each logged in with a client of their own."""

    shop: Shop
    owner: Client
    manager: Client
    viewer: Client
    outsider: Client  # the owner of another shop
    nobody: Client  # not logged in
    users: dict[str, User]


def logged_in(user: User) -> Client:
    """A client in which this user is logged in."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture(name="cast")
def the_cast(db: None) -> Cast:
    """A shop with an owner, a manager and a viewer, and the owner of another shop."""
    shop = make.ShopFactory()
    users = {role.value: make.MembershipFactory(shop=shop, role=role).user for role in Role}
    users["outsider"] = make.MembershipFactory().user
    clients = {name: logged_in(user) for name, user in users.items()}
    return Cast(shop=shop, nobody=Client(), users=users, **clients)
