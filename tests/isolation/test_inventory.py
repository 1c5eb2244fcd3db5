"""What is not written down is refused: a new way between workspaces fails here until somebody has thought."""

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import path

from tests.isolation.detectors import (
    CALLOUTS,
    FOUND,
    WAREHOUSE,
    areas_of,
    imported,
    is_asynchronous,
    opens_stores,
    pushes_events,
    uses_streams,
)  # fmt: skip
from tests.isolation.inventory import FILE, URLCONFS, entry_for, generic, inventory, listed, routes_on
from tests.isolation.planting import own_models
from tests.isolation.routes import GAP, access_of, is_id, routes_of
from tests.isolation.walk import Secret

HOW = f"Add it to {FILE.relative_to(FILE.parents[2])}"
hosts = pytest.mark.parametrize("host", URLCONFS)
kinds = pytest.mark.parametrize("kind", FOUND)


@cache
def known_tests() -> set[str]:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in Path(__file__).parent.glob("test_*.py")]
    return {n.name for tree in trees for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}


@cache
def found_of(kind: str) -> set[str]:
    return FOUND[kind]()


def missing(kind: str, found: set[str]) -> list[str]:
    """What there is and nobody has listed, in words that tell what to do."""
    return [f"{name}: {HOW}, [{kind}], with the test that attacks it" for name in sorted(found - set(listed(kind)))]


@hosts
def test_every_route_is_listed(host: str) -> None:
    unknown = [
        f'"{generic(route)}" = {{ access = "{access_of(pattern.callback)}" }}: {HOW}, [routes.{host}], with its `aim`'
        for route, pattern in routes_of(host)
        if entry_for(host, route) is None
    ]
    assert not unknown


@hosts
def test_routes_are_as_open_as_they_were_when_somebody_looked(host: str) -> None:
    changed = [
        f"{route}: {entry['access']} is written, {access_of(pattern.callback)} it is"
        for route, pattern in routes_of(host)
        if (entry := entry_for(host, route)) and entry["access"] != access_of(pattern.callback)
    ]
    assert not changed


@hosts
def test_every_address_with_an_id_says_whose(host: str, secret: Secret) -> None:
    aimless = [
        f"{route}: {HOW}: aim = the model whose id stands in it"
        for route, _pattern in routes_of(host)
        if any(is_id(gap) for gap in GAP.finditer(route))
        and (entry := entry_for(host, route))
        and entry.get("aim") not in secret.ids
    ]
    assert not aimless


@hosts
def test_no_route_is_listed_that_is_gone(host: str) -> None:
    there = {name for route, _pattern in routes_of(host) for name in (route, generic(route))}
    assert not set(routes_on(host)) - there


@kinds
def test_everything_of_its_kind_is_listed(kind: str) -> None:
    assert not missing(kind, found_of(kind))


@kinds
def test_nothing_is_listed_that_is_gone(kind: str) -> None:
    assert not set(listed(kind)) - found_of(kind)


def test_every_kind_has_its_finder() -> None:
    assert set(inventory()) == {*FOUND, "routes", "operations"}


def test_every_test_that_is_named_is_there() -> None:
    named = {test for kind in FOUND for test in listed(kind).values()}
    assert not named - known_tests()


def test_every_table_is_planted(secret: Secret) -> None:
    """Rows of every model, so that there is something of everybody's to be found."""
    assert {model._meta.label for model in own_models()} <= set(secret.ids)


@pytest.mark.parametrize(("snippet", "finder"), [
    ("import duckdb", lambda tree: imported(tree) & WAREHOUSE),
    ("from duckdb import connect", lambda tree: imported(tree) & WAREHOUSE),
    ("def f():\n    import httpx", lambda tree: imported(tree) & CALLOUTS),
    ("from urllib.request import urlopen", lambda tree: imported(tree) & CALLOUTS),
    ("import redis\nkept = redis.Redis()", opens_stores),
    ("from redis import StrictRedis", opens_stores),
    ("def f():\n    import sqlite3", opens_stores),
    ("async def view(request):\n    return None", is_asynchronous),
    ("from asgiref.sync import sync_to_async", is_asynchronous),
    ("from channels.layers import get_channel_layer", pushes_events),
    ("def f():\n    return HttpResponse(content_type='text/event-stream; charset=utf-8')", pushes_events),
    ("def f():\n    return StreamingHttpResponse(rows())", uses_streams),
    ("from django.http import FileResponse as F", uses_streams),
    ("from django.core.cache import caches", lambda tree: "django.core.cache" in imported(tree)),
    ("AREA = 'letters'\nfiles.save(AREA, x)", lambda tree: areas_of(tree) == {"letters"}),
    ("kernel.files.save(where(), x)", lambda tree: areas_of(tree) == {"where()"}),
])  # fmt: skip
def test_the_finders_find(snippet: str, finder: Any) -> None:
    assert finder(ast.parse(snippet))
    assert not finder(ast.parse("from django.http import HttpResponse\n\ndef f():\n    return HttpResponse('a')"))


def test_what_is_new_is_refused_with_a_word_on_what_to_do() -> None:
    told = missing("tasks", {*FOUND["tasks"](), "crm.tasks.send_everything"})
    assert told == ["crm.tasks.send_everything: Add it to tests/isolation/inventory.toml, [tasks], with the test "
                    "that attacks it"]  # fmt: skip


def test_a_new_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.isolation import test_inventory

    new = path("accounts/secret/", lambda request: HttpResponse())
    monkeypatch.setattr(test_inventory, "routes_of", lambda host: [(str(new.pattern), new)])
    with pytest.raises(AssertionError, match=r"records>/secret/.*Add it to"):
        test_inventory.test_every_route_is_listed("workspace")
