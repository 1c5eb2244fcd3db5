"""The relay: takes waiting messages under a lease, hands them to their receivers, retries with back-off."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from kernel.context import door, require_tenant
from kernel.events import Event, receive, receivers_of
from kernel.models import OutboxMessage
from kernel.wake import note_work

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=2)
ATTEMPTS = 8
_State = OutboxMessage.State


def relay(*, batch: int = 100) -> int:
    """Deliver what is due in the bound workspace; returns how many messages were handled.

    Receivers write: where nothing may be changed, events are kept until it may.
    """
    if require_tenant().read_only:
        return 0
    handled = 0
    while messages := _lease(batch):
        for message in messages:
            _deliver(message)
        handled += len(messages)
    return handled


def _lease(batch: int) -> list[OutboxMessage]:
    now = timezone.now()
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    with transaction.atomic():
        due = OutboxMessage.objects.filter(free, state=_State.WAITING, next_at__lte=now).order_by("next_at", "id")
        messages = list(due.select_for_update(skip_locked=True)[:batch])
        ids = [message.pk for message in messages]
        OutboxMessage.objects.filter(pk__in=ids).update(leased_until=now + LEASE, attempts=F("attempts") + 1)
    return messages


def _deliver(message: OutboxMessage) -> None:
    """Each receiver in its own transaction; one that fails does not keep the others from hearing."""
    event = Event(message.pk, message.name, message.payload)
    engines = require_tenant().engines
    done, errors = set(message.done_receivers), []
    for engine, path in receivers_of(message.name):
        if path in done or not _is_on(engine, engines):
            continue
        try:
            with transaction.atomic(), door("system"):
                receive(path, event)
            done.add(path)
        except Exception as error:  # whatever a receiver does wrong is kept and shown, and tried again
            log.exception("%s failed on %s", path, message.name)
            errors.append(f"{path}: {error}")
    _settle(message, sorted(done), "; ".join(errors))


def _is_on(engine: str, engines: frozenset[str]) -> bool:
    from kernel.registry import registry  # here, because the registry loads models that load events

    return engine in engines or engine in registry.always_on()


def _settle(message: OutboxMessage, done: list[str], error: str) -> None:
    now, attempts = timezone.now(), message.attempts + 1
    values: dict[str, object] = {"done_receivers": done, "leased_until": None, "last_error": error[:2000]}
    if not error:
        values |= {"state": _State.DONE, "finished_at": now}
    elif attempts >= ATTEMPTS:
        values |= {"state": _State.DEAD, "finished_at": now}
    else:
        values |= {"next_at": now + timedelta(seconds=2**attempts)}
    with transaction.atomic():
        OutboxMessage.objects.filter(pk=message.pk).update(**values)


@transaction.atomic
def revive(message_id: UUID | str) -> None:
    """Give a dead letter another round."""
    note_work()
    OutboxMessage.objects.filter(pk=message_id, state=_State.DEAD).update(
        state=_State.WAITING, attempts=0, next_at=timezone.now(), finished_at=None
    )
