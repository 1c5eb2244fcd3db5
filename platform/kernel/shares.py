"""Sharing one record with a person, a team or a role, beyond what their roles reach."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel import audit
from kernel.access import Actor, get_record_for, require_open
from kernel.errors import Invalid, NotFound
from kernel.events import publish
from kernel.models import RecordShare
from kernel.narrowing import whole
from kernel.registry import Entity

#: Kinds of receivers and the entities that they are.
RECEIVERS = {"user": "identity.User", "team": "identity.Team", "role": "identity.Role"}


@dataclass(frozen=True)
class Share:
    """A share as people read it."""

    row: RecordShare
    to: str
    by: str

    @property
    def over(self) -> bool:
        return self.row.until is not None and self.row.until <= timezone.now()


@transaction.atomic
def share_record(
    entity: str | Entity, pk: UUID | str, *, actor: Actor, to_kind: str, to_id: UUID | str, level: str = "view",
    until: datetime | None = None, note: str = "",
) -> RecordShare:  # fmt: skip
    """Open a record to somebody; asked again for the same receiver, the share becomes what is asked now.

    Whoever may change a record may share it, but no further than their own hand reaches.
    """
    require_open()
    kind = whole(entity)
    record = get_record_for(actor, kind, pk, "change")
    if level not in RecordShare.Level.values:
        raise Invalid.one("level", "unknown_level", _("Choose what they may do: see, change or delete."))
    if level == "delete":
        get_record_for(actor, kind, pk, "delete")
    if until is not None and until <= timezone.now():
        raise Invalid.one("until", "past", _("Choose a moment that is still to come."))
    receiver = _receiver(to_kind, to_id)
    row = (
        RecordShare.objects.select_for_update().filter(entity=kind.name, record_id=record.pk, to_id=receiver.pk).first()
    )
    before = _told(row) if row else None
    row = row or RecordShare(entity=kind.name, record_id=record.pk, to_kind=to_kind, to_id=receiver.pk)
    row.level, row.until, row.note, row.by_id = level, until, note.strip()[:300], actor.user_id
    after = _told(row)
    if before != after:
        row.save()
        _tell("shared", kind, record, row, str(receiver), before, after, actor)
    return row


@transaction.atomic
def unshare_record(entity: str | Entity, pk: UUID | str, share_id: UUID | str, *, actor: Actor) -> RecordShare:
    """Take a share back; `share_record` with the same values undoes that."""
    require_open()
    kind = whole(entity)
    record = get_record_for(actor, kind, pk, "change")
    row: RecordShare | None = _shares(kind, record.pk).select_for_update().filter(pk=share_id).first()
    if row is None:
        raise NotFound()
    _tell("unshared", kind, record, row, names_of([row]).get(row.to_id, ""), _told(row), None, actor)
    row.delete()
    return row


def list_shares(entity: str | Entity, pk: UUID | str, *, actor: Actor) -> list[Share]:
    """With whom a record is shared; whoever sees the record may know."""
    kind = whole(entity)
    record = get_record_for(actor, kind, pk)
    rows = list(_shares(kind, record.pk).order_by("created_at", "id"))
    names = names_of(rows)
    return [Share(row, names.get(row.to_id, "—"), names.get(row.by_id, "")) for row in rows]


def _shares(kind: Entity, pk: UUID) -> Any:
    return RecordShare.objects.filter(entity=kind.name, record_id=pk)


def _receiver(to_kind: str, to_id: UUID | str) -> Any:
    model = RECEIVERS.get(to_kind)
    if model is None:
        raise Invalid.one("to_kind", "unknown_receiver", _("Share with a person, a team or a role."))
    try:
        identifier = UUID(str(to_id))
    except ValueError:
        raise Invalid.one("to", "not_found", _("Choose with whom to share.")) from None
    manager: Any = apps.get_model(model)._default_manager
    found = manager.filter(pk=identifier).first()
    if found is None or not getattr(found, "is_active", True):
        raise Invalid.one("to", "not_found", _("Choose with whom to share."))
    return found


def names_of(rows: Iterable[RecordShare]) -> dict[UUID, str]:
    """Names of receivers and givers; also of those that are gone meanwhile."""
    wanted: dict[str, set[UUID]] = {}
    for row in rows:
        wanted.setdefault(row.to_kind, set()).add(row.to_id)
        if row.by_id:
            wanted.setdefault("user", set()).add(row.by_id)
    found: dict[UUID, str] = {}
    for kind, ids in wanted.items():
        for one in apps.get_model(RECEIVERS[kind])._base_manager.filter(pk__in=ids):
            found[one.pk] = str(one)
    return found


def _told(row: RecordShare) -> dict[str, Any]:
    return {"level": row.level, "until": row.until.isoformat() if row.until else None, "note": row.note or None}


def _tell(
    verb: str, kind: Entity, record: Any, row: RecordShare, name: str, before: dict[str, Any] | None,
    after: dict[str, Any] | None, actor: Actor,
) -> None:  # fmt: skip
    keys = ("level", "until", "note")
    changes = {key: [(before or {}).get(key), (after or {}).get(key)] for key in keys}
    changes = {key: pair for key, pair in changes.items() if pair[0] != pair[1]}
    told = {"with": [None, name] if after is not None else [name, None], **changes}
    audit.record_act(verb, actor=actor, entity=kind, record=record, changes=told)
    payload = {"id": str(record.pk), "entity": kind.name, "to": str(row.to_id), "to_kind": row.to_kind}
    publish(f"{kind.engine}.{kind.name}_{verb}", {**payload, "level": row.level})
