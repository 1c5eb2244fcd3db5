"""Every address of a workspace, with its gaps filled in by another workspace's ids. Read off the URL map, so that new
addresses are walked without anybody thinking of it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from kernel.registry import registry

GAP = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>|\(\?P<(?P<group>\w+)>[^)]*\)")
WORDS = {"entity": "account", "tag": "account", "uidb36": "1", "key": "qq-qq", "token": "qqqq"}


@dataclass(frozen=True)
class Address:
    path: str
    route: str
    access: str
    #: Whether an id of the other workspace stands in it.
    aimed: bool


def addresses(ids: dict[str, Any], urlconf: str = "config.urls_workspace") -> Iterator[Address]:
    for route, pattern in walk(get_resolver(urlconf).url_patterns):
        access = _access(pattern.callback)
        for path, aimed in _filled(route, ids):
            yield Address(path, route, access, aimed)


def walk(patterns: Iterable[URLPattern | URLResolver], where: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, where + str(pattern.pattern))
        else:
            yield where + str(pattern.pattern).removeprefix("^").removesuffix("$"), pattern


def _access(callback: Any) -> str:
    views = (callback, getattr(callback, "view_class", None), getattr(callback, "cls", None))
    return next((found for view in views if (found := getattr(view, "peyvand_access", ""))), "")


def _filled(route: str, ids: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    gaps = list(GAP.finditer(route))
    # A route that no one knows how to fill takes every id there is: one of them is the right one.
    aims = [gap for gap in gaps if _is_id(gap)]
    for identifier in _ids_for(route, ids) if aims else [None]:
        yield "/" + GAP.sub(partial(_fill, route, identifier), route), bool(aims)


def _is_id(gap: re.Match[str]) -> bool:
    return gap["kind"] == "uuid" or (gap["name"] or "") in ("pk", "id") or (gap["name"] or "").endswith("_id")


def _ids_for(route: str, ids: dict[str, Any]) -> list[Any]:
    for entity in registry.entities:
        if f"/{entity.plural}/" in f"/{route}":
            return [ids[entity.model_class._meta.label]]
    return list(ids.values())


def _fill(route: str, identifier: Any, gap: re.Match[str]) -> str:
    name = gap["name"] or gap["group"]
    if _is_id(gap):
        return "7" if gap["kind"] == "int" else str(identifier)
    if name == "name":
        entity = next((e for e in registry.entities if f"/{e.plural}/" in f"/{route}"), None)
        return next(iter(entity.editable_fields)).name if entity and entity.editable_fields else "name"
    if name == "key" and "board" in route:
        return str(identifier or "qq")
    return WORDS.get(name, "1" if gap["kind"] == "int" else "qq")
