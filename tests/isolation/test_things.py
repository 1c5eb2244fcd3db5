"""What is no page: files, jobs, undo, audit, caches, exports, imports, and values that name a neighbour's record."""

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from kernel import audit, files
from kernel.access import system_actor
from kernel.context import Tenant, tenant_context
from kernel.errors import Denied, Invalid, NotFound
from kernel.jobs import cancel_job, run_job
from kernel.models import Job
from kernel.query import labels_for, parse_filters, select, suggest
from kernel.records import create_record, delete_record, restore_record, undo_batch, update_record
from kernel.registry import Entity, registry
from tests.factories.buckets import own_bucket
from tests.isolation.planting import MARK
from tests.isolation.walk import Secret, leaks

Faces = Callable[[Any, Tenant], Client]
Ask = Callable[..., Any]

entities = pytest.mark.parametrize("entity", registry.entities, ids=lambda e: e.name)


@pytest.fixture
def actor(actor_for: Any, sara: Any) -> Any:
    return actor_for(sara)


@pytest.fixture(params=["folder", "bucket"])
def kept(
    request: pytest.FixtureRequest, secret: Secret, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A file of the other workspace, wherever files lie."""
    settings.FILES_ROOT = tmp_path
    with own_bucket(settings, monkeypatch) if request.param == "bucket" else nullcontext():
        with tenant_context(secret.tenant):
            ref = files.save("imports", [MARK.encode()])
        yield ref


def test_a_file_is_found_by_its_own_workspace_only(kept: str, secret: Secret, tenant: Tenant) -> None:
    with tenant_context(tenant):
        with pytest.raises(NotFound):
            files.path_of(kept)
        files.delete(kept)
        assert list(files.refs()) == []
    with tenant_context(secret.tenant):
        assert files.path_of(kept).read_bytes() == MARK.encode()


@pytest.mark.parametrize("trick", [
    "imports/../../{schema}/{ref}", "../{schema}/{ref}", "/{schema}/{ref}", "imports/{name}/../../../{schema}/{ref}",
    "imports\\..\\..\\{schema}\\{ref}", "imports/%2e%2e/{schema}/{ref}", "imports/{name}\x00", "", "/", "imports/",
])  # fmt: skip
def test_no_name_reaches_out_of_the_folder(trick: str, kept: str, secret: Secret, tenant: Tenant) -> None:
    name = kept.partition("/")[2]
    ref = trick.format(schema=secret.tenant.schema, ref=kept, name=name)
    with tenant_context(tenant), pytest.raises((NotFound, ValueError)):
        files.path_of(ref)


def test_deleting_a_name_of_the_other_workspace_deletes_nothing(kept: str, secret: Secret, tenant: Tenant) -> None:
    with tenant_context(tenant):
        files.delete(kept)
    with tenant_context(secret.tenant):
        assert files.path_of(kept).is_file()


def test_jobs_are_out_of_reach(secret: Secret, tenant: Tenant, actor: Any) -> None:
    job = secret.id("kernel.Job")
    with tenant_context(tenant):
        with pytest.raises((NotFound, Denied)):
            cancel_job(job, actor=actor)
        assert run_job(job) is False
    with tenant_context(secret.tenant):
        assert not Job.objects.get(pk=job).cancel_requested


def test_undo_takes_back_nothing_of_the_other(secret: Secret, tenant: Tenant, actor: Any) -> None:
    with tenant_context(secret.tenant), transaction.atomic():
        record = create_record("account", actor=system_actor("test"), values={"name": f"{MARK} Ltd"})
    with tenant_context(tenant), transaction.atomic(), pytest.raises(NotFound):
        undo_batch(record.audit_id, actor=actor)
    with tenant_context(secret.tenant):
        assert type(record).objects.filter(pk=record.pk).exists()


@entities
def test_history_of_the_other_is_not_there(entity: Entity, secret: Secret, tenant: Tenant, actor: Any) -> None:
    pk = secret.id(entity.model_class._meta.label)
    with tenant_context(tenant), pytest.raises(NotFound):
        list(audit.history(entity, pk, actor=actor, limit=10))


@entities
def test_services_do_not_find_the_other_record(entity: Entity, secret: Secret, tenant: Tenant, actor: Any) -> None:
    pk = secret.id(entity.model_class._meta.label)
    with tenant_context(tenant):
        acts: tuple[Any, ...] = (partial(update_record, values={}), delete_record, restore_record)
        for act in acts:
            with transaction.atomic(), pytest.raises((NotFound, Denied)):
                act(entity, pk, actor=actor)


@entities
def test_nothing_is_suggested_or_named(entity: Entity, secret: Secret, tenant: Tenant, actor: Any) -> None:
    pk = secret.id(entity.model_class._meta.label)
    with tenant_context(tenant):
        assert suggest(entity, MARK, actor=actor) == []
        assert labels_for(entity, [pk], actor=actor) == {}
        assert not select(entity, actor=actor, q=MARK).exists()


def test_filters_by_a_neighbours_record_find_nothing(secret: Secret, tenant: Tenant, actor: Any) -> None:
    with tenant_context(tenant):
        for entity in registry.entities_of(tenant.engines):
            for field in entity.filter_fields:
                if field.kind != "relation":
                    continue
                pk = secret.id(registry.entity(field.target).model_class._meta.label)
                try:
                    rows = select(entity, actor=actor, filters=parse_filters(entity, {field.name: str(pk)}))
                except Invalid:  # refused: one cannot filter by this, or not this actor
                    continue
                assert not rows.exists(), f"{entity.name}.{field.name}"


@entities
def test_a_record_cannot_point_to_the_other_workspace(
    entity: Entity, secret: Secret, tenant: Tenant, sara: Any, api_for: Faces, ask: Ask
) -> None:
    """Neither one by one nor in bulk; and the answer tells nothing of what the id stands for."""
    relations = [f for f in entity.editable_fields if f.kind == "relation"]
    if not relations or entity.engine not in {*tenant.engines, *registry.always_on()}:
        pytest.skip("Nothing to point with.")
    api = api_for(sara, tenant)
    for field in relations:
        target = registry.entity(field.target).model_class
        body = {"name": "Ours", field.name: str(secret.id(target._meta.label))}
        for path, sent in (
            (f"/api/v1/{entity.plural}/", body),
            (f"/api/v1/{entity.plural}/bulk/", {"records": [body]}),
        ):
            response = ask(api, "POST", path, body=json.dumps(sent), content_type="application/json")
            assert not leaks(response)
            said = json.loads(response.whole)
            assert response.status_code in (400, 403, 404, 405, 422) or _all_refused(said), (path, field.name, said)


def _all_refused(said: dict[str, Any]) -> bool:
    return bool(said.get("results")) and all(row.get("kind", row.get("result")) == "refused" for row in said["results"])


def test_exports_hold_ones_own_only(secret: Secret, tenant: Tenant, sara: Any, client_for: Faces, ask: Ask) -> None:
    client = client_for(sara, tenant)
    for entity in registry.entities_of(tenant.engines):
        if not entity.pages:
            continue
        for query in ("", f"?q={MARK}", f"?view={secret.id('crm.SavedView')}", "?format=xlsx"):
            response = ask(client, "GET", f"/{entity.plural}/export/{query}")
            assert not leaks(response), entity.name


@pytest.mark.parametrize("path", ["/palette/?q={mark}", "/lookup/account/?q={mark}", "/accounts/?q={mark}"])
def test_search_finds_ones_own_only(
    path: str, secret: Secret, tenant: Tenant, sara: Any, client_for: Faces, ask: Ask
) -> None:
    """The mark comes back as what was searched for, and never with what follows it in a record."""
    whole = ask(client_for(sara, tenant), "GET", path.format(mark=MARK)).whole.decode()
    assert f"{MARK}1" not in whole
    assert f"{MARK}2" not in whole


def test_imports_match_and_make_at_home(secret: Secret, tenant: Tenant, sara: Any, api_for: Faces) -> None:
    """A row that names a neighbour's account makes one here, or is refused; it never touches the neighbour's."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from crm.models import Account, ImportRun

    with tenant_context(secret.tenant):
        theirs = Account.objects.get(pk=secret.id("crm.Account"))
    upload = SimpleUploadedFile("a.csv", f"name,city\n{theirs.name},Here\n".encode(), "text/csv")
    sent = {"file": upload, "entity": "account", "mapping": '{"name": "name", "city": "city"}', "match": "name"}
    client = Client(HTTP_HOST=tenant.host, HTTP_AUTHORIZATION=api_for(sara, tenant).defaults["HTTP_AUTHORIZATION"])
    response = client.post("/api/v1/imports/", sent)
    assert response.status_code == 202, response.content
    with tenant_context(tenant), transaction.atomic():
        run = ImportRun.objects.get(pk=json.loads(response.content)["id"])
        assert run.job_id
        run_job(run.job_id)
        run.refresh_from_db()
        assert (run.state, run.made) == ("done", 1)
    with tenant_context(secret.tenant):
        again = Account.objects.get(pk=theirs.pk)
        assert (again.city, again.version) == (theirs.city, theirs.version)
