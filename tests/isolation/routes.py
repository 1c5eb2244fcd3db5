"""Every address of every host, with its gaps filled in by another workspace's ids. Read off the URL map, so that new
addresses are walked without anybody thinking of it; the inventory says whose id belongs into which."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.isolation.inventory import URLCONFS, entity_of, entry_for
from tests.isolation.planting import OWN_PLURAL

GAP = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>|\(\?P<(?P<group>\w+)>[^)]*\)")
WORDS = {"entity": "account", "tag": "account", "uidb36": "1", "key": "qq-qq", "token": "qqqq", "kind": "csv"}


@dataclass(frozen=True)
class Address:
    path: str
    route: str
    access: str
    #: Whether an id of the other workspace stands in it.
    aimed: bool
    #: Whether asking for it may end what the asker stands on: asked last.
    ends: bool = False


def addresses(ids: dict[str, Any], host: str = "workspace") -> list[Address]:
    found = []
    for route, pattern in routes_of(host):
        entry = entry_for(host, route) or {}
        for path, aimed in _filled(route, ids, entry):
            asked = f"{path}?{entry['query']}" if "query" in entry else path
            found.append(Address(asked, route, access_of(pattern.callback), aimed, entry.get("ends", False)))
    return sorted(found, key=lambda address: address.ends)


def of_one_entity(found: list[Address]) -> list[Address]:
    """Every address, but of those that are made for each entity, one entity's: where the entity makes no difference."""
    return [one for one in found if (entity := entity_of(one.route)) is None or entity.name == "account"]


def routes_of(host: str) -> Iterator[tuple[str, URLPattern]]:
    yield from walk(get_resolver(URLCONFS[host]).url_patterns)


def walk(patterns: Iterable[URLPattern | URLResolver], where: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, where + str(pattern.pattern))
        else:
            yield where + str(pattern.pattern).removeprefix("^").removesuffix("$"), pattern


def access_of(callback: Any) -> str:
    views = (callback, getattr(callback, "view_class", None), getattr(callback, "cls", None))
    return next((found for view in views if (found := getattr(view, "peyvand_access", ""))), "")


def _filled(route: str, ids: dict[str, Any], entry: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    aim, words = entry.get("aim", ""), {**WORDS, **entry.get("words", {})}
    aims = [gap for gap in GAP.finditer(route) if is_id(gap)]
    if not aims:
        return iter([("/" + GAP.sub(partial(_fill, route, words, None), route), False)])
    # Whose id belongs here is written down; until it is, every id there is gets its turn.
    wanted = [ids[aim]] if aim in ids else list(ids.values())
    return iter([("/" + GAP.sub(partial(_fill, route, words, one), route), True) for one in wanted])


def is_id(gap: re.Match[str]) -> bool:
    return gap["kind"] == "uuid" or (gap["name"] or "") in ("pk", "id") or (gap["name"] or "").endswith("_id")


def _fill(route: str, words: dict[str, str], identifier: Any, gap: re.Match[str]) -> str:
    name = gap["name"] or gap["group"]
    if is_id(gap):
        return str(identifier) if (gap["kind"] == "int") == isinstance(identifier, int) else "7"
    if name == "name" and name not in words:
        entity = entity_of(route)
        return next(iter(entity.editable_fields)).name if entity and entity.editable_fields else "name"
    if name == "plural":
        return OWN_PLURAL
    return words.get(name, "1" if gap["kind"] == "int" else "qq")
