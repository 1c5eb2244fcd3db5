"""Putting a proposed next step away for a while: it concerns one person only, so it is neither audited nor told of."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import PutAway
from kernel.access import Actor, denied, get_record_for, require_open
from kernel.clean import clean_values
from kernel.errors import Invalid
from kernel.records import update_record
from kernel.registry import Entity

FOR: Final = timedelta(days=30)
_LONGEST: Final = 100


def put_away_by(pk: UUID, *, actor: Actor) -> frozenset[str]:
    """Steps of a record that the actor does not want to see now."""
    if actor.user_id is None:
        return frozenset()
    mine = PutAway.objects.filter(user_id=actor.user_id, record_id=pk, until__gt=timezone.now())
    return frozenset(mine.values_list("step", flat=True))


def put_away(entity: Entity, pk: UUID, step: str, *, actor: Actor) -> None:
    """For thirty days; what ran out is forgotten on the way."""
    user = _person(entity, pk, step, actor)
    now = timezone.now()
    PutAway.objects.filter(user_id=user, until__lte=now).delete()
    PutAway.objects.update_or_create(user_id=user, record_id=pk, step=step, defaults={"until": now + FOR})


def bring_back(entity: Entity, pk: UUID, step: str, *, actor: Actor) -> None:
    PutAway.objects.filter(user_id=_person(entity, pk, step, actor), record_id=pk, step=step).delete()


def _person(entity: Entity, pk: UUID, step: str, actor: Actor) -> UUID:
    """Who asks, if they see the record at all."""
    require_open()
    get_record_for(actor, entity, pk)
    if actor.user_id is None:
        raise denied()
    if not 0 < len(step) <= _LONGEST:
        raise Invalid.one("step", "unknown", _("There is no such next step."))
    return actor.user_id


def take_over(entity: Entity, pk: UUID, *, actor: Actor) -> UUID | None:
    """Make the actor the owner; returns what undoes it."""
    if actor.user_id is None or not entity.has_owner:
        raise denied()
    values = clean_values(entity, {entity.owner: str(actor.user_id)}, actor=actor, partial=True)
    record = update_record(entity, pk, actor=actor, values=values)
    audit_id: UUID | None = getattr(record, "audit_id", None)
    return audit_id
