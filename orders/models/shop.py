"""The shop, the people who run it, and what they did."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes users who log in with their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user with this address; without a password only a log-in link lets them in."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A member of the platform's staff with every right."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person who logs in: a shop's member, or the platform's staff."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]


class Country(models.TextChoices):
    """Where a shop trades; decides its currency, its default zone and the law it is under."""

    KOREA = "KR", _("Korea")
    JAPAN = "JP", _("Japan")


class Shop(models.Model):
    """One merchant's shop: the tenant. Everything else belongs to one shop."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    country = models.CharField(_("country"), max_length=2, choices=Country)
    timezone = models.CharField(_("time zone"), max_length=40)
    currency = models.CharField(_("currency"), max_length=3)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("shop")
        verbose_name_plural = _("shops")

    def __str__(self) -> str:
        return self.name


class ShopQuerySet(models.QuerySet[Any]):
    """What every model that belongs to a shop can be asked."""

    def for_shop(self, shop: Shop) -> Self:
        """Only what belongs to this shop."""
        return self.filter(shop=shop)


class Role(models.TextChoices):
    """What a member may do, each including the ones before."""

    VIEWER = "viewer", _("Viewer")
    MANAGER = "manager", _("Manager")
    OWNER = "owner", _("Owner")

    def includes(self, other: "Role") -> bool:
        """Whether this role may do what `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class Membership(models.Model):
    """A user's role in a shop."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="memberships", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=8, choices=Role, default=Role.VIEWER)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["shop", "user"], name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.shop} · {self.get_role_display()}"

    def may(self, role: Role) -> bool:
        """Whether this member's role includes that one."""
        return Role(self.role).includes(role)


class AuditEvent(models.Model):
    """Something a person did that must be answered for: an unmasking, a stop, a switch."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    action = models.CharField(_("action"), max_length=40)
    about = models.CharField(_("about"), max_length=120, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"))

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [models.Index(fields=["shop", "-at"], name="audit_shop_at")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.about}"
