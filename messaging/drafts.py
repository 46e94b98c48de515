"""What a campaign has decided and hands over to be written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable


@dataclass(frozen=True, slots=True)
class Drafts:
    """Decided messages that are not written yet.

    `rows` are of a staged `Draft`; `content` says, by fields or expressions over them, what each
    message is about and says: `subject_key`, `address`, `variables`, `url`.
    """

    rows: QuerySet[Any]
    content: Mapping[str, str | Combinable]

    @property
    def to_write(self) -> QuerySet[Any]:
        """Those that become a message or move one."""
        return self.rows.filter(stays=False)

    def said_to_existing(self, rows: QuerySet[Any]) -> dict[str, Subquery]:
        """What the existing message of each of these rows says from now on, and to whom."""
        draft = rows.filter(existing_id=OuterRef("pk"))
        return {
            name: Subquery(draft.annotate(said=self._expression(name)).values("said")[:1])
            for name in ("variables", "address", "url")
        }

    def _expression(self, name: str) -> Combinable:
        said = self.content[name]
        return F(said) if isinstance(said, str) else said
