"""A search for a person: kept in the session, and a token in the address (F9)."""

from urllib.parse import parse_qs, urlsplit

import pytest

from orders.searches import KEPT
from tests import factories as make
from tests.cast import Cast, the_cast  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

EACH_LIST = pytest.mark.parametrize("path", ["/messages/", "/members/"])
NAME = "이하늘"


def search(client, path: str, words: str, **more: str) -> str:
    """The address that the search leads to."""
    response = client.post(path, {"who": words, **more})
    assert response.status_code == 303
    return str(response["Location"])


def token(address: str) -> str:
    return parse_qs(urlsplit(address).query)["who"][0]


@EACH_LIST
@pytest.mark.parametrize("words", [NAME, "010-0000-4321", "4321"])
def test_f9_no_address_carries_a_name_or_a_number(cast: Cast, path: str, words: str):
    address = search(cast.viewer, path, words)
    assert words not in parse_qs(address) and words not in address and "%EC" not in address
    assert f'value="{words}"' in cast.viewer.get(address).content.decode()


@EACH_LIST
def test_the_same_words_have_the_same_address(cast: Cast, path: str):
    assert search(cast.viewer, path, NAME) == search(cast.viewer, path, NAME)


def test_f8_the_other_filters_stay_in_the_address(cast: Cast):
    address = search(
        cast.viewer, "/messages/", NAME, state="sent", kind="", csrfmiddlewaretoken="x"
    )
    assert set(parse_qs(urlsplit(address).query)) == {"state", "who"}


@EACH_LIST
def test_an_empty_box_leads_to_the_list_alone(cast: Cast, path: str):
    assert search(cast.viewer, path, "  ") == path


@EACH_LIST
def test_a_search_that_is_gone_shows_an_empty_box_and_says_so(cast: Cast, path: str):
    address = search(cast.viewer, path, NAME)
    text = cast.manager.get(address, headers={"accept-language": "en"}).content.decode()
    assert "This search is over. Please type it again." in text
    assert token(address) not in text.partition('id="listing"')[2].partition("</form>")[0]


@EACH_LIST
def test_f9_words_typed_into_an_address_are_not_looked_for(cast: Cast, path: str):
    customer = make.CustomerFactory(shop=cast.shop, name=NAME)
    make.MessageFactory(customer=customer, batch__shop=cast.shop)
    assert 'class="open"' not in cast.viewer.get(path, {"who": NAME}).content.decode()


def test_a_session_keeps_its_newest_searches(cast: Cast):
    first = search(cast.viewer, "/members/", "first")
    for n in range(KEPT - 1):
        search(cast.viewer, "/members/", f"name {n}")
    assert search(cast.viewer, "/members/", "first") == first  # now the newest
    search(cast.viewer, "/members/", "one more")
    assert len(cast.viewer.session["searches"]) == KEPT
    assert token(first) in cast.viewer.session["searches"]
