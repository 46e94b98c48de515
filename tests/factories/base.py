"""What every factory is, and when it is in tests."""

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model
from factory.django import DjangoModelFactory

NOW = dt.datetime(2026, 11, 20, 1, 0, tzinfo=dt.UTC)  # 10:00 in Seoul

M = TypeVar("M", bound=Model)


class Factory(DjangoModelFactory[M]):
    """Calling a factory makes a row; its own types do not say so."""

    class Meta:
        abstract = True

    if TYPE_CHECKING:

        def __new__(cls, *args: Any, **kwargs: Any) -> M: ...  # type: ignore[misc]
