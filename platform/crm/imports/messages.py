"""Sentences kept for later readers: a lazy message is stored as its English pattern and its parts.

A lazy text knows the call it stands for (`__reduce__`, what pickling uses); that call is what is stored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext

from kernel.errors import Text
from kernel.formats import num


@dataclass(frozen=True)
class Message:
    """`pattern` is an English msgid, `parts` fill its {braces}; a part may be a message again, or a number."""

    pattern: str
    parts: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"pattern": self.pattern, "parts": dict(self.parts)}


def pack(text: Text) -> Message:
    """What is needed to say this again in another language."""
    if not isinstance(text, Promise):
        return Message(str(text))
    try:
        func, args, kwargs = text.__reduce__()[1][:3]  # type: ignore[misc]  # (func, args, kwargs, *result classes)
    except (TypeError, ValueError, AttributeError):
        return Message(_english(text))
    if func.__name__ in ("gettext", "pgettext") and not kwargs:
        context = {"context": args[0]} if func.__name__ == "pgettext" else {}
        return Message(args[-1], context)
    if func.__name__ == "_format_lazy":
        head = pack(args[0])
        parts = {str(i): _part(value) for i, value in enumerate(args[1:])} | {k: _part(v) for k, v in kwargs.items()}
        return Message(head.pattern, parts)
    return Message(_english(text))


def _part(value: Any) -> Any:
    if isinstance(value, Promise):
        func, args, *_rest = value.__reduce__()[1]  # type: ignore[misc]  # as above
        if func.__name__ == "_shown":  # a number in the reader's digits
            return _part(args[0])
        packed = pack(value)
        return packed.as_json() if packed.parts else {"pattern": packed.pattern}
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int | float):
        return value
    return float(value) if isinstance(value, Decimal) and abs(value) < 2**53 else str(value)


def _english(text: Text) -> str:
    with translation.override("en"):
        return str(text)


def unpack(pattern: str, parts: Mapping[str, Any] | str | None = None) -> str:
    """The sentence in the language that is active now."""
    given = json.loads(parts) if isinstance(parts, str) else dict(parts or {})
    context = given.pop("context", None)
    said = translation.pgettext(context, pattern) if context else (gettext(pattern) if pattern else "")
    if not given:
        return said
    shown = {name: _say(value) for name, value in given.items()}
    positional = [shown.pop(key) for key in sorted((k for k in shown if k.isdigit()), key=int)]
    try:
        return said.format(*positional, **shown)
    except (KeyError, IndexError, ValueError):
        return said


def _say(value: Any) -> str:
    if isinstance(value, Mapping):
        return unpack(str(value.get("pattern", "")), value.get("parts"))
    return num(value) if isinstance(value, int | float) else str(value)
