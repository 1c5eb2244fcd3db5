"""One way to change a person: row, audit and event together. Generic writes cannot reach these fields (see guards)."""

from typing import Any

from django.db.models import Model
from django.utils import timezone

from identity.models import User
from kernel.access import Actor
from kernel.audit import record_act
from kernel.context import get_tenant
from kernel.events import publish


def tell(name: str, payload: dict[str, Any]) -> None:
    """Publish an event; the provider's own schema has no receivers."""
    tenant = get_tenant()
    if tenant is not None and not tenant.is_public:
        publish(name, payload)


def plain(value: Any) -> Any:
    return str(value.pk) if isinstance(value, Model) else value


def lock_user(user: User) -> User:
    """The person as the database has them now, held until the transaction ends."""
    kept: User = User.objects.select_for_update(of=("self",)).select_related("role", "team").get(pk=user.pk)
    return kept


def change_user(user: User, *, actor: Actor, **values: Any) -> dict[str, list[Any]]:
    """Set fields of a locked user; says what changed, and writes nothing when nothing did."""
    changes: dict[str, list[Any]] = {}
    for name, value in values.items():
        before = getattr(user, name)
        if before != value:
            changes[name] = [plain(before), plain(value)]
            setattr(user, name, value)
    if changes:
        user.version += 1
        user.updated_at = timezone.now()
        user.save(update_fields=[*changes, "version", "updated_at"])
        # Not the verb "changed": what this writes must not be taken back by the generic undo.
        record_act("account", actor=actor, entity="user", record=user, changes=changes)
        tell("identity.user_changed", {"id": str(user.pk), "entity": "user", "changes": changes})
    return changes


def created_user(user: User, *, actor: Actor) -> None:
    """Audit and event of a person just saved."""
    values = {"name": user.name, "email": user.email, "state": user.state, "role": plain(user.role)}
    changes = {name: [None, value] for name, value in values.items() if value is not None}
    record_act("created", actor=actor, entity="user", record=user, changes=changes)
    tell("identity.user_created", {"id": str(user.pk), "entity": "user", "changes": changes})
