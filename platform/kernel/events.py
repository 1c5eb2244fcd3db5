"""Events: facts in the past tense, written in the transaction of the change and delivered afterwards.

An engine publishes; others hear through their manifests. A receiver gets each event at least once and must be
idempotent; it runs in a transaction of its own, as the system.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from kernel.context import require_tenant
from kernel.copying import copy_rows
from kernel.ids import uuid7
from kernel.models import OutboxMessage
from kernel.registry import registry
from kernel.wake import note_work, wake

#: More events than these are copied (see kernel.copying).
MANY = 50
_COPIED = ("id", "at", "next_at", "name", "payload", "state", "attempts", "done_receivers", "last_error")


@dataclass(frozen=True)
class Event:
    id: UUID
    name: str
    payload: Mapping[str, Any]


def publish(name: str, payload: Mapping[str, Any]) -> None:
    publish_all([(name, payload)])


def publish_all(events: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Write events into the outbox; must be inside the transaction of what happened."""
    if not events:
        return
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An event is published inside the transaction of the change it tells of.")
    if len(events) > MANY:
        now = timezone.now()
        fresh: tuple[Any, ...] = (OutboxMessage.State.WAITING.value, 0, [], "")
        copy_rows(OutboxMessage, _COPIED, ((uuid7(), now, now, name, dict(told), *fresh) for name, told in events))
    else:
        OutboxMessage.objects.bulk_create(OutboxMessage(name=name, payload=dict(payload)) for name, payload in events)
    note_work()
    if any(receivers_of(name) for name, _ in events):
        wake("outbox", require_tenant().schema)


def receivers_of(name: str) -> list[tuple[str, str]]:
    """(engine, dotted path) of everyone who hears this event."""
    return [(m.name, m.hears[name]) for m in registry.modules if name in m.hears]


def receive(path: str, event: Event) -> None:
    import_string(path)(event)
