"""Versions as entity tags, so that nobody overwrites what they have not seen (RFC 9110 §13).

What hangs on a record, such as tags, changes without a new version of the record: where something hangs there and is
shown, a mark of it follows the version, as in "3.9f0c2a41".
"""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from kernel.asides import Worn
from kernel.errors import Invalid


def mark_of(record: Any, worn: Mapping[str, Worn]) -> str:
    """What hangs on a record, in short; nothing for nothing."""
    hanging = [(name, str(pk), label) for name, found in worn.items() for pk, label in found.get(record.pk, ())]
    return f".{crc32(repr(hanging).encode()):08x}" if hanging else ""


def etag(record: Any, mark: str = "") -> str | None:
    version = getattr(record, "version", None)
    return None if version is None else f'"{version}{mark}"'


def _tags(header: str) -> list[str]:
    """Weak tags count too: a proxy that compresses makes ours weak."""
    return [tag.strip().removeprefix("W/").strip('"') for tag in header.split(",") if tag.strip()]


def unchanged_since(request: Request, record: Any, mark: str = "") -> bool:
    """Whether If-None-Match says that the reader has this version already."""
    tags = _tags(request.headers.get("If-None-Match", ""))
    version = getattr(record, "version", None)
    return version is not None and ("*" in tags or f"{version}{mark}" in tags)


def from_header(request: Request) -> int | None:
    """The version If-Match names; one that never was when it names none of ours; None where anything goes."""
    tags = [tag.partition(".")[0] for tag in _tags(request.headers.get("If-Match", ""))]
    if not tags or "*" in tags:
        return None
    numbers = [int(tag) for tag in tags if tag.isascii() and tag.isdigit() and len(tag) < 10]
    return max(numbers, default=-1)


def marks_from_header(request: Request) -> frozenset[str] | None:
    """The marks beside the versions that If-Match names; None where anything goes."""
    tags = _tags(request.headers.get("If-Match", ""))
    if not tags or "*" in tags:
        return None
    return frozenset(mark and f".{mark}" for _version, _dot, mark in (tag.partition(".") for tag in tags))


def take_from_body(data: dict[str, Any]) -> int | None:
    version = data.pop("version", None)
    if version is None:
        return None
    if isinstance(version, bool) or not isinstance(version, int):
        raise Invalid.one("version", "bad_version", _("“version” is the number that reading the record gave."))
    return version


def object_of(data: Any) -> dict[str, Any]:
    """The body as an object, copied so that taking parts out changes nothing else."""
    if not isinstance(data, Mapping):
        raise Invalid.one("", "not_an_object", _("The body is a JSON object with the fields' names as keys."))
    return dict(data)
