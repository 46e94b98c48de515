"""What was typed to find a person stays in the session: no address carries a name or a number (F9).

An address has a token in its place, so that filters still last, and pages can be gone back to.
"""

import secrets
from collections.abc import Iterable

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponseRedirect, QueryDict

WHO = "who"
KEPT = 20  # searches of a session
MOST_CHARACTERS = 100  # more than any box takes, so that it says what is too long
_SESSION_KEY = "searches"


def keep(session: SessionBase, words: str) -> str:
    """Keep what was typed, as the newest; its token, which is the same for the same words."""
    words = words[:MOST_CHARACTERS]
    searches: dict[str, str] = session.get(_SESSION_KEY, {})
    known = next((token for token, kept in searches.items() if kept == words), None)
    token = known or secrets.token_urlsafe(9)
    others = [(name, kept) for name, kept in searches.items() if name != token]
    session[_SESSION_KEY] = dict([*others, (token, words)][-KEPT:])
    return token


def spelled_out(request: HttpRequest) -> tuple[QueryDict, bool]:
    """The address's query with the words in place of the token, and whether they are gone."""
    query = request.GET.copy()
    token = query.get(WHO, "")
    words = request.session.get(_SESSION_KEY, {}).get(token, "") if token else ""
    if token:
        query[WHO] = words
    return query, bool(token and not words)


def to_address(request: HttpRequest, names: Iterable[str]) -> HttpResponseRedirect:
    """Lead from a form that was sent to the address that stands for it; `names` are its fields."""
    query = QueryDict(mutable=True)
    for name in names:
        value = request.POST.get(name, "").strip()
        if value:
            kept = keep(request.session, value) if name == WHO else value[:MOST_CHARACTERS]
            query[name] = kept
    address = f"{request.path}?{query.urlencode()}" if query else request.path
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response
