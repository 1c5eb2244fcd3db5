"""When somebody leaves: what hangs on them, who takes it over, the way in that is closed; and coming back.

What they own passes on entity by entity. Beside that stands what a `Belonging` says: teams they lead, territories they
serve, records shared with them. Other parts add theirs by `belongings.append`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from identity.models import Team, TerritoryMember, User
from identity.services.people import MANAGE, guard_last_admin, require_over
from identity.services.sessions import end_sessions
from identity.services.writing import change_user, lock_user, tell
from kernel.access import Actor, require
from kernel.audit import record_act
from kernel.context import get_tenant
from kernel.errors import Invalid, Text
from kernel.jobs import cancel_job
from kernel.models import Job, RecordShare
from kernel.records import bulk_update
from kernel.registry import Entity, registry


@dataclass(frozen=True)
class Belonging:
    """A kind of thing that hangs on a person and can pass to another; `pass_on` says how many did."""

    key: str
    label: Text
    count: Callable[[User], int]
    pass_on: Callable[[Actor, User, User], int]


def owned_entities() -> Iterable[Entity]:
    """Entities of this workspace whose records have somebody responsible, the organization's own among them."""
    tenant = get_tenant()
    engines = tenant.engines if tenant else frozenset()
    return [entity for entity in registry.entities_of(engines) if entity.has_owner]


def belongings_of(user: User) -> list[tuple[Belonging, int]]:
    """What hangs on somebody, with its number; kinds of which there is nothing are left out."""
    kinds = [*map(_owned, owned_entities()), *belongings]
    return [(kind, number) for kind in kinds if (number := kind.count(user))]


def _owned(entity: Entity) -> Belonging:
    def rows(user: User) -> Any:
        return entity.records().filter(**{f"{entity.owner}_id": user.pk})

    def pass_on(actor: Actor, user: User, to: User) -> int:
        return bulk_update(entity, rows(user), actor=actor, values={entity.owner: to}).changed

    return Belonging(entity.name, entity.label_plural, lambda user: rows(user).count(), pass_on)


def _lead_teams(actor: Actor, user: User, to: User) -> int:
    return bulk_update("team", Team.objects.filter(manager=user), actor=actor, values={"manager": to}).changed


def _serve_territories(actor: Actor, user: User, to: User) -> int:
    served = list(TerritoryMember.objects.filter(user=user).values_list("territory_id", flat=True))
    rows = [TerritoryMember(territory_id=pk, user=to) for pk in served]
    TerritoryMember.objects.bulk_create(rows, ignore_conflicts=True)
    TerritoryMember.objects.filter(user=user).delete()
    return len(served)


def _take_shares(actor: Actor, user: User, to: User) -> int:
    """Where both had one for the same record, the receiver's own stays as it is."""
    mine = RecordShare.objects.filter(to_kind="user", to_id=user.pk)
    number = mine.count()
    theirs = set(RecordShare.objects.filter(to_id=to.pk).values_list("entity", "record_id"))
    double = [one.pk for one in mine if (one.entity, one.record_id) in theirs]
    RecordShare.objects.filter(pk__in=double).delete()
    mine.update(to_id=to.pk)
    return number


belongings: list[Belonging] = [
    Belonging("led_teams", _("Teams led"), lambda user: Team.objects.filter(manager=user).count(), _lead_teams),
    Belonging(
        "served_territories", _("Territories served"),
        lambda user: TerritoryMember.objects.filter(user=user, territory__deleted_at=None).count(), _serve_territories,
    ),
    Belonging(
        "shares", _("Records shared with them"),
        lambda user: RecordShare.objects.filter(to_kind="user", to_id=user.pk).count(), _take_shares,
    ),
]  # fmt: skip


def unfinished_jobs(user: User) -> Any:
    """Work in the background that runs by this person's rights: it stops when they go."""
    return Job.objects.filter(created_by_id=user.pk, state__in=(Job.State.WAITING, Job.State.RUNNING))


@transaction.atomic
def deactivate_user(
    *, actor: Actor, user: User, to: User | None = None, by_kind: Mapping[str, User] | None = None
) -> User:
    """Close somebody's way in at once, tokens and sessions included.

    What hangs on them passes to `to`, and kinds named in `by_kind` to the people named there; without either it stays.
    """
    user = lock_user(user)
    require_over(actor, user)
    if user.pk == actor.user_id:
        raise Invalid.one("", "yourself", _("You cannot deactivate yourself. Ask another administrator."))
    guard_last_admin(user)
    if to is not None or by_kind:
        hand_over(actor=actor, user=user, to=to, by_kind=by_kind)
    change_user(user, actor=actor, state=User.State.DEACTIVATED)
    user.tokens.all().delete()
    end_sessions(user)
    for job in unfinished_jobs(user):
        cancel_job(job.pk, actor=actor)
    tell("identity.user_deactivated", {"id": str(user.pk), "handed_to": str(to.pk) if to else None})
    return user


@transaction.atomic
def reactivate_user(*, actor: Actor, user: User) -> User:
    """Let somebody in again. What was handed over stays where it is."""
    user = lock_user(user)
    require_over(actor, user)
    if user.state != User.State.DEACTIVATED:
        raise Invalid.one("", "not_deactivated", _("This person is not deactivated."))
    back = User.State.ACTIVE if user.has_usable_password() else User.State.PLACEHOLDER
    change_user(user, actor=actor, state=back)
    return user


@transaction.atomic
def hand_over(*, actor: Actor, user: User, to: User | None = None, by_kind: Mapping[str, User] | None = None) -> int:
    """Pass on what hangs on `user`, in every engine that is on; says how many things passed."""
    require(actor, MANAGE)
    chosen = dict(by_kind or {})
    for field, receiver in [("to", to), *((f"to_{key}", one) for key, one in chosen.items())]:
        if receiver is not None and (receiver.pk == user.pk or not receiver.is_active):
            raise Invalid.one(field, "bad_receiver", _("Choose another active person."))
    moved = 0
    receivers: dict[str, str] = {}
    for kind, _number in belongings_of(user):
        receiver = chosen.get(kind.key, to)
        if receiver is not None:
            moved += kind.pass_on(actor, user, receiver)
            receivers.setdefault(receiver.name, str(receiver.pk))
    told = [str(user.pk), ", ".join(receivers.values()) or str(to.pk if to else "")]
    record_act("handed_over", actor=actor, entity="user", record=user, changes={"owner": told})
    return moved
