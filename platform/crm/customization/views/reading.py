"""From the pages' forms to what services take, and back to what the form shows again."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm.customization.checking import LANGUAGES
from crm.customization.fields import MOVING, fields_of
from crm.customization.kinds import FieldKind
from crm.models import CustomField
from crm.pages.controls import make_controls, raw_of, typed_values
from kernel.access import Actor
from kernel.custom import decode
from kernel.registry import Field, registry

_PLAIN = ("places", "lowest", "highest", "max_length", "pattern", "mask", "format", "target")


def words_from(post: QueryDict, name: str) -> dict[str, str]:
    return {language: post.get(f"{name}_{language}", "").strip() for language in LANGUAGES}


def choices_from(post: QueryDict) -> list[dict[str, Any]]:
    """The rows of the choices' editor; one without any words is not there."""
    columns = (post.getlist(f"choice_{part}") for part in ("key", "fa", "en", "colour", "retired"))
    rows = []
    for key, fa, en, colour, retired in zip(*columns, strict=False):
        if fa.strip() or en.strip():
            row = {"key": key, "label": {"fa": fa.strip(), "en": en.strip()}, "colour": colour}
            rows.append({**row, "retired": retired == "1"})
    return rows


def definition_from(post: QueryDict, kind: FieldKind) -> dict[str, Any]:
    """Label, help, required, unique, default and options as `define_field` takes them."""
    options: dict[str, Any] = {
        name: str(post[name]).strip() for name in _PLAIN if name in kind.takes and post.get(name, "").strip()
    }
    if "pattern" in kind.takes and post.get("pattern") == "mask":
        options.pop("pattern", None)
        if mask := str(post.get("mask", "")).strip():
            options["pattern"] = mask
    if "choices" in kind.takes:
        options["choices"] = choices_from(post)
    options["indexed"] = "indexed" in post
    return {
        "label": words_from(post, "label"), "help": words_from(post, "help"),
        "required": "required" in post and "required" in kind.takes,
        "unique": "unique" in post and "unique" in kind.takes,
        "default": _default_from(post, kind), "options": options,
    }  # fmt: skip


def _default_from(post: QueryDict, kind: FieldKind) -> Any:
    if "default" not in kind.takes:
        return None
    if (moving := post.get("default_moving", "")) in MOVING:
        return moving
    if kind.key == "bool":
        return True if "default" in post else None
    field = Field(name="default", kind=kind.stored_as, label="")  # type: ignore[arg-type]  # one of ours
    text = typed_values([field], post).get("default", "")
    return text.split(",") if kind.key == "multichoice" and text else text


def definition_of(field: CustomField) -> dict[str, Any]:
    """What is kept, in the shape that `definition_from` gives."""
    return {
        "label": field.label, "help": field.help, "required": field.required, "unique": field.unique,
        "default": field.default, "options": {"indexed": True, **field.options},
    }  # fmt: skip


def default_control(kind: FieldKind, said: Mapping[str, Any], actor: Actor) -> Any:
    """The control in which the default is given: the field's own, without its duties. None where there is none."""
    if "default" not in kind.takes:
        return None
    options = said["options"]
    draft = CustomField(
        entity="", name="default", kind=kind.stored_as, label={}, help={},
        options={"choices": [_choice(one) for one in options.get("choices", ()) if one.get("key")],
                 "target": kind.target or options.get("target", "")},
    )  # fmt: skip
    (one, *_rest) = fields_of(draft)
    kept = said["default"]
    moving = isinstance(kept, str) and kept in MOVING
    raw = "" if moving else _raw(one, kept)
    controls = make_controls([_plain(one)], {"default": raw}, actor=actor)
    return controls["default"]


def _plain(field: Field) -> Field:
    return Field(
        name="default", kind=field.kind, label=_("Default"), choices=field.choices, colours=field.colours,
        target=field.target, expression=field.expression,
    )  # fmt: skip


def _choice(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"key": one["key"], "label": one["label"], "colour": one.get("colour", "")}


def _raw(field: Field, kept: Any) -> str:
    try:
        return raw_of(field, decode(field, kept))
    except (TypeError, ValueError, ArithmeticError):
        return str(kept)  # as it was typed, and refused


def moving_for(kind: FieldKind) -> list[tuple[str, Any]]:
    words = {"date": ("@today", _("The day on which the record is made")),
             "datetime": ("@now", _("The moment at which the record is made")),
             "person": ("@me", _("Whoever makes the record"))}  # fmt: skip
    return [words[kind.key]] if kind.key in words else []


def targets() -> list[tuple[str, Any]]:
    """What a relation may point to."""
    pages = [(entity.name, entity.label) for entity in registry.entities if entity.pages]
    return [*pages, *((name, registry.entity(name).label) for name in ("user", "team"))]
