"""Another kind for a field that has values: what would become of them, and the job that brings it about.

Nothing is written before somebody has seen what would be lost. A value is read as the import reads it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.customization import checking
from crm.customization.fields import fields_of, is_derived
from crm.customization.indexes import drop_all
from crm.customization.kinds import MOST_CHOICES
from crm.customization.services import INDEX_JOB, changed, get_field, kind_of, require_unneeded
from crm.models import CustomField
from kernel import audit
from kernel.access import Actor
from kernel.custom import decode, encode
from kernel.derived import refill_readers
from kernel.errors import Invalid
from kernel.events import publish
from kernel.jobs import JobRun, start_job
from kernel.registry import Field, registry
from kernel.text.folding import match_key
from kernel.values import BadValue, parse_value

CONVERT_JOB: Final = "crm.field_convert"
_BATCH: Final = 2000
_EXAMPLES: Final = 8
_TEXTS: Final = ("text", "longtext", "email", "phone", "url", "national_id", "legal_id", "iban", "postal_code")
_NUMBERS: Final = ("integer", "decimal", "percent", "rating")
#: From which kind to which others; what is not here is refused.
WAYS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(_TEXTS, (*_TEXTS, *_NUMBERS, "date", "datetime", "bool", "choice", "multichoice", "address")),
    **dict.fromkeys(_NUMBERS, (*_NUMBERS, "text", "choice")),
    "date": ("text", "datetime"), "datetime": ("text", "date"), "bool": ("text", "choice"),
    "choice": ("text", "multichoice"), "multichoice": ("text", "choice"), "address": ("text", "longtext"),
    "autonumber": ("text",),
}  # fmt: skip


@dataclass
class Preview:
    """How many values would convert and how many would be lost, with some of either: (before, after or reason)."""

    total: int = 0
    converted: int = 0
    lost: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list)
    losses: list[tuple[str, str]] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)


class Converter:
    """Reads a kept value of the old field as one of the new."""

    def __init__(self, old: CustomField, new: CustomField) -> None:
        (self.old, *_rest), (self.new, *_more) = fields_of(old), fields_of(new)

    def __call__(self, kept: Any) -> Any:
        """The new value as it is kept; BadValue where it would be lost."""
        text = self._text(decode(self.old, kept))
        if self.new.kind == "choice" and isinstance(text, list):
            if len(text) != 1:
                raise BadValue("several", _("Several are chosen; one fits."))
            text = text[0]
        if self.new.kind in ("text", "longtext") and isinstance(text, list):
            text = ", ".join(text)
        value = parse_value(self.new.kind, text, options=self.new.fixed_options)
        return encode(self.new, value)

    def _text(self, value: Any) -> Any:
        labels = dict(self.old.choices)
        if self.old.kind == "multichoice":
            return value if self.new.kind == "choice" else [str(labels.get(key, key)) for key in value]
        if self.old.kind == "choice":
            return value if self.new.kind == "multichoice" else str(labels.get(value, value))
        if isinstance(value, Mapping):
            return "، ".join(str(part) for part in value.values())
        if self.old.kind == "bool":
            return "1" if value else "0"
        return value.isoformat() if hasattr(value, "isoformat") and self.new.kind == "text" else value


def target_of(
    pk: UUID | str, kind: str, options: Mapping[str, Any], *, actor: Actor
) -> tuple[CustomField, CustomField]:
    """The field, and what it would be; raises Invalid where there is no way."""
    old = get_field(pk, actor=actor)
    chosen = checking.kind_named(kind)
    if is_derived(old) or chosen.key not in WAYS.get(old.kind, ()) or chosen.key == kind_of(old).key:
        raise Invalid.one("kind", "no_way", _("A field of this kind cannot become one of that kind."))
    given = dict(options)
    if "choices" in chosen.takes and not given.get("choices"):
        given["choices"] = old.options.get("choices") or _choices_from(old)
    problems: checking.Problems = {}
    said = checking.options_of(chosen, given, problems)
    checking.refuse(problems)
    unique = old.unique and "unique" in chosen.takes
    return old, CustomField(
        id=old.pk, entity=old.entity, name=old.name, kind=chosen.stored_as, label=old.label, help=old.help,
        required=old.required and "required" in chosen.takes, unique=unique, options=said, position=old.position,
        created_at=old.created_at, state=old.state,
    )  # fmt: skip


def _choices_from(old: CustomField) -> list[dict[str, Any]]:
    """The values that stand there, once each whatever their letter forms, as choices."""
    rows = registry.entity(old.entity).records().filter(extra__has_key=old.name)
    found: dict[str, str] = {}
    for kept in rows.values_list(f"extra__{old.name}", flat=True).distinct().order_by()[:10_000]:
        text = {True: "Yes", False: "No"}[kept] if isinstance(kept, bool) else str(kept)
        found.setdefault(match_key(text) or text, text[:120])
    if len(found) > MOST_CHOICES:
        raise Invalid.one("kind", "too_many", _("There are too many different values to make choices of them."))
    return [{"label": dict.fromkeys(checking.LANGUAGES, text)} for text in sorted(found.values())]


def preview_conversion(pk: UUID | str, kind: str, options: Mapping[str, Any] | None = None, *, actor: Actor) -> Preview:
    """What would become of every value; nothing is written."""
    old, new = target_of(pk, kind, options or {}, actor=actor)
    convert, preview = Converter(old, new), Preview(options=new.options)
    for kept in _kept_values(old):
        preview.total += 1
        try:
            after = convert(kept)
        except BadValue as error:
            preview.lost += 1
            if len(preview.losses) < _EXAMPLES:
                preview.losses.append((_shown(kept), str(error)))
        else:
            preview.converted += 1
            if len(preview.examples) < _EXAMPLES:
                preview.examples.append((_shown(kept), _shown(after)))
    return preview


def _shown(kept: Any) -> str:
    if isinstance(kept, Mapping):
        return str(kept.get("text", ""))
    return ", ".join(map(str, kept))[:200] if isinstance(kept, list) else str(kept)[:200]


def _kept_values(old: CustomField) -> Iterator[Any]:
    rows = registry.entity(old.entity).model_class._base_manager.filter(extra__has_key=old.name)
    last = None
    while True:
        page = rows.filter(pk__gt=last) if last else rows
        found = list(page.order_by("pk").values_list("pk", f"extra__{old.name}")[:_BATCH])
        yield from (kept for _pk, kept in found)
        if len(found) < _BATCH:
            return
        last = found[-1][0]


@transaction.atomic
def convert_field(
    pk: UUID | str, kind: str, options: Mapping[str, Any] | None = None, *, actor: Actor, lose: int = 0
) -> CustomField:
    """Give the field another kind. `lose` is the number of values whose loss was agreed to: more are refused.

    The field rests while a job converts its values in steps, and comes back by itself. What is lost is kept under
    another name in `extra` until the field is deleted for good.
    """
    definition = get_field(pk, actor=actor, lock=True)
    if definition.state != CustomField.State.ACTIVE:
        raise Invalid.one("kind", "not_active", _("Restore the field first."))
    require_unneeded(definition)
    preview = preview_conversion(pk, kind, options, actor=actor)
    if preview.lost > lose:
        raise Invalid.one("lose", "would_lose", _("Some values would be lost. Look at them, and agree to it."))
    _old, new = target_of(pk, kind, {**(options or {}), **preview.options}, actor=actor)
    told = {name: [getattr(definition, name), getattr(new, name)] for name in ("kind", "options", "unique")}
    definition.state = CustomField.State.DEACTIVATED
    definition.save(update_fields=["state"])
    changed()
    plan = {"kind": new.kind, "options": new.options, "unique": new.unique, "required": new.required}
    start_job(CONVERT_JOB, actor=actor, payload={"field": str(definition.pk), "to": plan}, total=preview.total)
    label = f"{definition.entity}.{definition.name}"
    audit.record_act("converted", actor=actor, entity="custom_field", label=label, changes=told)
    publish("crm.field_converted", {"id": str(definition.pk), "entity": definition.entity, "name": definition.name})
    return definition


def run_convert(run: JobRun) -> None:
    """The job "crm.field_convert": values in steps by id; at the end the definition itself. Resumable anywhere."""
    with transaction.atomic():
        definition = CustomField.objects.filter(pk=run.payload["field"]).first()
    if definition is None or run.data.get("switched"):
        return
    plan = run.payload["to"]
    new = CustomField(
        id=definition.pk, entity=definition.entity, name=definition.name, label=definition.label,
        help=definition.help, **plan,
    )  # fmt: skip
    convert = Converter(definition, new)
    while _convert_some(run, definition, convert):
        pass
    drop_all(definition)
    with run.step():
        for name, value in plan.items():
            setattr(definition, name, value)
        definition.default, definition.indexed_at = None, None
        definition.state = CustomField.State.ACTIVE
        definition.save()
        changed()
        refill_readers(definition.entity)
        run.progress(run.job.done, switched=True)
        who = Actor(user_id=run.job.created_by_id, label=run.job.created_by_label)
        start_job(INDEX_JOB, actor=who, payload={"field": str(definition.pk)})


def _convert_some(run: JobRun, definition: CustomField, convert: Converter) -> bool:
    """The next records; False when there are no more. What is lost stays beside, as `<name>__was`."""
    name = definition.name
    with run.step():
        rows: Any = registry.entity(definition.entity).model_class._base_manager.filter(extra__has_key=name)
        if last := run.data.get("last"):
            rows = rows.filter(pk__gt=last)
        records = list(rows.select_for_update(of=("self",)).order_by("pk")[:_BATCH])
        for record in records:
            _convert_one(record, convert, name)
        rows.model._base_manager.bulk_update(records, ["extra"])
        if records:
            run.progress(run.job.done + len(records), last=str(records[-1].pk))
    return bool(records)


def _convert_one(record: Any, convert: Converter, name: str) -> None:
    kept = record.extra.pop(name)
    try:
        after = convert(kept)
    except BadValue:
        record.extra[f"{name}__was"] = kept
        return
    if after is not None:
        record.extra[name] = after


def can_become(definition: CustomField) -> tuple[str, ...]:
    if is_derived(definition):
        return ()
    own = kind_of(definition).key
    return tuple(kind for kind in WAYS.get(definition.kind, ()) if kind != own)


def as_field(definition: CustomField) -> Field:
    return fields_of(definition)[0]
