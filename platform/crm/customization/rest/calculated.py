"""Formula and roll-up fields over the API: the same checks as in Settings, and what is wrong by its name."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.customization import derived, services
from crm.models import CustomField
from kernel.access import Actor
from kernel.errors import Invalid, Problem, Text
from kernel.formula import FormulaError, Issue, place_of

_FORMULA = frozenset({"formula", "gives", "places", "indexed"})
_ROLLUP = frozenset({"rollup", "gives", "places", "indexed"})
_PARTS = ("child", "relation", "how", "of", "filters")
_RULES = ("required", "unique", "default")


@transaction.atomic
def define(kind: str, given: Mapping[str, Any], *, actor: Actor) -> CustomField:
    """Make one from the body of a request."""
    _refuse_rules(given)
    options = _options(kind, given)
    said = {
        "actor": actor, "entity": given["entity"], "name": given["name"], "label": given["label"],
        "help": given.get("help"), "places": options.get("places"), "indexed": options.get("indexed") is not False,
    }  # fmt: skip
    with _placed(kind):
        if kind == "formula":
            gives = _text("options.gives", options.get("gives", ""))
            return derived.define_formula(source=_text("options.formula", options.get("formula")), kind=gives, **said)
        return derived.define_rollup(**_parts(options), **said)


@transaction.atomic
def change(field: CustomField, given: dict[str, Any], *, actor: Actor) -> None:
    """What is said of it, and from what it is calculated. The kind of its values stays."""
    _refuse_rules(given)
    kind = services.kind_of(field).key
    options = _options(kind, given)
    said: dict[str, Any] = {name: given[name] for name in ("label", "help") if name in given}
    if "indexed" in options:
        said["options"] = {"indexed": options["indexed"]}
    if said:
        services.change_field(field.pk, actor=actor, **said)
    where: dict[str, Any] = {
        "actor": actor,
        "entity": field.entity,
        "name": field.name,
        "places": options.get("places"),
    }
    with _placed(kind):
        if kind == "formula" and options.keys() & {"formula", "places"}:
            source = _text("options.formula", options.get("formula", field.options["formula"]))
            derived.change_formula(source=source, **where)
        elif kind == "rollup" and options.keys() & {"rollup", "places"}:
            parts = _parts({"rollup": {**field.options["rollup"], **_mapping(options.get("rollup", {}))}})
            for name in ("child", "relation"):
                if parts.pop(name) != field.options["rollup"][name]:
                    raise Invalid.one(name, "fixed", _("This cannot be changed."))
            derived.change_rollup(**parts, **where)


def _refuse_rules(given: Mapping[str, Any]) -> None:
    bad = [name for name in _RULES if given.get(name) not in (None, False, "")]
    if bad:
        raise Invalid({name: [Problem("not_for_kind", _("A field of this kind does not have this."))] for name in bad})


def _options(kind: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
    options: Mapping[str, Any] = given.get("options") or {}
    known = _FORMULA if kind == "formula" else _ROLLUP
    if strangers := [name for name in options if name not in known]:
        problem = Problem("not_for_kind", _("A field of this kind does not have this."))
        raise Invalid({f"options.{name}": [problem] for name in strangers})
    return options


def _text(where: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Invalid.one(where, "type", _("A text is expected here."))
    return value


def _mapping(value: Any, where: str = "options.rollup") -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Invalid.one(where, "type", _("An object is expected here."))
    return value


def _parts(options: Mapping[str, Any]) -> dict[str, Any]:
    kept = _mapping(options.get("rollup"))
    if strangers := [name for name in kept if name not in _PARTS]:
        problem = Problem("unknown_field", _("There is no field of this name here."))
        raise Invalid({f"options.rollup.{name}": [problem] for name in strangers})
    parts: dict[str, Any] = {name: _text(f"options.rollup.{name}", kept.get(name, "")) for name in _PARTS[:-1]}
    parts["filters"] = _mapping(kept.get("filters") or {}, "options.rollup.filters")
    return parts


#: Where in the body stands what services call so.
_WHERE = {
    "source": "options.formula", "kind": "options.gives", "places": "options.places",
    **{name: f"options.rollup.{name}" for name in _PARTS},
}  # fmt: skip


@contextmanager
def _placed(kind: str) -> Iterator[None]:
    """Problems by their place in the body; of a formula with line and column."""
    try:
        yield
    except FormulaError as error:
        source = error.source
        problems = [Problem(one.code, _at(source, one)) for one in error.issues if one.error]
        raise Invalid({"options.formula": problems}, error.message) from None
    except Invalid as error:
        names = {**_WHERE, "source": _WHERE["source"] if kind == "formula" else "options.rollup"}
        raise Invalid({names.get(name, name): found for name, found in error.problems.items()}) from None


def _at(source: str, issue: Issue) -> Text:
    place = place_of(source, issue)
    message: Text = format_lazy(
        _("Line {line}, column {column}: {message}"), line=place.line, column=place.column, message=issue.message
    )
    return message
