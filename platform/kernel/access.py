"""The one permission predicate. Every face asks here; nobody filters by hand.

Roles give each permission a level, several roles the highest of theirs; kernel.grounds says what the levels mean and
what else opens a record. Unknown permissions, entities of engines that are off, and actors without a role get nothing.
Where the workspace is read-only or closed, nobody holds what would change it, the system included.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from kernel.context import get_tenant
from kernel.errors import Denied, NotFound
from kernel.grounds import NOTHING, RANK, grounds_of
from kernel.registry import Entity, registry

__all__ = [
    "NOTHING", "Actor", "HeldRole", "TypeHere", "allows", "denied", "entity_for", "get_record_for", "may_add",
    "records_hanging_on", "records_visible_to", "require", "require_open", "system_actor", "visible",
    "visible_on_shown",
]  # fmt: skip


@dataclass(frozen=True)
class HeldRole:
    """A role of an actor: what it gives on its own, for saying which role gives what."""

    id: UUID
    label: str
    levels: Mapping[str, str]


@dataclass(frozen=True)
class TypeHere:
    """A record type of this workspace; `open` where the actor is among those it is not closed to."""

    id: UUID
    entity: str
    key: str
    names: Mapping[str, str]
    active: bool = True
    default: bool = False
    team_id: UUID | None = None
    open: bool = True


@dataclass(frozen=True)
class Actor:
    """Who acts. Built once a request (identity.actors.actor_for) and passed on, keyword-only, to every service."""

    user_id: UUID | None
    label: str
    levels: Mapping[str, str] = field(default_factory=dict)
    #: What the level "team_below" reaches: the teams that I belong to or lead, and all below these.
    team_ids: frozenset[UUID] = frozenset()
    engines: frozenset[str] = frozenset()
    #: Code of ours acting for nobody (seeding, a scheduled job): may do everything in this workspace.
    system: bool = False
    #: The teams that I belong to or lead, themselves.
    own_team_ids: frozenset[UUID] = frozenset()
    #: My teams and all above them: what is given to one of these is given to me.
    unit_ids: frozenset[UUID] = frozenset()
    #: My territories and all below them.
    territory_ids: frozenset[UUID] = frozenset()
    role_ids: frozenset[UUID] = frozenset()
    roles: tuple[HeldRole, ...] = ()
    #: Holds the administrators' role.
    admin: bool = False
    #: Whether anything at all is shared in this workspace with this actor.
    sharing: bool = False
    types: tuple[TypeHere, ...] = ()
    #: Whether this workspace has territories at all.
    has_territories: bool = False
    #: Levels of fields that are less than "edit", by code: {"crm.contact.email": "masked"}.
    fields: Mapping[str, str] = field(default_factory=dict)
    #: Codes of masked fields that this actor may have revealed, one value at a time.
    reveals: frozenset[str] = frozenset()
    #: By when this person must have a second step for signing in; None where they have one, or need none.
    secure_by: datetime | None = None
    #: What was worked out for this actor once (kernel.narrowing).
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def level(self, code: str) -> str:
        """The level this actor has on a permission; "none" for what is unknown or switched off."""
        permission = registry.permissions.get(code)
        if permission is None or not _holds_here(permission.holds):
            return "none"
        if self.system:
            return "all"
        engine = code.partition(".")[0]
        if engine not in self.engines and engine not in registry.always_on():
            return "none"
        return self.levels.get(code, "none")

    def may(self, code: str) -> bool:
        """Whether this permission is held at any level."""
        return RANK[self.level(code)] > 0


def _holds_here(holds: str) -> bool:
    tenant = get_tenant()
    if tenant is None or not tenant.read_only:
        return True
    return holds == "closed" or (holds == "read_only" and not tenant.closed)


def denied() -> Denied:
    """A refusal that gives the reason people can do something about."""
    tenant = get_tenant()
    return Denied((tenant.read_only if tenant else "") or None)


def require_open() -> None:
    """Refuse where nothing may be changed, whoever asks: the first line of services that write records."""
    tenant = get_tenant()
    if tenant is not None and tenant.read_only:
        raise denied()


def system_actor(label: str = "system") -> Actor:
    return Actor(user_id=None, label=label, system=True, engines=frozenset(m.name for m in registry.modules))


def visible(entity: str | Entity, actor: Actor, action: str = "view", *, on: Entity | None = None) -> Q:
    """The condition under which `actor` may do `action` to a record of `entity`; of those that hang on any record, with
    `on`, only for what hangs on records of that one.
    """
    kind = registry.entity(entity)
    allowed = visible_on_shown(kind, actor, action)
    if actor.system or not kind.is_part or allowed is NOTHING:
        return allowed
    return allowed & (_by_record(kind, actor, action, on) if kind.hangs_on else _by_parents(kind, actor, action))


def visible_on_shown(entity: str | Entity, actor: Actor, action: str = "view") -> Q:
    """Of a part of records that the actor was shown already, what is left to ask: the whole is not looked up again."""
    kind = registry.entity(entity)
    allowed = grounds_of(kind, actor, action).condition()
    if actor.system or allowed is NOTHING or not kind.closed_by:
        return allowed
    closed: Q = kind.closed_by_function(actor)
    return allowed & closed


def entity_for(actor: Actor, entity: str | Entity) -> Entity:
    """The entity as this actor may see it. Every face takes its entities from here."""
    from kernel.narrowing import narrowed_for  # which stands on Actor

    return narrowed_for(actor, entity)


#: What one may do to a part follows from one of these on the whole.
_READS = frozenset({"view", "export"})


def _by_parents(kind: Entity, actor: Actor, action: str) -> Q:
    """Parts of others: all that they belong to are to be seen, and to write, one of them is to be changed."""
    seen = Q()
    for name in kind.within:
        seen &= _end(kind, name, actor, "view")
    if action in _READS:
        return seen
    writes = [Q(**{f"{name}__isnull": False}) & _end(kind, name, actor, "change") for name in kind.within]
    return seen & Q(*writes, _connector=Q.OR)


def _end(kind: Entity, name: str, actor: Actor, action: str) -> Q:
    target = registry.entity(kind.field(name).target)
    allowed = visible(target, actor, action)
    if not allowed:
        return Q(**{f"{name}__deleted_at__isnull": True})  # true as well where nothing stands here
    none = Q(**{f"{name}__isnull": True})
    return none if allowed == NOTHING else none | Q(_exists(target, allowed, f"{name}_id"))


def _exists(target: Entity, allowed: Q, column: str) -> Exists:
    return Exists(target.model_class._default_manager.filter(allowed, pk=OuterRef(column)))


def _by_record(kind: Entity, actor: Actor, action: str, on: Entity | None) -> Q:
    """What hangs on any record: as that record is, in engines that are on."""
    assert kind.hangs_on is not None
    named, column = kind.hangs_on
    act, ways = "view" if action in _READS else "change", []
    for target in registry.entities_of(actor.engines):
        if target.is_part or (on is not None and target.name != on.name):
            continue
        if (allowed := visible(target, actor, act)) == NOTHING:
            continue
        ways.append(Q(**{named: target.name}) & Q(_exists(target, allowed, column)))
    return Q(*ways, _connector=Q.OR) if ways else NOTHING


def may_add(entity: str | Entity, actor: Actor) -> bool:
    return actor.may(registry.entity(entity).permission("add"))


def require(actor: Actor, code: str) -> None:
    """Refuse unless the permission is held at some level."""
    if not actor.may(code):
        raise denied()


def records_visible_to(actor: Actor, entity: str | Entity, action: str = "view") -> QuerySet[Any]:
    """The records of an entity that `actor` may do `action` to; deleted ones are not among them."""
    kind = registry.entity(entity)
    return kind.records().filter(visible(kind, actor, action))


def records_hanging_on(record: Any, entity: str | Entity, actor: Actor, action: str = "view") -> QuerySet[Any]:
    """The notes, files … of one record that `actor` may do `action` to: nothing is asked about other kinds of records,
    on which none of these hangs.
    """
    kind, on = registry.entity(entity), registry.entity(record.entity_name)
    assert kind.hangs_on is not None
    here = dict(zip(kind.hangs_on, (on.name, record.pk), strict=True))
    return kind.records().filter(visible(kind, actor, action, on=on), **here)


def deleted_records_for(actor: Actor, entity: str | Entity, ids: Iterable[UUID]) -> QuerySet[Any]:
    """Deleted ones among these, of those that the actor could see if they were there."""
    kind = registry.entity(entity)
    rows = kind.records(everything=True).filter(visible(kind, actor), pk__in=list(ids))
    return rows.filter(deleted_at__isnull=False) if hasattr(kind.model_class, "deleted_at") else rows.none()


def get_record_for(actor: Actor, entity: str | Entity, pk: UUID | str, action: str = "view") -> Any:
    """Fetch and authorise in one call. Invisible and absent are both NotFound; seen but not permitted is Denied."""
    kind = registry.entity(entity)
    try:
        identifier = pk if isinstance(pk, UUID) else UUID(str(pk))
    except ValueError:
        raise NotFound() from None
    record: Model | None = records_visible_to(actor, kind).filter(pk=identifier).first()
    if record is None:
        raise NotFound()
    if action != "view" and not allows(actor, kind, record, action):
        raise denied()
    return record


def allows(actor: Actor, entity: str | Entity, record: Any, action: str) -> bool:
    """Whether `actor` may do `action` to this very record, decided by the same predicate in the database."""
    kind = registry.entity(entity)
    condition = visible(kind, actor, action)
    if not condition:
        return True
    if condition is NOTHING:
        return False
    return bool(kind.records().filter(condition, pk=record.pk).exists())
