"""An engine that nothing here knows of: installed as a package, switched on, and it is everywhere at once."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from kernel import outbox
from kernel.access import system_actor
from kernel.context import Tenant, tenant_context
from kernel.jobs import run_job, start_job
from kernel.models import AuditEntry
from kernel.records import create_record
from kernel.registry import registry
from tenants.services.engines import disable_engine, enable_engine

Faces = Callable[[Any, Tenant], Client]
ME = system_actor("test")
TABLE = "peyvand_machines_machine"


def has_table() -> bool:
    with connection.cursor() as cursor:
        return TABLE in connection.introspection.table_names(cursor)


@pytest.fixture
def on(tenant: Tenant) -> Tenant:
    """Acme with the engine switched on."""
    with transaction.atomic():
        bound: Tenant = enable_engine(actor=ME, name="machines").as_tenant()
    return bound


@pytest.fixture
def machine(on: Tenant) -> Any:
    with tenant_context(on), transaction.atomic():
        return create_record("machine", actor=ME, values={"name": "Lathe", "serial": "L-1"})


def _api(client: Client, path: str, body: Any = None) -> tuple[int, Any]:
    response = client.get(path) if body is None else client.post(path, body)
    return response.status_code, json.loads(response.content or "null")


def test_it_is_known_without_a_line_elsewhere() -> None:
    module = registry.module("machines")
    assert module.vendor == "Aria Systems"
    assert "peyvand-outside-" in str(__import__("peyvand_machines").__file__)


def test_while_it_is_off_nothing_of_it_is_there(tenant: Tenant, sara: Any, client_for: Faces, api_for: Faces) -> None:
    pages, api = client_for(sara, tenant), api_for(sara, tenant)
    with transaction.atomic():
        assert not has_table()
    for path in ("/machines/", "/machines/new/", "/due-machines/"):
        assert pages.get(path).status_code == 404
    for path in ("/api/v1/machines/", "/api/v1/due-machines/"):
        assert _api(api, path)[0] == 404
    assert "/api/v1/machines/" not in _api(api, "/api/v1/schema/")[1]["paths"]
    assert b"/machines/" not in pages.get("/").content


def test_its_table_comes_to_exist(on: Tenant) -> None:
    with tenant_context(on), transaction.atomic():
        assert has_table()


def test_its_pages_stand_in_the_navigation(on: Tenant, machine: Any, sara: Any, client_for: Faces) -> None:
    client = client_for(sara, on)
    home = client.get("/").content.decode()
    assert 'href="/machines/"' in home
    assert 'href="/due-machines/"' in home
    assert "Lathe" in client.get("/machines/").content.decode()
    assert "Lathe" in client.get(f"/machines/{machine.pk}/").content.decode()
    assert client.get("/due-machines/").status_code == 200


def test_its_entity_is_in_the_api_and_in_the_schema(on: Tenant, sara: Any, api_for: Faces) -> None:
    api = api_for(sara, on)
    status, made = _api(api, "/api/v1/machines/", {"name": "Press", "serial": "P-1"})
    assert status == 201, made
    assert [m["name"] for m in _api(api, "/api/v1/machines/?q=pre")[1]["results"]] == ["Press"]
    assert _api(api, f"/api/v1/machines/{made['id']}/")[1]["serial"] == "P-1"
    paths = _api(api, "/api/v1/schema/")[1]["paths"]
    assert {"/api/v1/machines/", "/api/v1/due-machines/"} <= set(paths)
    assert _api(api, "/api/v1/due-machines/") == (200, {"results": []})


def test_its_record_may_belong_to_an_account(on: Tenant, sara: Any, api_for: Faces) -> None:
    api = api_for(sara, on)
    account = _api(api, "/api/v1/accounts/", {"name": "Aria"})[1]
    made = _api(api, "/api/v1/machines/", {"name": "Press", "account": account["id"]})[1]
    assert made["account"] == account["id"]


def test_its_permission_is_asked_for(
    on: Tenant, sara: Any, mina: Any, reza: Any, client_for: Faces, api_for: Faces
) -> None:
    """A manager may plan service, as the manifest says; a reader sees machines only."""
    assert client_for(mina, on).get("/due-machines/").status_code == 200
    assert client_for(reza, on).get("/due-machines/").status_code == 403
    assert client_for(reza, on).get("/machines/").status_code == 200
    assert _api(api_for(reza, on), "/api/v1/due-machines/")[0] == 403
    assert _api(api_for(reza, on), "/api/v1/machines/", {"name": "Mine"})[0] == 403


def test_its_job_runs_and_its_event_is_heard(on: Tenant, machine: Any) -> None:
    with tenant_context(on), transaction.atomic():
        job = start_job("machines.plan_service", actor=ME, payload={})
        assert run_job(job.pk)
        job.refresh_from_db()
        assert (job.state, job.result) == ("done", {"planned": 1})
        machine.refresh_from_db()
        assert machine.next_service_on is not None
        while outbox.relay():
            pass
        heard = AuditEntry.objects.get(action="service_planned")
        assert heard.changes == {"planned": 1}


def test_off_again_hides_it_and_keeps_what_was_there(
    on: Tenant, machine: Any, sara: Any, client_for: Faces, api_for: Faces
) -> None:
    with tenant_context(on), transaction.atomic():
        off = disable_engine(actor=ME, name="machines").as_tenant()
    assert client_for(sara, off).get(f"/machines/{machine.pk}/").status_code == 404
    assert _api(api_for(sara, off), f"/api/v1/machines/{machine.pk}/")[0] == 404
    with tenant_context(off), transaction.atomic():
        assert has_table()
        again = enable_engine(actor=ME, name="machines").as_tenant()
    assert client_for(sara, again).get(f"/machines/{machine.pk}/").status_code == 200
