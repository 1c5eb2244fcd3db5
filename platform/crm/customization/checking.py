"""Whether a definition makes sense: every problem at once, by the name of what was said."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.customization.fields import LARGEST, MOVING, fields_of
from crm.customization.kinds import BY_KEY, COLOURS, MOST_CHOICES, MOST_LENGTH, FieldKind
from crm.customization.names import suggest_name
from crm.customization.numbers import read_format
from crm.models import CustomField
from kernel.custom import encode
from kernel.errors import Invalid, Problem, Text
from kernel.patterns import check_pattern
from kernel.registry import registry
from kernel.values import BadValue, parse_value
from kernel.values_text import clean_text

LANGUAGES = ("fa", "en")
_MOST_LABEL, _MOST_HELP = 120, 500
_COLOURS = frozenset(key for key, _label in COLOURS)
Problems = dict[str, list[Problem]]


def words(given: Any, where: str, problems: Problems, *, needed: bool, most: int = _MOST_LABEL) -> dict[str, str]:
    """Text by language; a plain text counts for both."""
    if isinstance(given, str):
        given = dict.fromkeys(LANGUAGES, given)
    if not isinstance(given or {}, Mapping) or set(given or {}) - set(LANGUAGES):
        problems[where] = [Problem("languages", _("Give the text by language: “fa” and “en”."))]
        return {}
    found = {}
    for language in LANGUAGES:
        text = (given or {}).get(language) or ""
        try:
            text = clean_text(str(text), lines=False)
        except BadValue as error:
            problems[where] = [Problem(error.code, error.message)]
            continue
        if len(text) > most:
            problems[where] = [Problem("max_length", format_lazy(_("At most {most} characters fit here."), most=most))]
        elif text:
            found[language] = text
    if needed and not found and where not in problems:
        problems[where] = [Problem("required", _("Fill this in."))]
    return found


def options_of(kind: FieldKind, given: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """What is said of a field beside label and help, checked; what its kind does not take is refused."""
    taken = kind.takes - {"required", "unique", "default"}
    for name in given:
        if name not in taken and name not in ("target", "indexed"):
            problems[name] = [Problem("not_for_kind", _("A field of this kind does not have this."))]
    options: dict[str, Any] = {}
    for name, read in _READ.items():
        if name in kind.takes and given.get(name) not in (None, "", []):
            try:
                options[name] = read(given[name], kind)
            except BadValue as error:
                problems[name] = [Problem(error.code, error.message)]
    for name in ("choices", "format", "target"):
        if name in kind.takes and name not in options and name not in problems:
            problems[name] = [Problem("required", _("Fill this in."))]
    if given.get("indexed") is False:
        options["indexed"] = False
    if kind.target:
        options["target"] = kind.target
    low, high = options.get("lowest"), options.get("highest")
    if low is not None and high is not None and Decimal(low) > Decimal(high):
        problems["highest"] = [Problem("order", _("The largest value is smaller than the smallest."))]
    return options


def _number(given: Any, low: int, high: int, whole: bool = True) -> Any:
    value: Any = parse_value("integer" if whole else "decimal", given, options={"min_value": low, "max_value": high})
    return value


def _limit(given: Any, kind: FieldKind) -> Any:
    value = _number(given, -LARGEST, LARGEST, whole=kind.key == "integer")
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _pattern(given: Any, _kind: FieldKind) -> str:
    check_pattern(str(given))
    return str(given)


def _format(given: Any, _kind: FieldKind) -> str:
    text = clean_text(str(given), lines=False)
    if read_format(text) is None:
        raise BadValue("format", _("Write the first number in braces, with as many digits as all have: PR-{0001}"))
    return text


def _target(given: Any, _kind: FieldKind) -> str:
    names = {entity.name for entity in registry.entities if entity.pages} | {"user", "team"}
    if given not in names:
        raise BadValue("unknown_entity", _("There are no such records here."))
    return str(given)


def _choices(given: Any, _kind: FieldKind) -> list[dict[str, Any]]:
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise BadValue("type", _("A list of choices is expected here, each with a label."))
    if len(given) > MOST_CHOICES:
        raise BadValue("too_many", format_lazy(_("At most {most} choices fit."), most=MOST_CHOICES))
    found: list[dict[str, Any]] = []
    used: set[str] = {str(one["key"]) for one in given if one.get("key")}
    seen: set[str] = set()
    for one in given:
        label = _choice_label(one)
        key = str(one.get("key") or "") or suggest_name(label, {f"x_{key}" for key in used}).removeprefix("x_")
        used.add(key)
        if key in seen:
            raise BadValue("twice", format_lazy(_("The key “{key}” stands here twice."), key=key))
        if len(key) > 60 or not key.replace("_", "").replace("-", "").isalnum() or not key.isascii():
            raise BadValue("key", _("A key has Latin letters, digits and _ only."))
        if (colour := one.get("colour") or "") and colour not in _COLOURS:
            raise BadValue("colour", _("There is no such colour."))
        seen.add(key)
        choice: dict[str, Any] = {"key": key, "label": label}
        choice |= {"colour": str(colour)} if colour else {}
        choice |= {"retired": True} if one.get("retired") else {}
        found.append(choice)
    return found


def _choice_label(one: Mapping[str, Any]) -> dict[str, str]:
    problems: Problems = {}
    label = words(one.get("label"), "label", problems, needed=True)
    if problems:
        raise BadValue("label", problems["label"][0].message)
    return label


_READ: dict[str, Any] = {
    "choices": _choices, "format": _format, "target": _target, "pattern": _pattern,
    "places": lambda given, _kind: _number(given, 0, 10),
    "max_length": lambda given, kind: _number(given, 1, MOST_LENGTH[kind.key]),
    "lowest": _limit, "highest": _limit,
}  # fmt: skip


def default_for(definition: CustomField, given: Any) -> Any:
    """The default as it is kept; raises BadValue for what the field itself would not take."""
    if given in (None, "", []):
        return None
    if isinstance(given, str) and given in MOVING:
        fits = {"@today": ("date",), "@now": ("datetime",), "@me": ("relation",)}[given]
        if definition.kind in fits and (given != "@me" or definition.options.get("target") == "user"):
            return given
    (field, *_rest) = fields_of(definition)
    if field.kind == "relation":
        return str(parse_value("uuid", given))
    return encode(field, parse_value(field.kind, given, options=field.fixed_options))


def kind_named(key: Any) -> FieldKind:
    kind = BY_KEY.get(str(key))
    if kind is None:
        raise Invalid.one("kind", "unknown_kind", _("There is no such kind of field."))
    return kind


def refuse(problems: Problems, message: Text | None = None) -> None:
    if problems:
        raise Invalid(problems, message)
