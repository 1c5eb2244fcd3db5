"""Imports over the API: the interface that programs rely on."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.models import Account, ImportRun
from kernel import files
from kernel.context import Tenant, tenant_context
from kernel.errors import NotFound
from kernel.jobs import run_job
from tests.crm.imports.files import PDF, text_of

pytestmark = pytest.mark.django_db
ROWS = [["Company", "Town", "Staff"], ["Zagros Steel", "Ahvaz", "12"], ["Nordlys", "Oslo", "many"]]


def send(client: Any, rows: Any = None, entity: str = "accounts", **parts: Any) -> Any:
    content = rows if isinstance(rows, bytes) else text_of(rows or ROWS).encode()
    file = SimpleUploadedFile("customers.csv", content, content_type="text/csv")
    data = {"file": file, "entity": entity, **{k: v if isinstance(v, str) else json.dumps(v) for k, v in parts.items()}}
    return client.generic("POST", "/api/v1/imports/", *_multipart(data))


def _multipart(data: dict[str, Any]) -> tuple[bytes, str]:
    from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

    return encode_multipart(BOUNDARY, data), MULTIPART_CONTENT


def work(answer: Any, tenant: Tenant) -> ImportRun:
    with tenant_context(tenant):
        run = ImportRun.objects.get(pk=answer.json()["id"])
        assert run.job_id is not None
        assert run_job(run.job_id)
        run.refresh_from_db()
        return run


def test_a_file_a_state_and_the_errors(tenant: Tenant, sara: Any, api_for: Callable[..., Any]) -> None:
    client = api_for(sara, tenant)
    answer = send(client)
    body = answer.json()
    assert answer.status_code == 202, body
    assert answer["Location"] == body["url"]
    assert body["state"] == "waiting"
    assert body["mapping"] == {"Company": "name", "Town": "city", "Staff": "employees"}
    work(answer, tenant)
    state = client.get(f"/api/v1/imports/{body['id']}/").json()
    assert state["state"] == "done"
    assert {k: state[k] for k in ("rows", "made", "changed", "unchanged", "refused")} == {
        "rows": 2, "made": 1, "changed": 0, "unchanged": 0, "refused": 1,
    }  # fmt: skip
    errors = client.get(f"/api/v1/imports/{body['id']}/errors/")
    assert errors["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(b"".join(errors.streaming_content).decode("utf-8-sig"))))
    assert rows[0] == ["Row", "Column", "Value", "Reason"]
    assert rows[1][:3] == ["3", "Staff", "many"]
    assert rows[1][3]
    assert client.get("/api/v1/imports/").json()["results"][0]["id"] == body["id"]


def test_mapping_match_and_options(tenant: Tenant, sara: Any, api_for: Callable[..., Any]) -> None:
    client = api_for(sara, tenant)
    mapping = {"Company": "name", "Town": "country", "Staff": None}
    answer = send(client, mapping=mapping, match="name", entity="account", options={"create_related": False})
    assert answer.status_code == 202, answer.json()
    assert answer.json()["match"] == ["name"]
    work(answer, tenant)
    assert set(Account.objects.values_list("name", "country", "city")) == {
        ("Zagros Steel", "Ahvaz", ""), ("Nordlys", "Oslo", ""),
    }  # fmt: skip
    changed = work(send(client, [["Company", "Town"], ["ZAGROS  steel", "Karaj"]]), tenant)
    assert (changed.made, changed.changed) == (0, 1)


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"mapping": "[1]"}, "mapping"),
        ({"mapping": {"Company": 3}}, "mapping"),
        ({"mapping": {"Nowhere": "name"}}, "Nowhere"),
        ({"mapping": {"Company": "shoe_size"}}, "Company"),
        ({"mapping": {"Company": "created_at"}}, "Company"),
        ({"mapping": {"Company": "name", "Town": "name"}}, "Town"),
        ({"mapping": {"Company": "parent.city"}}, "Company"),
        ({"mapping": {}}, "mapping"),
        ({"match": "revenue"}, "match"),
        ({"match": "[oops"}, "match"),
        ({"options": "oops"}, "options"),
        ({"options": {"delimiter": "::"}}, "file"),
        ({"options": {"encoding": "rot13"}}, "file"),
    ],
)
def test_bad_choices_are_told_and_leave_nothing(
    tenant: Tenant, sara: Any, api_for: Callable[..., Any], tmp_path: Any, parts: dict[str, Any], field: str
) -> None:
    answer = send(api_for(sara, tenant), **parts)
    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"].startswith("application/problem+json")
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert not ImportRun.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_bad_files_are_told_and_leave_nothing(
    tenant: Tenant, sara: Any, api_for: Callable[..., Any], settings: Any, tmp_path: Any
) -> None:
    client = api_for(sara, tenant)
    for content, code in ((PDF, "not_a_table"), (b" ", "empty_file"), (b"a,b\r\n", "no_rows")):
        answer = send(client, content)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    settings.IMPORT_MAX_BYTES = 10
    assert send(client).json()["errors"][0]["code"] == "too_large"
    assert client.generic("POST", "/api/v1/imports/", *_multipart({"entity": "account"})).status_code == 422
    assert client.post("/api/v1/imports/", {}).status_code == 415
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not ImportRun.objects.exists()


def test_who_may_not(tenant: Tenant, nima: Any, reza: Any, sara: Any, api_for: Callable[..., Any]) -> None:
    assert send(api_for(None, tenant)).status_code == 401
    assert send(api_for(reza, tenant)).status_code == 403
    assert send(api_for(nima, tenant)).status_code == 403
    assert send(api_for(sara, tenant), entity="role").status_code == 404
    assert send(api_for(sara, tenant), entity="../etc").status_code == 404
    run = work(send(api_for(sara, tenant)), tenant)
    for client in (api_for(nima, tenant), api_for(reza, tenant)):
        for path in ("", "errors/"):
            assert client.get(f"/api/v1/imports/{run.pk}/{path}").status_code == 404
        assert client.get("/api/v1/imports/").json()["results"] == []


def test_an_outsider_reaches_nothing(
    tenant: Tenant, other_tenant: Tenant, sara: Any, olga: Any, api_for: Callable[..., Any]
) -> None:
    run = work(send(api_for(sara, tenant)), tenant)
    client = api_for(olga, other_tenant)
    assert client.get(f"/api/v1/imports/{run.pk}/").status_code == 404
    assert client.get(f"/api/v1/imports/{run.pk}/errors/").status_code == 404
    assert client.post(f"/api/v1/imports/{run.pk}/cancel/").status_code == 404
    assert client.get("/api/v1/imports/").json()["count"] == 0
    with tenant_context(other_tenant), pytest.raises(NotFound):
        files.path_of(run.file)


def test_stopping(tenant: Tenant, sara: Any, api_for: Callable[..., Any]) -> None:
    client = api_for(sara, tenant)
    started = send(client).json()
    stopped = client.post(f"/api/v1/imports/{started['id']}/cancel/")
    assert (stopped.status_code, stopped.json()["state"]) == (200, "cancelled")
    assert client.post(f"/api/v1/imports/{started['id']}/cancel/").status_code == 409
    assert not Account.objects.exists()


def test_engine_off(tenant: Tenant, sara: Any, actor_for: Callable[..., Any], api_for: Callable[..., Any]) -> None:
    from tenants.services.engines import disable_engine

    with tenant_context(tenant):
        disable_engine(actor=actor_for(sara), name="sfa")
    assert send(api_for(sara, tenant), entity="deal").status_code == 404
