"""What holds for accounts and contacts alike, and what follows when they are written."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.models import Account
from crm.models.choices import AccountKind
from crm.services.addresses import mirror_place
from crm.services.points import mirror_columns
from kernel.access import Actor
from kernel.errors import Invalid
from kernel.write import Change

#: No organization is built deeper; a longer chain is a circle.
DEEPEST = 50


def prepare_customer(record: Any, changed: set[str], actor: Actor) -> None:
    """A tier that somebody sets by hand says so; `crm.services.tiers.set_tier` gives the reasons of others."""
    if "tier" in changed:
        by = {"by": "hand", "who": actor.label, "at": timezone.now().isoformat()}
        record.tier_reason = by if record.tier else {}


def after_account(verb: str, changes: Sequence[Change], *, actor: Actor) -> None:
    if verb in ("created", "changed"):
        refuse_circles([c.record for c in changes if verb == "created" or "parent" in c.diff])
    mirror_columns("account", verb, changes, actor=actor)
    mirror_place("account", verb, changes, actor=actor)


def after_contact(verb: str, changes: Sequence[Change], *, actor: Actor) -> None:
    if verb in ("created", "changed"):
        _check_households([c.record for c in changes if verb == "created" or "household" in c.diff])
    mirror_columns("contact", verb, changes, actor=actor)
    mirror_place("contact", verb, changes, actor=actor)


def refuse_circles(records: Sequence[Any]) -> None:
    """An account stands below another, but never below itself; raises Invalid that names the one in between.

    Writers of hierarchies take turns, or two could close a circle together that neither of them saw.
    """
    moved = [record for record in records if record.parent_id]
    if not moved:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('crm.hierarchy'), hashtext(current_schema()))")
    above = _ancestors({record.parent_id for record in moved})
    for record in moved:
        _walk(record, above)


def _ancestors(ids: set[UUID]) -> dict[UUID, tuple[UUID | None, str]]:
    """(parent, name) of these accounts and of all above them; a query for each storey."""
    known: dict[UUID, tuple[UUID | None, str]] = {}
    frontier = set(ids)
    for _storey in range(DEEPEST):
        if not frontier:
            break
        rows = Account.everything.filter(pk__in=frontier).values_list("pk", "parent_id", "name")
        found = {pk: (parent, name) for pk, parent, name in rows}
        known |= found
        frontier = {parent for parent, _name in found.values() if parent} - known.keys()
    return known


def _walk(record: Any, above: dict[UUID, tuple[UUID | None, str]]) -> None:
    here, seen, below = record.parent_id, 0, record.name
    while here is not None and seen <= DEEPEST:
        if here == record.pk:
            raise Invalid.one("parent", "circle", _circle(record, below))
        here, below = above.get(here, (None, ""))
        seen += 1
    if seen > DEEPEST:
        raise Invalid.one("parent", "too_deep", _("The hierarchy would be more than 50 accounts deep."))


def _circle(record: Any, below: str) -> Any:
    if below == record.name:
        return _("An account cannot belong to itself. Choose another.")
    return format_lazy(
        _("“{below}” belongs to “{name}” already, directly or through others, so it cannot stand above it."),
        below=below, name=record.name,
    )  # fmt: skip


def _check_households(records: Sequence[Any]) -> None:
    ids = {record.household_id for record in records if record.household_id}
    if ids and Account.everything.filter(pk__in=ids).exclude(kind=AccountKind.HOUSEHOLD).exists():
        raise Invalid.one("household", "no_household", _("Choose an account of the kind “Household”."))
