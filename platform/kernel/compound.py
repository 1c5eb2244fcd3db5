"""Values of several parts: addresses, and files. They are kept as objects; people see and look for one text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext_lazy as _

from kernel.badvalue import BadValue
from kernel.checks_ir import normalise_postal_code
from kernel.context import require_tenant
from kernel.values_text import clean_text

PARTS = ("street", "city", "province", "postal_code", "country")
_MOST_PART = 300
#: Between the parts in one cell of a file, where each has its place; so no part may hold it.
BAR = "|"
_LINES = re.compile(r"\s*\n\s*")
_FILE = ("ref", "name", "size", "type")


def text_of(kind: str, value: Mapping[str, Any]) -> str:
    """What people read, in one line."""
    if kind == "file":
        return str(value.get("name", ""))
    return "، ".join(str(value[part]) for part in PARTS if value.get(part))


def without_text(kept: Any) -> Any:
    return {name: value for name, value in kept.items() if name != "text"} if isinstance(kept, Mapping) else None


def in_cell(value: Mapping[str, Any]) -> str:
    """An address for a cell of a file, from which `parse_address` reads the same again."""
    if set(value) == {"street"}:
        return str(value["street"])
    return f" {BAR} ".join(str(value.get(part, "")) for part in PARTS).strip()


def parse_address(raw: object) -> dict[str, str] | None:
    """From an object of parts, its JSON, or a text: parts between bars, else all of it is the street."""
    if isinstance(raw, str):
        raw = _read_text(raw)
    if not isinstance(raw, Mapping) or (strangers := set(raw) - {*PARTS, "text"}):
        raise BadValue("address", _("An address has the parts street, city, province, postal_code and country."))
    assert not strangers
    parts = {part: text for part in PARTS if (text := _part(raw.get(part)))}
    if code := parts.get("postal_code"):
        parts["postal_code"] = _postal_code(code, parts.get("country", ""))
    return parts or None


def _read_text(raw: str) -> object:
    text = clean_text(raw, lines=True)
    if text.startswith("{"):
        try:
            return json.loads(text)
        except ValueError:
            pass
    if BAR not in text:
        return {"street": text}
    given = [part.strip() for part in text.split(BAR)]
    if len(given) > len(PARTS):
        given = [" ".join(given[: -len(PARTS) + 1]), *given[-len(PARTS) + 1 :]]
    return dict(zip(PARTS, given, strict=False))


def _part(given: object) -> str:
    if given is None:
        return ""
    if not isinstance(given, str | int):
        raise BadValue("type", _("One single value is expected here, for example a text or a number."))
    text = _LINES.sub("، ", clean_text(str(given), lines=True)).replace(BAR, "/")
    if len(text) > _MOST_PART:
        raise BadValue("max_length", _("A part of the address is too long; at most 300 characters fit. Shorten it."))
    return text


def _postal_code(code: str, country: str) -> str:
    """Iranian ones in one writing; other countries have rules of their own."""
    try:
        return normalise_postal_code(code)
    except BadValue:
        if country and country.strip().casefold() not in {"ایران", "iran", "ir"}:
            return code
        raise


def token_of(value: Mapping[str, Any]) -> str:
    """What a form sends for a file that was uploaded: nobody can name a file that they were not given."""
    return _signer().sign_object({name: value.get(name) for name in _FILE})


def parse_file(raw: object) -> dict[str, Any] | None:
    if isinstance(raw, str):
        if not raw.strip():
            return None
        try:
            raw = _signer().unsign_object(raw)
        except BadSignature:
            raise _no_file() from None
    elif isinstance(raw, Mapping) and "token" in raw:
        return parse_file(str(raw["token"]))
    else:
        raise _no_file()
    return {name: raw[name] for name in _FILE}  # type: ignore[index]  # signed by us, so it is what we signed


def _no_file() -> BadValue:
    return BadValue("file", _("Upload the file first, then give the token that you get for it."))


def _signer() -> Signer:
    return Signer(salt=f"kernel.file:{require_tenant().schema}")
