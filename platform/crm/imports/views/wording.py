"""Names for what the wizard offers."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.registry import Entity, registry

KINDS: dict[str, Promise] = {
    "text": gettext_lazy("text"), "longtext": gettext_lazy("long text"), "integer": gettext_lazy("whole number"),
    "decimal": gettext_lazy("number"), "money": gettext_lazy("money"), "percent": gettext_lazy("percent"),
    "date": gettext_lazy("date"), "datetime": gettext_lazy("date and time"), "bool": gettext_lazy("yes or no"),
    "choice": gettext_lazy("few values"), "email": gettext_lazy("e-mail address"),
    "phone": gettext_lazy("phone number"),
    "url": gettext_lazy("web address"), "uuid": gettext_lazy("identifier"),
}  # fmt: skip


def kind_label(kind: str) -> str:
    return str(KINDS.get(kind, kind))


def target_groups(entity: Entity) -> list[tuple[str, list[tuple[str, str]]]]:
    """Fields of the record, then those of each record it points to."""
    own = [(f.name, _mark(str(f.label), f.required)) for f in entity.editable_fields]
    own += [(aside.name, str(aside.label)) for aside in entity.asides]
    groups = [(str(entity.label), own)]
    for field in entity.editable_fields:
        if field.kind != "relation" or field.target == "role":
            continue
        target = registry.entity(field.target)
        parts = [
            (f"{field.name}.{f.name}", f"{field.label} › {f.label}")
            for f in target.editable_fields
            if f.name != target.title
        ]
        groups.append((str(field.label), parts))
    return groups


def _mark(label: str, required: bool) -> str:
    return f"{label} *" if required else label


def match_options(entity: Entity) -> list[tuple[str, str]]:
    fields = [entity.field(name) for name in entity.match]
    offered = [(f.name, _("by %(field)s") % {"field": f.label}) for f in fields if not f.readonly]
    return [*offered, ("", _("never: every row is a new record"))]
