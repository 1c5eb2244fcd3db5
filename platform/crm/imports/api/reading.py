"""The parts of an upload beside the file: `mapping`, `match` and `options`, as JSON or plain words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.errors import Invalid


@dataclass(frozen=True)
class Choices:
    mapping: dict[str, Any] | None
    match: list[str] | None
    options: dict[str, Any]


def choices_of(data: Mapping[str, Any]) -> Choices:
    mapping = _object(data, "mapping")
    return Choices(_targets(mapping), _match(data.get("match")), _object(data, "options") or {})


def _object(data: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    given = data.get(name)
    if given in (None, ""):
        return None
    try:
        value = json.loads(str(given))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or "\\u0000" in str(given):
        raise Invalid.one(name, "not_an_object", _("This is a JSON object, for example {“Company”: “name”}."))
    return value


def _targets(mapping: dict[str, Any] | None) -> dict[str, Any] | None:
    """Column → field, list of fields, or null to leave the column out."""
    kept: dict[str, Any] = {}
    for column, target in (mapping or {}).items():
        several = target if isinstance(target, list) else [target]
        if not all(isinstance(one, str) or one is None for one in several):
            raise Invalid.one(
                "mapping", "bad_target", _("Each column has the name of a field, a list of such, or null.")
            )
        kept[column] = [one for one in several if one] if isinstance(target, list) else target
    return None if mapping is None else kept


def _match(given: Any) -> list[str] | None:
    """ "reference", "name,city" or ["reference"]; empty: always make new records."""
    if given is None:
        return None
    text = str(given).strip()
    if text.startswith("["):
        try:
            names = json.loads(text)
        except (ValueError, RecursionError):
            names = None
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise Invalid.one("match", "not_a_list", _("This is the name of a field, or a JSON list of names."))
        return names
    return [name.strip() for name in text.split(",") if name.strip()]
