"""Staff's view of people: who runs shops, who buys there (masked), and what was done."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from orders.admin_reading import BaseAdmin, ReadOnlyAdmin, is_staff
from orders.masking import mask_email, mask_id, mask_name, mask_phone
from orders.models import AuditEvent, Customer, Membership, User

admin.site.unregister(Group)


class LowerEmail:
    """An address is kept in small letters: one person, one user."""

    cleaned_data: dict[str, Any]

    def clean_email(self) -> str:
        """In small letters."""
        return str(self.cleaned_data["email"]).lower()


class UserForm(LowerEmail, UserChangeForm):  # type: ignore[type-arg]
    """A user, as staff see one."""


class NewUserForm(LowerEmail, forms.ModelForm):  # type: ignore[type-arg]
    """A new user has an address and no password: a log-in link lets them in."""

    class Meta:
        model = User
        fields = ("email",)

    def save(self, commit: bool = True) -> User:
        """Without a password that could be guessed."""
        user: User = super().save(commit=False)
        user.set_unusable_password()
        if commit:
            user.save()
        return user


@admin.register(User)
class UserAdmin(BaseAdmin, DjangoUserAdmin):  # type: ignore[type-arg]
    """People who log in. Staff look after shops' people; a superuser alone after staff."""

    form = UserForm
    add_form = NewUserForm
    ordering = ("email",)
    list_display = ("email", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Times"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email",)}),)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Not of staff: who changes an address or a password can be that person."""
        is_one_of_staff = obj is not None and (obj.is_staff or obj.is_superuser)
        return is_staff(request) and (_is_superuser(request) or not is_one_of_staff)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Staff shut somebody out by `is_active`."""
        return is_staff(request) and _is_superuser(request)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Who is staff is a superuser's to say."""
        rights = () if _is_superuser(request) else ("is_staff", "is_superuser")
        return (*self.readonly_fields, *rights)


def _is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_superuser)


@admin.register(Membership)
class MembershipAdmin(BaseAdmin):
    """Who has which role where."""

    list_display = ("user", "shop", "role")
    list_filter = ("role",)
    list_select_related = ("user", "shop")
    raw_id_fields = ("user", "shop")
    search_fields = ("user__email", "shop__name", "shop__slug")


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    """A shop's customers, masked: staff unmask in the console, where it is logged (F9)."""

    list_display = ("masked_id", "shop", "masked_name", "masked_phone", "masked_email", "joined_at")
    list_select_related = ("shop",)
    list_display_links = None
    ordering = ("-pk",)
    search_fields = ("=mall_id",)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """The list alone: a row's own page would name the member in its title."""
        return obj is None and super().has_view_permission(request)

    @admin.display(description=_("member id"))
    def masked_id(self, customer: Customer) -> str:
        """ham******"""
        return mask_id(customer.mall_id)

    @admin.display(description=_("name"))
    def masked_name(self, customer: Customer) -> str:
        """홍*동"""
        return mask_name(customer.name)

    @admin.display(description=_("phone"))
    def masked_phone(self, customer: Customer) -> str:
        """010-****-5678"""
        return mask_phone(customer.phone)

    @admin.display(description=_("e-mail"))
    def masked_email(self, customer: Customer) -> str:
        """ab***@x.com"""
        return mask_email(customer.email)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """What people did that must be answered for."""

    list_display = ("at", "shop", "user", "action", "about", "reason")
    list_filter = ("action",)
    list_select_related = ("shop", "user")
    ordering = ("-pk",)
