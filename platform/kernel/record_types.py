"""Record types: kinds of one entity's records that an organization tells apart, private to a team where it says so."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from kernel import audit
from kernel.access import Actor, require, require_open
from kernel.errors import Invalid, NotFound
from kernel.models import RecordType
from kernel.narrowing import TYPE, whole
from kernel.registry import Entity, registry

#: Who decides what roles may do decides this too: a private type is a matter of who sees what.
MANAGE = "identity.role.manage"


def typed_entities(engines: Any) -> list[Entity]:
    """Entities of this workspace whose records can have a type."""
    return [entity for entity in registry.entities_of(engines) if TYPE in entity.all_fields]


@transaction.atomic
def save_record_type(
    *, actor: Actor, entity: str | Entity, names: Mapping[str, str], key: str = "", team_id: UUID | None = None,
    active: bool = True, default: bool = False, pk: UUID | str | None = None,
) -> RecordType:  # fmt: skip
    """Make a type, or with `pk` change one. Its key stays what it was: programs know it by that."""
    require(actor, MANAGE)
    require_open()
    kind = whole(entity)
    if TYPE not in kind.all_fields:
        raise Invalid.one("entity", "no_types", _("Records of this kind have no types."))
    said = {language: text.strip()[:80] for language, text in names.items() if text.strip()}
    if not said:
        raise Invalid.one("names", "required", _("Give the type a name."))
    if team_id is not None and not apps.get_model("identity", "Team")._default_manager.filter(pk=team_id).exists():
        raise Invalid.one("team", "not_found", _("Choose a team."))
    if default and (team_id is not None or not active):
        # A default that some may not give would leave them unable to add anything.
        raise Invalid.one("default", "not_for_all", _("The default is a type in use that everybody may see."))
    row = (
        _existing(kind, pk)
        if pk
        else RecordType(entity=kind.name, key=_free_key(kind, key or next(iter(said.values()))))
    )
    before = _told(row) if pk else {}
    if default:
        RecordType.objects.filter(entity=kind.name, is_default=True).exclude(pk=row.pk).update(is_default=False)
    row.names, row.team_id, row.is_active, row.is_default = said, team_id, active, default
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Invalid.one("key", "taken", _("Another type has this already.")) from None
    after = _told(row)
    changes = {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}
    if changes:
        audit.record_act("record_type", actor=actor, entity=kind, label=next(iter(said.values())), changes=changes)
    return row


def _existing(kind: Entity, pk: UUID | str) -> RecordType:
    row = RecordType.objects.select_for_update().filter(entity=kind.name, pk=pk).first()
    if row is None:
        raise NotFound()
    return row


@transaction.atomic
def delete_record_type(*, actor: Actor, pk: UUID | str) -> None:
    """Take away a type that no record has; one in use can only be taken out of use."""
    require(actor, MANAGE)
    require_open()
    row = RecordType.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound()
    kind = whole(row.entity)
    if kind.records(everything=True).filter(record_type_id=row.pk).exists():
        raise Invalid.one("", "in_use", _("Records have this type. Take it out of use instead."))
    name = next(iter(row.names.values()), row.key)
    audit.record_act("record_type", actor=actor, entity=kind, label=name, changes={"key": [row.key, None]})
    row.delete()


def _free_key(kind: Entity, wish: str) -> str:
    stem = slugify(wish)[:50].replace("-", "_") or "type"
    taken = set(RecordType.objects.filter(entity=kind.name, key__startswith=stem).values_list("key", flat=True))
    return next(key for n in range(len(taken) + 1) if (key := stem if n == 0 else f"{stem}_{n + 1}") not in taken)


def _told(row: RecordType) -> dict[str, Any]:
    team = str(row.team_id) if row.team_id else None
    return {"names": row.names, "team": team, "active": row.is_active, "default": row.is_default}
