"""What a person chose for an entity's pages: columns, their widths, tabs, and the view that opens first."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from crm.models import SavedView, ViewChoice
from kernel.access import Actor
from kernel.errors import Denied
from kernel.registry import Entity

ALL = "all"
NARROWEST, WIDEST = 60, 800


def person(actor: Actor) -> UUID:
    """Views belong to people; code that acts for nobody has none."""
    if actor.user_id is None:
        raise Denied()
    return actor.user_id


def choice_of(entity: Entity, *, actor: Actor) -> ViewChoice:
    """What the person chose for this entity; a blank one, not yet saved, at first."""
    who = person(actor)
    blank = ViewChoice(user_id=who, entity=entity.name)
    return ViewChoice.objects.filter(user_id=who, entity=entity.name).first() or blank


def columns_from(choice: ViewChoice, view: str) -> tuple[str, ...]:
    kept = dict(choice.params.get("columns") or {})
    return tuple(kept.get(view or ALL) or ())


def widths_from(choice: ViewChoice, view: str) -> dict[str, int]:
    kept = dict(choice.params.get("widths") or {})
    return {str(name): int(width) for name, width in dict(kept.get(view or ALL) or {}).items()}


def first_view(choice: ViewChoice, views: Sequence[SavedView]) -> SavedView | None:
    """What opens when nothing is asked for: the person's own choice, else the organization's."""
    if choice.default_view_id:
        return next((v for v in views if v.pk == choice.default_view_id), None)
    if choice.params.get("all_first"):
        return None
    return next((v for v in views if v.is_default), None)


def tabs_from(choice: ViewChoice, views: Sequence[SavedView]) -> tuple[list[SavedView], list[SavedView]]:
    """Views that stand as tabs in the person's order, and the others, which a menu holds."""
    order = {pk: at for at, pk in enumerate(choice.params.get("tabs") or ())}
    off = set(choice.params.get("off") or ())
    ordered = sorted(views, key=lambda view: order.get(str(view.pk), len(order)))
    return [v for v in ordered if str(v.pk) not in off], [v for v in ordered if str(v.pk) in off]


@transaction.atomic
def set_default_view(entity: Entity, *, actor: Actor, view: SavedView | None) -> None:
    """The view that opens first for this person; None for everything, whatever the organization has chosen."""
    choice = choice_of(entity, actor=actor)
    choice.default_view = view
    choice.params = {**choice.params, "all_first": view is None}
    choice.save()


@transaction.atomic
def set_tabs(entity: Entity, *, actor: Actor, order: Iterable[str], off: Iterable[str]) -> None:
    """Which views stand as tabs, and in which order."""
    choice = choice_of(entity, actor=actor)
    choice.params = {**choice.params, "tabs": list(order), "off": list(off)}
    choice.save()


@transaction.atomic
def remember_columns(entity: Entity, names: tuple[str, ...], *, view: str, actor: Actor) -> None:
    """Keep the person's columns for this view (or for "all")."""
    _remember(entity, "columns", list(names), view, actor)


@transaction.atomic
def remember_widths(entity: Entity, widths: Mapping[str, int], *, view: str, actor: Actor) -> None:
    """Keep how wide this person wants the columns; none: as wide as they like."""
    kept = {name: min(max(width, NARROWEST), WIDEST) for name, width in widths.items()}
    _remember(entity, "widths", kept, view, actor)


def _remember(entity: Entity, what: str, value: Any, view: str, actor: Actor) -> None:
    choice = choice_of(entity, actor=actor)
    kept = dict(choice.params.get(what) or {})
    if value:
        kept[view or ALL] = value
    else:
        kept.pop(view or ALL, None)
    choice.params = {**choice.params, what: kept}
    choice.save()
