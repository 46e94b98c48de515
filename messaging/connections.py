"""A shop's ways out: which provider each channel goes through, with which account.

A channel has one gateway, and its batches keep it. So nothing that a provider has in its hands, or
may have, is taken to another one: the other would be asked about what it never saw.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.db import models, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from messaging.accounts import is_readable, readable
from messaging.checking import try_account
from messaging.gateways import PHONE, PROVIDERS, Account, Provider, Reporter
from messaging.inspections import look_up_anew
from messaging.members import leave_out_to_mend
from messaging.models import (
    FEATURES,
    OPEN_STATES,
    Batch,
    Channel,
    ClosedFeature,
    Gateway,
    Reason,
    SenderNumber,
    State,
)
from messaging.templates import rebase_templates
from orders.models import AuditEvent, Shop, User

_HOOKS = Signer(sep=".", salt="hook")


class Standing(models.TextChoices):
    """How a channel stands, the worst first."""

    CLOSED = "closed", gettext_lazy("Closed by the platform")
    MISSING = "missing", gettext_lazy("Not connected")
    GONE = "gone", gettext_lazy("No longer offered")
    RESTING = "resting", gettext_lazy("Fails, and rests")
    FAILING = "failing", gettext_lazy("Last check failed")
    CONNECTED = "connected", gettext_lazy("Connected")
    PHONE = "phone", gettext_lazy("Built-in phone")


@dataclass(frozen=True, slots=True)
class Connection:
    """A channel of a shop; `gateway` is None where none is connected."""

    channel: Channel
    gateway: Gateway | None
    standing: Standing

    @property
    def provider(self) -> Provider | None:
        """Whom it goes through."""
        return PROVIDERS.get(self.gateway.provider) if self.gateway else None

    @property
    def label(self) -> str:
        """Its name, as a merchant knows it; empty where nothing is connected."""
        if self.gateway is None:
            return ""
        if self.gateway.provider == PHONE:
            return str(Standing.PHONE.label)
        return self.provider.label if self.provider else self.gateway.provider

    @property
    def is_real(self) -> bool:
        """Whether it reaches people, as the built-in phone doesn't."""
        return self.provider is not None and self.provider.reaches_people

    @property
    def is_unreadable(self) -> bool:
        """Whether it needs an account that can't be decrypted: somebody has to enter it again."""
        if self.gateway is None or self.provider is None:
            return False
        return bool(self.provider.account_form.base_fields) and not is_readable(
            self.gateway.account
        )


def connections(shop: Shop, now: datetime) -> list[Connection]:
    """The five channels as they stand. Two queries."""
    gateways = {g.channel: g for g in Gateway.objects.for_shop(shop)}
    closed = set(ClosedFeature.objects.for_shop(shop).values_list("feature", flat=True))
    return [
        Connection(channel, gateways.get(channel), _standing(channel, gateways, closed, now))
        for channel in Channel
    ]


def connection(shop: Shop, channel: Channel, now: datetime) -> Connection:
    """One of them."""
    return next(one for one in connections(shop, now) if one.channel == channel)


def _standing(
    channel: Channel, gateways: Mapping[str, Gateway], closed: set[str], now: datetime
) -> Standing:
    gateway = gateways.get(channel)
    if FEATURES.get(channel) in closed:
        return Standing.CLOSED
    if gateway is None:
        return Standing.MISSING
    if gateway.provider not in PROVIDERS:
        return Standing.GONE
    if gateway.rests_until and gateway.rests_until > now:
        return Standing.RESTING
    if gateway.check_error:
        return Standing.FAILING
    return Standing.PHONE if gateway.provider == PHONE else Standing.CONNECTED


def providers_for(channel: Channel) -> dict[str, Provider]:
    """The providers that can be chosen for a channel, beside the built-in phone."""
    return {
        name: provider
        for name, provider in PROVIDERS.items()
        if channel in provider.channels and name != PHONE
    }


@transaction.atomic
def save_connection(
    *, shop: Shop, user: User, channel: Channel, provider: str, account: Account, now: datetime
) -> Gateway:
    """Let a channel go through a provider's account from `now` on; what waits goes there too.

    Raises ValidationError for a provider that doesn't do this channel, and as long as the one
    before has messages in its hands.
    """
    if provider != PHONE and provider not in providers_for(channel):
        raise ValidationError(_("This provider can't be used for this channel."))
    gateway = _locked(shop, channel)
    before, old = gateway.provider, readable(gateway.account)
    if before == provider and old == account:
        return gateway
    same = before == provider and _identity(provider, account) == _identity(provider, old)
    if not same:
        _check_hands_empty(gateway, provider)
    gateway.provider, gateway.account = provider, dict(account)
    gateway.check_error, gateway.failures, gateway.rests_until = "", 0, None
    gateway.checked_at = None
    if before != provider:
        gateway.connected_at, gateway.polled_through, gateway.strangers = now, None, 0
    gateway.save()
    if not same:
        _begin_anew(shop, gateway, now)
    action = "change_gateway" if before == provider else "connect_gateway"
    _log(shop, user, action, f"{channel}:{provider}", now)
    return gateway


