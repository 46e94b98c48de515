"""What the staff's admin pages share: they read, in tables too long to be counted."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin

COUNTED = 10_000  # rows that a list can be paged through; filters lead further


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than one can page: an exact count of ten million rows takes seconds."""

    @cached_property
    def count(self) -> int:
        """The number of rows, `COUNTED` where there are more."""
        rows: Any = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by().values("pk")[:COUNTED].count()
        return len(rows)


def is_staff(request: HttpRequest) -> bool:
    """Whether one of the platform's staff asks: that opens these pages, no permission does."""
    return bool(request.user.is_active and request.user.is_staff)


class BaseAdmin(_ModelAdmin):
    """A model that staff look after."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Staff."""
        return is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff."""
        return is_staff(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff."""
        return is_staff(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff."""
        return is_staff(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff."""
        return is_staff(request)


class ReadOnlyAdmin(BaseAdmin):
    """A model that staff look at and never touch."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """What is named, else every column; no form is built, since nothing is edited."""
        hidden = set(self.exclude or ())
        columns = [column.name for column in self.model._meta.concrete_fields]
        return self.fields or [name for name in columns if name not in hidden]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False
