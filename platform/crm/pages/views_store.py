"""Saved views: who sees which, and the acts that change them. Every act is written down in the audit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.models import SavedView
from crm.pages.view_choice import person
from kernel.access import Actor
from kernel.audit import record_act
from kernel.errors import Denied, Invalid, NotFound
from kernel.models import AuditEntry
from kernel.query import labels_for
from kernel.registry import Entity, registry

MODES = ("list", "board", "calendar", "chart")
#: Who may say what opens first for everybody, and share with teams that are not their own.
MANAGE = "tenants.organization.change"


@dataclass(frozen=True)
class Sharing:
    """With whom a view is shared: nobody, everybody, or one team."""

    everybody: bool = False
    team: UUID | None = None

    @classmethod
    def read(cls, text: str) -> "Sharing":
        """ "", "all" or a team's id, as forms and the API send it."""
        if text in ("", "all"):
            return cls(text == "all")
        try:
            return cls(team=UUID(text))
        except ValueError:
            raise Invalid.one(
                "shared", "unknown_team", _("Share it with nobody, everybody or one of your teams.")
            ) from None


def _seen_by(actor: Actor) -> Q:
    return Q(user_id=actor.user_id) | Q(shared=True) | Q(team_id__in=sorted(actor.team_ids))


def views_visible_to(actor: Actor) -> QuerySet[SavedView]:
    """One's own views, those shared with everybody and those of the teams one reaches, in their order."""
    return SavedView.objects.filter(_seen_by(actor)).select_related("user").order_by("position", "id")


def views_of(entity: Entity, *, actor: Actor) -> list[SavedView]:
    return list(views_visible_to(actor).filter(entity=entity.name))


def mode_of(view: SavedView) -> str:
    """How the view shows its records."""
    mode = str(view.params.get("mode") or "list")
    return mode if mode in MODES else "list"


def get_view(pk: UUID | str, *, actor: Actor) -> SavedView:
    """A view the person may use; NotFound otherwise."""
    try:
        identifier = UUID(str(pk))
    except ValueError:
        raise NotFound() from None
    found = views_visible_to(actor).filter(pk=identifier).first()
    if found is None:
        raise NotFound()
    return found


def may_change(view: SavedView, actor: Actor) -> bool:
    return view.user_id == actor.user_id


def _own(pk: UUID | str, actor: Actor) -> SavedView:
    view = get_view(pk, actor=actor)
    if not may_change(view, actor):
        raise Denied(_("Only the person who made this view can change it. You can save a copy."))
    return view


def _name(name: str) -> str:
    kept = " ".join(name.replace("\x00", "").split())[:100]
    if not kept:
        raise Invalid.one("name", "required", _("Give the view a name, for example “Closing this month”."))
    return kept


def teams_to_share_with(actor: Actor) -> list[tuple[UUID, str]]:
    """Teams that the actor may share a view with, by name."""
    if actor.may(MANAGE):
        rows = registry.entity("team").model_class._default_manager.order_by("name")
        return list(rows.values_list("pk", "name"))
    return sorted(labels_for("team", actor.team_ids, actor=actor).items(), key=lambda pair: pair[1])


def _share(view: SavedView, sharing: Sharing, actor: Actor) -> None:
    is_new = sharing.team is not None and sharing.team != view.team_id
    if is_new and sharing.team not in {pk for pk, _name in teams_to_share_with(actor)}:
        raise Invalid.one("shared", "unknown_team", _("Share it with nobody, everybody or one of your teams."))
    view.shared, view.team_id = sharing.everybody, sharing.team
    if not view.shared:
        view.is_default = False


@transaction.atomic
def save_view(
    entity: Entity | str, *, actor: Actor, name: str, params: Mapping[str, Any], sharing: Sharing = Sharing()
) -> SavedView:
    """Keep what a list shows under a name."""
    kind = registry.entity(entity)
    last = SavedView.objects.filter(entity=kind.name).order_by("-position").values_list("position", flat=True).first()
    view = SavedView(
        entity=kind.name, name=_name(name), user_id=person(actor), params=dict(params),
        position=min((last or 0) + 1, 32_000),
    )  # fmt: skip
    _share(view, sharing, actor)
    view.save(force_insert=True)
    record_act("view_saved", actor=actor, entity=kind, label=view.name, changes={"view": [None, str(view.pk)]})
    return view


@transaction.atomic
def update_view(
    pk: UUID | str, *, actor: Actor, name: str | None = None, sharing: Sharing | None = None,
    params: Mapping[str, Any] | None = None,
) -> SavedView:  # fmt: skip
    """Rename a view of one's own, share it, or let it show something else."""
    view = _own(pk, actor)
    before = _kept(view)
    if name is not None:
        view.name = _name(name)
    if sharing is not None:
        _share(view, sharing, actor)
    if params is not None:
        view.params = dict(params)
    if (after := _kept(view)) != before:
        view.save()
        # What it shows is told by that it changed: the parameters would fill the line.
        told = [key for key in after if key not in ("params", "position") and after[key] != before[key]]
        changes = {key: [before[key], after[key]] for key in told}
        record_act("view_changed", actor=actor, entity=view.entity, label=view.name, changes=changes)
    return view


def _kept(view: SavedView) -> dict[str, Any]:
    return {
        "name": view.name, "shared": view.shared, "team_id": str(view.team_id) if view.team_id else None,
        "params": view.params, "position": view.position, "is_default": view.is_default,
    }  # fmt: skip


@transaction.atomic
def duplicate_view(pk: UUID | str, *, actor: Actor) -> SavedView:
    """A copy of one's own of any view that one may use."""
    view = get_view(pk, actor=actor)
    name = str(_("%(name)s (copy)") % {"name": view.name})
    return save_view(view.entity, actor=actor, name=name, params=view.params)


@transaction.atomic
def delete_view(pk: UUID | str, *, actor: Actor) -> UUID:
    """Delete a view of one's own; returns the audit row by which it can be brought back."""
    view = _own(pk, actor)
    changes = {"view": [{**_kept(view), "is_default": False}, None]}
    row = record_act("view_deleted", actor=actor, entity=view.entity, label=view.name, changes=changes)
    view.delete()
    return row.pk


@transaction.atomic
def restore_view(audit_id: UUID, *, actor: Actor) -> SavedView:
    """Bring back a view that this person deleted."""
    row = AuditEntry.objects.filter(pk=audit_id, action="view_deleted", actor_id=actor.user_id).first()
    if row is None:
        raise NotFound()
    kept = dict(row.changes["view"][0])
    if kept.get("team_id") and UUID(kept["team_id"]) not in {pk for pk, _n in teams_to_share_with(actor)}:
        kept["team_id"] = None
    return SavedView.objects.create(entity=row.entity, user_id=person(actor), **kept)


@transaction.atomic
def set_organization_default(entity: Entity, *, actor: Actor, view: SavedView | None) -> None:
    """The view that opens first for everybody who has not chosen another; it is shared with everybody."""
    if not actor.may(MANAGE):
        raise Denied()
    SavedView.objects.filter(entity=entity.name, is_default=True).update(is_default=False)
    if view is not None:
        view.is_default = view.shared = True
        view.team = None
        view.save(update_fields=["is_default", "shared", "team"])
    record_act(
        "view_default", actor=actor, entity=entity, label=view.name if view else "",
        changes={"view": [None, str(view.pk) if view else None]},
    )  # fmt: skip
