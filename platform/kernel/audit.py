"""The audit: written beside every change, read as a record's history. Lines are sealed later: kernel.sealing."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, JSONField, Model, Q, TextField, Value
from django.utils import timezone

from kernel.access import Actor, get_record_for
from kernel.context import get_door, get_tenant
from kernel.copying import copy_rows
from kernel.ids import uuid7
from kernel.models import AuditEntry
from kernel.narrowing import field_levels, seen_changes, whole
from kernel.registry import Entity, registry
from kernel.wake import note_work

SIGN_INS: Final = (
    "sign_in", "sign_out", "sign_in_failed", "second_step_failed", "passkey_failed", "password_failed",
    "invitation_refused", "reset_refused", "token_refused",
)  # fmt: skip
#: Who looked at, or took away, what others may not see.
READS: Final = ("opened", "revealed", "export", "exported", "downloaded", "audit_export")
CATEGORIES: Final = ("changes", "sign_ins", "reads")


def category(name: str) -> Q:
    """The lines of a category: everything that is neither a sign-in nor a read counts as a change."""
    if name == "changes":
        return ~Q(action__in=(*SIGN_INS, *READS))
    return Q(action__in=SIGN_INS if name == "sign_ins" else READS)


def plain(value: Any) -> Any:
    """A value as JSON keeps it in the audit: exact, and comparable with what is read back."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, UUID | datetime | date):
        return value.isoformat() if isinstance(value, date) else str(value)
    return value


def entry(
    action: str, *, actor: Actor, entity: Entity | str = "", record: Model | None = None, label: str = "",
    changes: Mapping[str, Any] | None = None, batch: UUID | None = None,
) -> AuditEntry:  # fmt: skip
    """An unsaved audit row."""
    through = get_door()
    kind = registry.entity(entity) if isinstance(entity, str) and _known(entity) else entity
    name = kind.name if isinstance(kind, Entity) else str(kind)
    if record is not None and not label and isinstance(kind, Entity):
        label = kind.title_of(record)
    return AuditEntry(
        actor_id=actor.user_id, actor_label=actor.label[:200], source=through.source, ip=through.ip,
        request_id=through.request_id[:64], action=action, entity=name, record_id=getattr(record, "pk", None),
        record_label=label[:300], changes=dict(changes or {}), batch=batch,
    )  # fmt: skip


def _known(name: str) -> bool:
    return any(entity.name == name for entity in registry.entities)


def record_act(
    action: str, *, actor: Actor, entity: Entity | str = "", record: Model | None = None, label: str = "",
    changes: Mapping[str, Any] | None = None,
) -> AuditEntry:  # fmt: skip
    """Write down an act that is not a record write: a sign-in, an export, a role's new levels."""
    row = entry(action, actor=actor, entity=entity, record=record, label=label, changes=changes)
    row.save(force_insert=True)
    _note()
    return row


def record_reveal(*, actor: Actor, entity: Entity | str, record: Model, field: str) -> AuditEntry:
    """Write down that somebody looked at the value of a field that is masked; the value itself stays out of it."""
    return record_act("revealed", actor=actor, entity=entity, record=record, changes={"fields": [None, [field]]})


def record_opening(*, actor: Actor, entity: Entity | str, record: Model) -> AuditEntry | None:
    """Write down that somebody opened a record, where the workspace's policy asks for that."""
    kind = registry.entity(entity)
    tenant = get_tenant()
    policy = dict(tenant.preferences.get("audit") or {}) if tenant else {}
    if kind.name not in policy.get("opened", ()):
        return None
    return record_act("opened", actor=actor, entity=kind, record=record)


def _note() -> None:
    """Somebody will have to seal this; the provider's own schema has nobody who does."""
    tenant = get_tenant()
    if tenant is not None and not tenant.is_public:
        note_work()


_COPIED = (
    "id", "at", "actor_id", "actor_label", "source", "ip", "request_id",
    "action", "entity", "record_id", "record_label", "changes", "batch",
)  # fmt: skip


def record_changes(
    kind: Entity, told: Iterable[tuple[str, Model, Mapping[str, Any]]], *, actor: Actor, batch: UUID
) -> None:
    """Write down many changes of one act, as (action, record, changes)."""
    through, now = get_door(), timezone.now()
    who = (actor.user_id, actor.label[:200], through.source, through.ip, through.request_id[:64])
    copy_rows(AuditEntry, _COPIED, (
        (uuid7(), now, *who, action, kind.name, record.pk, kind.title_of(record)[:300], changes, batch)
        for action, record, changes in told
    ))  # fmt: skip


class _Without(Func):
    """A JSON object without some of its keys."""

    template, arg_joiner, output_field = "(%(expressions)s)", " - ", JSONField()


def history(
    entity: str | Entity, pk: UUID, *, actor: Actor, limit: int = 50, before: UUID | None = None,
    without: Collection[str] = (),
) -> list[AuditEntry]:  # fmt: skip
    """What happened to one record, newest first; NotFound when the actor may not see it."""
    kind = whole(entity)
    get_record_for(actor, kind, pk)
    rows = AuditEntry.objects.filter(entity=kind.name, record_id=pk).order_by("-id")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if without:
        rows = rows.exclude(action__in=without)
    if hidden := [name for name, level in field_levels(actor, kind).items() if level == "hidden"]:
        # A change of nothing but what is hidden is no line, or its moment alone would tell of it.
        rows = rows.alias(rest=_Without("changes", Value(sorted(hidden), ArrayField(TextField())))).exclude(
            action="changed", rest={}
        )
    return [_seen(kind, row, actor) for row in rows[:limit]]


def _seen(kind: Entity, row: AuditEntry, actor: Actor) -> AuditEntry:
    """The row as this reader may know it: nothing of fields that are hidden from them."""
    row.changes = seen_changes(kind, row.changes, actor=actor)
    return row
