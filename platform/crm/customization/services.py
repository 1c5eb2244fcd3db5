"""Making, changing and putting away fields of the organization's own."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from crm.models import CustomField, Customization, CustomObject
from kernel import audit
from kernel.access import Actor, require
from kernel.ids import uuid7
from kernel.registry.overlay import forget_overlay

#: What the built-in roles may do with an entity until somebody says otherwise.
FRESH_LEVELS = {
    "manager": dict.fromkeys(("view", "add", "change", "delete", "import", "export"), "all"),
    "member": {"view": "all", "add": "all", "change": "own", "delete": "own"},
    "reader": {"view": "all"},
}


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


@transaction.atomic
def define_object(
    *, actor: Actor, name: str, plural: str, label: Mapping[str, str], label_plural: Mapping[str, str],
    title_label: Mapping[str, str] | None = None, icon: str = "box", levels: Mapping[str, Any] | None = None,
) -> CustomObject:  # fmt: skip
    """Make an entity of the organization's own, with lists, forms, API and permissions like any other."""
    require(actor, "crm.customization.manage")
    made = CustomObject.objects.create(
        name=name, plural=plural, label=dict(label), label_plural=dict(label_plural), icon=icon,
        title_label=dict(title_label or {"fa": "نام", "en": "Name"}), levels=dict(levels or FRESH_LEVELS),
    )  # fmt: skip
    changed()
    audit.record_act("defined", actor=actor, entity=name, label=name)
    return made


def changed() -> None:
    """Every process reads the definitions again before it next uses them."""
    Customization.objects.update_or_create(id=1, defaults={"stamp": uuid7()})
    forget_overlay()
