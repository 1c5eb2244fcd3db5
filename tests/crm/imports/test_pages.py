"""The wizard, step by step, as a browser goes through it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.imports.preview import ROWS_AT_ONCE
from crm.models import Account, ImportRun
from kernel.context import Tenant, tenant_context
from kernel.jobs import run_job
from tests.crm.imports.files import PDF, text_of

pytestmark = pytest.mark.django_db
ROWS = [["Company", "Town", "Staff"], ["Zagros Steel", "Ahvaz", "12"], ["Nordlys", "Oslo", "many"]]


def upload(client: Any, rows: Any = None, entity: str = "account", name: str = "customers.csv") -> Any:
    content = rows if isinstance(rows, bytes) else text_of(rows or ROWS).encode()
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    return client.post("/import/new/", {"entity": entity, "file": file})


def test_the_whole_way(tenant: Tenant, sara: Any, client_for: Callable[..., Any]) -> None:
    client = client_for(sara, tenant)
    assert b"Nothing has been imported yet" in client.get("/import/").content
    assert client.get("/import/new/").status_code == 200
    answer = upload(client)
    assert answer.status_code == 302, answer.content
    mapping = client.get(answer["Location"])
    assert b"Zagros Steel" in mapping.content
    run = ImportRun.objects.get()
    chosen = {"target-0": "name", "target-1": "city", "target-2": "employees", "match": "name", "create_related": "on"}
    answer = client.post(f"/import/{run.pk}/mapping/", chosen)
    assert answer["Location"] == f"/import/{run.pk}/preview/"
    preview = client.get(answer["Location"]).content.decode()
    assert "Import 2 rows" in preview
    assert "many" in preview
    assert not Account.objects.exists()
    answer = client.post(f"/import/{run.pk}/start/")
    running = client.get(answer["Location"]).content.decode()
    assert "You may leave this page" in running
    assert f"/import/{run.pk}/progress/" in running
    run.refresh_from_db()
    with tenant_context(tenant):
        assert run.job_id
        assert run_job(run.job_id)
    assert client.get(f"/import/{run.pk}/progress/")["HX-Redirect"] == f"/import/{run.pk}/"
    result = client.get(f"/import/{run.pk}/").content.decode()
    assert "See the records" in result
    assert "Error file, CSV" in result
    assert Account.objects.get().name == "Zagros Steel"
    errors = b"".join(client.get(f"/import/{run.pk}/errors.csv").streaming_content).decode()
    assert "3,Staff,many," in errors
    workbook = client.get(f"/import/{run.pk}/errors.xlsx")
    assert b"".join(workbook.streaming_content)[:2] == b"PK"
    assert client.get(f"/import/{run.pk}/errors.exe").status_code == 404
    assert b"customers.csv" in client.get("/import/").content
    remembered = upload(client)
    assert b"As last time" in client.get(remembered["Location"]).content


def test_mistakes_keep_what_was_chosen(tenant: Tenant, sara: Any, client_for: Callable[..., Any]) -> None:
    client = client_for(sara, tenant)
    refused = upload(client, PDF)
    assert refused.status_code == 422
    assert "PDF" in refused.content.decode()
    assert client.post("/import/new/", {"entity": "account"}).status_code == 422
    upload(client)
    run = ImportRun.objects.get()
    twice = client.post(f"/import/{run.pk}/mapping/", {"target-0": "name", "target-1": "name", "match": "name"})
    assert twice.status_code == 422
    assert "go to the same field" in twice.content.decode()
    assert client.post(f"/import/{run.pk}/mapping/", {"match": ""}).status_code == 422
    reread = client.post(f"/import/{run.pk}/reread/", {"encoding": "cp1256", "delimiter": ";"})
    assert reread.status_code == 302
    run.refresh_from_db()
    assert (run.table["encoding"], len(run.table["columns"])) == ("cp1256", 1)
    assert client.post(f"/import/{run.pk}/reread/", {"encoding": "rot13"}).status_code == 422
    assert client.post(f"/import/{run.pk}/discard/").status_code == 302
    assert not ImportRun.objects.exists()


def test_a_long_file_is_tried_out_in_the_background(tenant: Tenant, sara: Any, client_for: Callable[..., Any]) -> None:
    client = client_for(sara, tenant)
    rows = [["Company", "Town"], *[[f"Company {n}", "Ahvaz"] for n in range(ROWS_AT_ONCE + 5)]]
    answer = upload(client, rows)
    run = ImportRun.objects.get()
    client.post(answer["Location"], {"target-0": "name", "target-1": "city", "match": "name"})
    assert "Trying the file out" in client.get(f"/import/{run.pk}/preview/").content.decode()
    run.refresh_from_db()
    with tenant_context(tenant):
        assert run.preview_job
        assert run_job(run.preview_job)
    assert client.get(f"/import/{run.pk}/preview/", HTTP_HX_REQUEST="true")["HX-Refresh"] == "true"
    assert "Import 2,005 rows" in client.get(f"/import/{run.pk}/preview/").content.decode()
    assert not Account.objects.exists()


def test_a_table_to_begin_with(tenant: Tenant, sara: Any, client_for: Callable[..., Any]) -> None:
    client = client_for(sara, tenant)
    content = client.get("/import/template/deal.csv").content
    assert content.startswith(b"\xef\xbb\xbf")
    assert upload(client, content + b"x,y\r\n", "deal").status_code == 302
    run = ImportRun.objects.get()
    assert len(run.mapping) == len(run.table["columns"])


def test_who_may_not(
    tenant: Tenant, other_tenant: Tenant, sara: Any, reza: Any, olga: Any, client_for: Callable[..., Any]
) -> None:
    upload(client_for(sara, tenant))
    run = ImportRun.objects.get()
    paths = ["", "mapping/", "preview/", "progress/", "errors.csv"]
    assert client_for(None, tenant).get("/import/")["Location"].startswith("/auth/")
    reader = client_for(reza, tenant)
    assert reader.get("/import/").status_code == 403
    assert upload(reader).status_code == 403
    outsider = client_for(olga, other_tenant)
    for path in paths:
        assert reader.get(f"/import/{run.pk}/{path}").status_code == 404
        assert outsider.get(f"/import/{run.pk}/{path}").status_code == 404
    for path in ("start/", "stop/", "discard/", "reread/"):
        assert outsider.post(f"/import/{run.pk}/{path}").status_code == 404
        assert client_for(sara, tenant).get(f"/import/{run.pk}/{path}").status_code == 405


def test_list_queries_do_not_grow(
    tenant: Tenant, sara: Any, client_for: Callable[..., Any], django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_for(sara, tenant)
    upload(client)
    client.get("/import/")
    with CaptureQueriesContext(connection) as one:
        client.get("/import/")
    upload(client)
    upload(client)
    with CaptureQueriesContext(connection) as three:
        client.get("/import/")
    assert len(one) == len(three)
