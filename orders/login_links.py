"""One-time log-in links: for a new owner, and for the demo."""

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from orders.models import User


class LoginTokens(PasswordResetTokenGenerator):
    """Tokens that die with the first log-in, a new password, or PASSWORD_RESET_TIMEOUT."""

    # Its own, so that no token is good for both a log-in and a new password.
    key_salt = "orders.login_links.LoginTokens"


TOKENS = LoginTokens()


def login_link(user: User) -> str:
    """The absolute address that logs this user in once."""
    uidb64 = urlsafe_base64_encode(str(user.pk).encode())
    path = reverse("orders:log_in_link", args=[uidb64, TOKENS.make_token(user)])
    return f"{settings.BASE_URL}{path}"


def user_of_link(uidb64: str, token: str) -> User | None:
    """Whom the link logs in; None when it was used, has expired, or never was one.

    Locks the user's row: of two requests with one link the second finds it used. Call it in the
    transaction that logs in.
    """
    try:
        pk = int(force_str(urlsafe_base64_decode(uidb64)))
    except ValueError:
        return None
    user = User.objects.select_for_update().filter(pk=pk, is_active=True).first()
    return user if user and TOKENS.check_token(user, token) else None
