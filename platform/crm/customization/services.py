"""Making, changing and putting away fields of the organization's own."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from crm.models import CustomField, Customization
from kernel import audit
from kernel.access import Actor, require
from kernel.ids import uuid7
from kernel.registry.overlay import forget_overlay


@transaction.atomic
def define_field(
    *, actor: Actor, entity: str, name: str, kind: str, label: Mapping[str, str], required: bool = False,
    unique: bool = False, default: Any = None, options: Mapping[str, Any] | None = None,
    help: Mapping[str, str] | None = None,
) -> CustomField:  # fmt: skip
    """Make a field. It is there for everybody from the next request on."""
    require(actor, "crm.customization.manage")
    field = CustomField.objects.create(
        entity=entity, name=name, kind=kind, label=dict(label), required=required, unique=unique, default=default,
        options=dict(options or {}), help=dict(help or {}),
    )  # fmt: skip
    changed()
    audit.record_act("defined", actor=actor, entity=entity, label=name)
    return field


def changed() -> None:
    """Every process reads the definitions again before it next uses them."""
    Customization.objects.update_or_create(id=1, defaults={"stamp": uuid7()})
    forget_overlay()