@transaction.atomic
def disconnect(*, shop: Shop, user: User, channel: Channel, now: datetime) -> int:
    """Let nothing go by this channel any more; returns how many waiting messages it leaves out.

    Raises ValidationError as long as the provider has messages in its hands.
    """
    gateway = _locked(shop, channel)
    if not gateway.provider:
        return 0
    about = f"{channel}:{gateway.provider}"
    _check_hands_empty(gateway, "")
    waiting = _open_batches(gateway).defer("payload")
    left_out = 0
    for batch in waiting:
        leave_out_to_mend(batch, Reason.NO_GATEWAY, now)
        left_out += batch.size - batch.left_out
    gateway.provider, gateway.account = "", {}
    gateway.check_error, gateway.failures, gateway.rests_until = "", 0, None
    gateway.save()
    _begin_anew(shop, gateway, now)
    _log(shop, user, "disconnect_gateway", about, now)
    return left_out


def check_connection(*, gateway: Gateway, now: datetime) -> str:
    """Try the saved account and keep the result: empty where it works."""
    code = try_account(PROVIDERS[gateway.provider], gateway.account)
    keep_check(gateway, code, now)
    return code


def keep_check(gateway: Gateway, code: str, now: datetime) -> None:
    """Write down what a check of what is saved has said; one that works ends a rest (F6)."""
    gateway.checked_at, gateway.check_error = now, code
    if not code:
        gateway.failures, gateway.rests_until = 0, None
    gateway.save(update_fields=["checked_at", "check_error", "failures", "rests_until"])


def hook_address(gateway: Gateway) -> str:
    """Where the gateway's provider reports to, as a path; empty where it doesn't report."""
    if not isinstance(PROVIDERS.get(gateway.provider), Reporter):
        return ""
    return reverse("hook", args=[_HOOKS.sign(str(gateway.pk))])


def gateway_of_hook(token: str) -> Gateway | None:
    """Whose address it is; None for one that is none, or of a gateway that is gone."""
    try:
        pk = _HOOKS.unsign(token)
    except BadSignature:
        return None
    found: Gateway | None = Gateway.objects.filter(pk=pk).first()
    return found


def _locked(shop: Shop, channel: Channel) -> Gateway:
    """The channel's gateway with its open batches, locked.

    The batches come first, as with a worker that parts one: it then refers to the gateway.
    """
    rows = Gateway.every.for_shop(shop).filter(channel=channel)
    gateway = rows.first()
    if gateway is None:
        Gateway.every.get_or_create(shop=shop, channel=channel, defaults={"provider": ""})
    else:
        list(_open_batches(gateway).order_by("pk").select_for_update().values_list("pk"))
    found: Gateway = rows.select_for_update().get()
    return found


def _open_batches(gateway: Gateway) -> QuerySet[Batch]:
    found: QuerySet[Batch] = Batch.objects.for_shop(gateway.shop).filter(
        state__in=OPEN_STATES, gateway=gateway
    )
    return found


def _check_hands_empty(gateway: Gateway, provider: str) -> None:
    """Refuse to leave a provider that may have messages of ours.

    Another account of one that has only been busy so far is fine: nothing was taken.
    """
    states = (State.SENDING,) if gateway.provider == provider else OPEN_STATES
    if held := _held(gateway, states):
        raise ValidationError(
            ngettext(
                "The provider still has %(n)s message in its hands. Try again when that has ended:"
                " until then only it can say what became of it.",
                "The provider still has %(n)s messages in its hands. Try again when these have"
                " ended: until then only it can say what became of them.",
                held,
            )
            % {"n": f"{held:,}"}
        )


def _held(gateway: Gateway, states: Collection[State]) -> int:
    """How many messages a provider may have in its hands, or a worker is about to hand over.

    No batch can be added while the gateway is locked. One that was parted just before is not ours
    yet: who has locked it is about to freeze it, and is not waited for (he may wait for us).
    """
    batches = _open_batches(gateway)
    ours = batches.select_for_update(skip_locked=True)
    free = {
        pk
        for pk, state, frozen in ours.values_list("pk", "state", "frozen_at")
        if not (frozen and state in states)
    }
    return sum(size for pk, size in batches.values_list("pk", "size") if pk not in free)


def _identity(provider: str, account: Account) -> dict[str, str]:
    """What tells an account from another: all but its secrets."""
    known = PROVIDERS.get(provider)
    secret = known.account_form.secret if known else frozenset()
    return {name: value for name, value in account.items() if name not in secret}


def _begin_anew(shop: Shop, gateway: Gateway, now: datetime) -> None:
    """What was confirmed for one account is not for another one, be it the same provider's."""
    if gateway.channel == Channel.TEXT:
        SenderNumber.objects.for_shop(shop).update(registered_at=None, in_use=False)
    if gateway.channel == Channel.ALIMTALK:
        look_up_anew(shop, gateway.provider, now)
        rebase_templates(shop, gateway)


def _log(shop: Shop, user: User, action: str, about: str, now: datetime) -> None:
    """That it was done, and by whom; never with which keys."""
    AuditEvent.objects.create(shop=shop, user=user, action=action, about=about, at=now)
