"""Why a record may be seen: the grounds, each under a name. The predicate and its explanation are both made of these.

Levels are in one order, and each includes those before it: own < team < team_below < territory < all. So the level of
several roles is the highest of theirs, and more roles never show less.

* own: I own it; where records have no owner, I made it.
* team: its owner is in a team that I belong to or lead. team_below: or in a team below one of these.
* territory: it lies in one of my territories or below. all: every record.
* share: it was shared with me, with a role of mine, or with a team that I or a team above mine is in. A share opens a
  record, never a kind of record: whose roles say "none" for the kind sees nothing, shared or not.

A record of a type that is private to a team is open to the people of that team and of the teams below, to its owner, to
whom it is shared with and to administrators; for others only `own` and `share` hold, whatever their level.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from kernel.among import Ids
from kernel.registry import LEVELS, Entity

if TYPE_CHECKING:
    from kernel.access import Actor

RANK = {level: rank for rank, level in enumerate(LEVELS)}
#: Levels of a share that are good for an action on the record.
SHARED_FOR = {"view": ("view", "change", "delete"), "export": ("view", "change", "delete"),
              "change": ("change", "delete"), "delete": ("delete",)}  # fmt: skip
NOTHING = Q(pk__in=[])
#: Ids of people and of shared records that are written into a query, at most.
MOST_WRITTEN = 1000


@dataclass(frozen=True)
class Grounds:
    """`own` and `share` hold for every record; those in `wide` only where its type is not closed to the actor."""

    level: str = "none"
    own: Q | None = None
    wide: dict[str, Q] = field(default_factory=dict)
    #: The record's type is private to others.
    closed: Q | None = None
    share: Q | None = None

    def condition(self) -> Q:
        """All of it as one condition, without what says nothing new."""
        if self.level == "none":
            return NOTHING
        widest = self.wide.get("all")
        if widest is not None and self.closed is None:
            return Q()
        wide = [widest] if widest is not None else [q for name, q in self.wide.items() if self._needed(name)]
        reach = _any_of(wide) if wide else None
        if reach is not None and self.closed is not None:
            reach = reach & ~self.closed
        parts = [part for part in (self.own, reach, self.share) if part is not None]
        return _any_of(parts) if parts else NOTHING

    def _needed(self, name: str) -> bool:
        return not (name == "team" and "team_below" in self.wide)


def _any_of(parts: Iterable[Q]) -> Q:
    return Q(*parts, _connector=Q.OR)


def grounds_of(kind: Entity, actor: "Actor", action: str) -> Grounds:
    """The grounds on which this actor may do `action`; the level is the lower of the action's and of seeing at all."""
    level = actor.level(kind.permission(action))
    if action != "view":
        # What one may not see, one may not touch.
        level = min(level, actor.level(kind.permission("view")), key=RANK.__getitem__)
    if level == "all" and (actor.system or actor.admin):
        return Grounds("all", wide={"all": Q()})
    if level == "none" or actor.user_id is None:
        return Grounds()
    owner = f"{kind.owner}_id" if kind.has_owner else "created_by_id"
    wide: dict[str, Q] = {}
    if kind.has_owner and actor.own_team_ids and RANK[level] >= RANK["team"]:
        wide["team"] = _owner_in(actor, owner, actor.own_team_ids)
    if kind.has_owner and actor.team_ids and RANK[level] >= RANK["team_below"]:
        wide["team_below"] = _owner_in(actor, owner, actor.team_ids)
    if actor.territory_ids and RANK[level] >= RANK["territory"] and has_column(kind, "territory_id"):
        wide["territory"] = Q(territory_id__in=sorted(actor.territory_ids))
    if level == "all":
        wide["all"] = Q()
    hidden = sorted(one.id for one in actor.types if one.entity == kind.name and not one.open)
    closed = Q(record_type_id__in=hidden) if hidden and has_column(kind, "record_type_id") else None
    return Grounds(level, Q(**{owner: actor.user_id}), wide, closed, _shared(kind, actor, action))


def _owner_in(actor: "Actor", owner: str, teams: frozenset[Any]) -> Q:
    user = apps.get_model("identity", "User")
    people = user._base_manager.filter(team_id__in=sorted(teams)).order_by().values_list("pk", flat=True)
    return _among(actor, owner, people, ("people", teams))


def _among(actor: "Actor", column: str, ids: Any, key: Any) -> Q:
    """`column IN (ids)`, the ids read once for each actor and written out.

    So the planner knows how many rows that is and which index serves, and looks each row up in a hash. Of an array made
    by a subquery it guesses ten, and compares every row with every id. Of more ids than that, IN makes a hash itself.
    """
    if key not in actor.memo:
        found = sorted(ids[: MOST_WRITTEN + 1])
        actor.memo[key] = Ids(found) if len(found) <= MOST_WRITTEN else None
    written = actor.memo[key]
    return Q(**{f"{column}__in": ids}) if written is None else Q(**{f"{column}__among": written})


def _shared(kind: Entity, actor: "Actor", action: str) -> Q | None:
    levels = SHARED_FOR.get(action)
    if levels is None or not actor.sharing:
        return None
    few = _few_shares(actor)
    if few is None:
        rows = shares_with(actor).filter(entity=kind.name, level__in=levels).values_list("record_id", flat=True)
        return _among(actor, "pk", rows, ("shares", kind.name, levels))
    key = ("few shares", kind.name, levels)
    if key not in actor.memo:
        actor.memo[key] = Ids({pk for pk, level in few.get(kind.name, ()) if level in levels})
    return Q(pk__among=actor.memo[key]) if kind.name in few else None


def _few_shares(actor: "Actor") -> dict[str, list[tuple[str, str]]] | None:
    """All that is shared with this actor, by entity, read once for pages that ask for several kinds of records; None
    where it is too much to be written into queries.
    """
    if "shared" not in actor.memo:
        # As texts: a thousand UUIDs are made in milliseconds, only to be written out again.
        as_text = Cast("record_id", TextField())
        rows = list(shares_with(actor).values_list("entity", as_text, "level")[: MOST_WRITTEN + 1])
        found: dict[str, list[tuple[str, str]]] = {}
        for entity, pk, level in rows:
            found.setdefault(entity, []).append((pk, level))
        actor.memo["shared"] = found if len(rows) <= MOST_WRITTEN else None
    few: dict[str, list[tuple[str, str]]] | None = actor.memo["shared"]
    return few


def shares_with(actor: "Actor") -> Any:
    """Shares that hold now for this actor: their own, those of their roles, of their teams and of the teams above."""
    share = apps.get_model("kernel", "RecordShare")
    receivers = sorted({*actor.unit_ids, *actor.role_ids, *([actor.user_id] if actor.user_id else [])})
    holds = Q(until__isnull=True) | Q(until__gt=timezone.now())
    return share._default_manager.filter(holds, to_id__in=receivers).order_by()


def has_column(kind: Entity, name: str) -> bool:
    try:
        kind.model_class._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
