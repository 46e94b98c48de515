"""The one way to a page that shows personal data whole (F9)."""

from typing import Protocol

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from orders import personal
from orders.access import ShopRequest
from orders.forms.personal import UnmaskForm


class Shows(Protocol):
    """Answers with the page, masked or not, and the form that asks why."""

    def __call__(self, form: UnmaskForm, *, masked: bool) -> HttpResponse: ...


def unmask(request: ShopRequest, *, about: str, here: str, show: Shows) -> HttpResponse:
    """Put on record who looks at `about` and why, then show it whole for this answer alone.

    Without a reason the page stays masked and says so; asked for by GET it is the page `here`.
    """
    if request.method != "POST":
        return redirect(here)
    form = UnmaskForm(request.POST)
    if not form.is_valid():
        return show(form, masked=True)
    personal.record_unmasking(
        shop=request.shop,
        user=request.user,
        about=about,
        reason=form.cleaned_data["reason"],
        now=timezone.now(),
    )
    return show(form, masked=False)
