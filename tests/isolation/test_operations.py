"""What the OpenAPI document offers: closed to strangers, empty for neighbours, and known to the inventory."""

import json
from typing import Any

import pytest
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from kernel.context import Tenant
from kernel.registry import registry
from tests.isolation.inventory import generic_operation, listed
from tests.isolation.operations import Operation, operations
from tests.isolation.walk import (
    OPEN_API,
    REFUSED,
    Member,
    Secret,
    adopted,
    ask,
    fingerprint,
    json_of,
    leaks,
    why,
)  # fmt: skip


@pytest.fixture
def offered(secret: Secret, olga: Any, api_for: Any) -> list[Operation]:
    """As the other workspace's owner reads it: with every engine on."""
    document = json.loads(ask(api_for(olga, secret.tenant), "GET", "/api/v1/schema/").whole)
    return list(operations(document, secret.ids))


def _send(client: Any, operation: Operation) -> Any:
    extra: dict[str, Any] = {}
    if operation.media == "application/json":
        extra = json_of(operation.body)
    elif operation.media == "multipart/form-data":
        body = {k: json.dumps(v) if isinstance(v, dict | list) else v for k, v in operation.body.items()}
        extra = {"body": encode_multipart(BOUNDARY, body), "content_type": MULTIPART_CONTENT}
    return client(operation.method, operation.path, **extra)


def test_every_operation_is_known_with_the_places_that_take_an_id(offered: list[Operation]) -> None:
    known = listed("operations")
    found = {generic_operation(one.name): " ".join(one.places) for one in offered}
    for one in offered:  # of entities, the one that takes most says it for all
        name, places = generic_operation(one.name), " ".join(one.places)
        found[name] = max(found[name], places, key=len)
    new = {name: places for name, places in found.items() if known.get(name) != places}
    assert not new, "Say in tests/isolation/inventory.toml, [operations], where these take ids"
    assert not set(known) - set(found), "These are no operations (any more)"
    assert len(offered) > 5 * len(registry.entities)


def test_strangers_are_refused_by_every_operation(
    offered: list[Operation], secret: Secret, tenant: Tenant, sara: Any, token_of: Any
) -> None:
    before = fingerprint(secret.tenant)
    foreign = Client(HTTP_HOST=secret.tenant.host, HTTP_AUTHORIZATION=f"Bearer {token_of(sara, tenant)}")
    wrong = []
    for who in (foreign, Client(HTTP_HOST=secret.tenant.host)):
        for one in offered:
            if one.path.partition("?")[0].lstrip("/") in OPEN_API:
                continue
            response = _send(lambda *a, who=who, **kw: ask(who, *a, **kw), one)
            if response.status_code not in (401, 403, 404) or leaks(response, at_home=False):
                wrong.append(f"{one.name}: {why(response)}")
    assert wrong == []
    assert fingerprint(secret.tenant) == before


def test_neighbours_reach_nothing_by_any_operation(
    offered: list[Operation], secret: Secret, tenant: Tenant, neighbour: Member
) -> None:
    """A body that is right in everything but for whose ids it holds."""
    before = fingerprint(secret.tenant)
    wrong = []
    for one in offered:
        response = _send(neighbour.ask, one)
        if leaks(response) or response.status_code >= 500:
            wrong.append(f"{one.name}: {why(response)}")
        if "path" in one.places and response.status_code not in REFUSED:
            wrong.append(f"{one.name}: {why(response)}")
        if "body" in one.places and response.status_code < 300 and not _refused_inside(response):
            wrong.append(f"{one.name} took {one.body}: {why(response)} {response.whole[:200]!r}")
    assert wrong == []
    assert fingerprint(secret.tenant) == before
    assert adopted(tenant, secret.ids) == []


def _refused_inside(response: Any) -> bool:
    """An answer to many that refuses each."""
    said = json.loads(response.whole or b"{}")
    if "deleted" in said:
        return bool(said["deleted"] == 0)
    rows = said.get("results", [])
    return bool(rows) and all(row.get("kind", row.get("result")) == "refused" for row in rows)
