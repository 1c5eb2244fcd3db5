"""Relationships of one customer, as read from its side."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import get_language

from crm.models import Relationship
from kernel.access import Actor, records_visible_to
from kernel.registry import registry

#: More than these of one customer are not read for its page.
MOST = 200


@dataclass(frozen=True)
class Tie:
    """One relationship seen from a customer: the other end, and what that one is to it."""

    pk: UUID
    entity: str
    other: Any
    word: str
    group: str
    since: date | None
    until: date | None
    active: bool
    note: str

    @property
    def url(self) -> str:
        return reverse(f"crm:{self.entity}_detail", args=[self.other.pk])


def words(role: Any) -> tuple[str, str]:
    """The role's word, and the other way round, in the reader's language."""
    if (get_language() or "").startswith("fa"):
        return role.label_fa or role.name, role.reverse_fa or role.label_fa or role.name
    return role.label_en or role.name, role.reverse_en or role.label_en or role.name


def ties_among(entity: str, ids: Iterable[UUID], *, actor: Actor) -> QuerySet[Any]:
    """Relationships with one of these at an end, both ends and the role at hand; only what the actor sees whole."""
    wanted = list(ids)
    either = Q(**{f"from_{entity}_id__in": wanted}) | Q(**{f"to_{entity}_id__in": wanted})
    rows: QuerySet[Any] = records_visible_to(actor, "relationship").filter(either)
    return rows.select_related("role", "from_account", "from_contact", "to_account", "to_contact")


def newest_ties(entity: str, pk: UUID, *, actor: Actor) -> list[Relationship]:
    """The relationships of one customer that its page shows in several ways, the newest first."""
    if not actor.may(registry.entity("relationship").permission("view")):
        return []
    # The order is an expression, so that the few of one customer are found by what they belong to and then sorted.
    return list(ties_among(entity, [pk], actor=actor).order_by(Coalesce("pk", "pk").desc())[:MOST])


def ties_from(entity: str, pk: UUID, rows: Iterable[Relationship]) -> list[Tie]:
    """Those that hold first, then by their names."""
    found = [seen_from(entity, pk, row) for row in rows]
    return sorted(found, key=lambda tie: (not tie.active, tie.group, tie.other.name))


def seen_from(entity: str, pk: UUID, row: Relationship) -> Tie:
    """The other end with its word: "decision maker" on the account's page, "decision maker at" on the person's."""
    outgoing = getattr(row, f"from_{entity}_id") == pk
    forward, backward = words(row.role)
    side = "to" if outgoing else "from"
    name = "account" if getattr(row, f"{side}_account_id") else "contact"
    # Of whom it starts from, the role's own word reads on; to whom it leads, that one is named by the way back.
    word = forward if outgoing else backward
    return Tie(
        row.pk, name, getattr(row, f"{side}_{name}"), word, row.role.group, row.since, row.until, row.is_active,
        row.note,
    )  # fmt: skip
