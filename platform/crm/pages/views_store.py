"""Saved views and what a person chose for an entity: read here, written here."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import SavedView, ViewChoice
from kernel.access import Actor
from kernel.audit import record_act
from kernel.errors import Denied, Invalid, NotFound
from kernel.models import AuditEntry
from kernel.registry import Entity, registry

ALL = "all"


def views_of(entity: Entity, *, actor: Actor) -> list[SavedView]:
    """The person's own views and those others share, in their order."""
    mine = Q(user_id=actor.user_id) | Q(shared=True)
    return list(SavedView.objects.filter(mine, entity=entity.name).order_by("position", "id"))


def choice_of(entity: Entity, *, actor: Actor) -> ViewChoice:
    """What the person chose for this entity; a blank one, not yet saved, at first."""
    person = _person(actor)
    blank = ViewChoice(user_id=person, entity=entity.name)
    return ViewChoice.objects.filter(user_id=person, entity=entity.name).first() or blank


def _person(actor: Actor) -> UUID:
    """Views belong to people; code that acts for nobody has none."""
    if actor.user_id is None:
        raise Denied()
    return actor.user_id


def columns_from(choice: ViewChoice, view: str) -> tuple[str, ...]:
    kept = dict(choice.params.get("columns") or {})
    return tuple(kept.get(view or ALL) or ())


def get_view(pk: UUID | str, *, actor: Actor) -> SavedView:
    """A view the person may use; NotFound otherwise."""
    try:
        identifier = UUID(str(pk))
    except ValueError:
        raise NotFound() from None
    found = SavedView.objects.filter(Q(user_id=actor.user_id) | Q(shared=True), pk=identifier).first()
    if found is None:
        raise NotFound()
    return found


def _own(pk: UUID | str, actor: Actor) -> SavedView:
    view = get_view(pk, actor=actor)
    if view.user_id != actor.user_id:
        raise Denied(_("Only the person who made this view can change it. You can save a copy."))
    return view


def _name(name: str) -> str:
    kept = " ".join(name.split())[:100]
    if not kept:
        raise Invalid.one("name", "required", _("Give the view a name, for example “Closing this month”."))
    return kept


@transaction.atomic
def save_view(
    entity: Entity | str, *, actor: Actor, name: str, params: Mapping[str, Any], shared: bool = False
) -> SavedView:
    """Keep what a list shows under a name."""
    kind = registry.entity(entity)
    last = SavedView.objects.filter(entity=kind.name).order_by("-position").values_list("position", flat=True).first()
    view = SavedView.objects.create(
        entity=kind.name, name=_name(name), user_id=_person(actor), shared=shared, params=dict(params),
        position=min((last or 0) + 1, 32_000),
    )  # fmt: skip
    record_act("view_saved", actor=actor, entity=kind, label=view.name, changes={"view": [None, str(view.pk)]})
    return view


@transaction.atomic
def update_view(
    pk: UUID | str, *, actor: Actor, name: str | None = None, shared: bool | None = None,
    params: Mapping[str, Any] | None = None,
) -> SavedView:  # fmt: skip
    """Rename a view of one's own, share it, or let it show something else."""
    view = _own(pk, actor)
    before = {"name": view.name, "shared": view.shared, "params": view.params}
    if name is not None:
        view.name = _name(name)
    if shared is not None:
        view.shared = shared
    if params is not None:
        view.params = dict(params)
    view.save()
    after = {"name": view.name, "shared": view.shared, "params": view.params}
    # What it shows is told by that it changed: the parameters would fill the line.
    changes = {key: [before[key], after[key]] for key in ("name", "shared") if before[key] != after[key]}
    if before != after:
        record_act("view_changed", actor=actor, entity=view.entity, label=view.name, changes=changes)
    return view


@transaction.atomic
def delete_view(pk: UUID | str, *, actor: Actor) -> UUID:
    """Delete a view of one's own; returns the audit row by which it can be brought back."""
    view = _own(pk, actor)
    kept = {"name": view.name, "shared": view.shared, "params": view.params, "position": view.position}
    row = record_act("view_deleted", actor=actor, entity=view.entity, label=view.name, changes={"view": [kept, None]})
    view.delete()
    return row.pk


@transaction.atomic
def restore_view(audit_id: UUID, *, actor: Actor) -> SavedView:
    """Bring back a view that this person deleted."""
    row = AuditEntry.objects.filter(pk=audit_id, action="view_deleted", actor_id=actor.user_id).first()
    if row is None:
        raise NotFound()
    kept = row.changes["view"][0]
    return SavedView.objects.create(entity=row.entity, user_id=_person(actor), **kept)


@transaction.atomic
def set_default_view(entity: Entity, *, actor: Actor, view: SavedView | None) -> None:
    """The view that opens first for this person; None for everything."""
    choice = choice_of(entity, actor=actor)
    choice.default_view = view
    choice.save()


@transaction.atomic
def remember_columns(entity: Entity, names: tuple[str, ...], *, view: str, actor: Actor) -> None:
    """Keep the person's columns for this view (or for "all")."""
    choice = choice_of(entity, actor=actor)
    kept = dict(choice.params.get("columns") or {})
    if names:
        kept[view or ALL] = list(names)
    else:
        kept.pop(view or ALL, None)
    choice.params = {**choice.params, "columns": kept}
    choice.save()
