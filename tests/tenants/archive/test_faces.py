"""Settings › Your data and its API: who may, what they see, and the whole way round through both."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.test.client import MULTIPART_CONTENT

from crm.models import Account
from identity.models import User
from kernel import files
from kernel.access import Actor, system_actor
from kernel.context import Tenant, public_context, tenant_context
from kernel.jobs import run_due
from kernel.models import AuditEntry
from kernel.records import create_record
from tenants import lifecycle
from tenants.archive.selectors import Archive
from tenants.models import Organization
from tenants.states import State
from tests.factories import api_client, page_client
from tests.tenants.archive.whole import tenant_now

PAGE, API, RESTORES = "/settings/data/", "/api/v1/workspace/archives/", "/api/v1/workspace/restores/"


@pytest.fixture
def browser(live_tenant: Tenant, admin: Actor) -> Client:
    with transaction.atomic():
        return page_client(User.objects.get(pk=admin.user_id), live_tenant)


@pytest.fixture
def program(live_tenant: Tenant, admin: Actor) -> Client:
    with transaction.atomic():
        return api_client(User.objects.get(pk=admin.user_id), live_tenant)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def acts() -> list[str]:
    with transaction.atomic():
        return list(AuditEntry.objects.filter(entity="organization").order_by("id").values_list("action", flat=True))


def test_the_whole_way_round_in_a_browser(live_tenant: Tenant, admin: Actor, browser: Client) -> None:
    with transaction.atomic():
        create_record("account", values={"name": "first"}, actor=admin)
    assert browser.post(f"{PAGE}export/")["Location"] == PAGE
    assert browser.post(f"{PAGE}export/")["Location"] == PAGE
    page = browser.get(PAGE)
    job = page.context["exporting"]["pk"]
    assert f"{PAGE}jobs/{job}/" in page.content.decode()
    assert "HX-Redirect" not in browser.get(f"{PAGE}jobs/{job}/").headers
    run_due()
    assert browser.get(f"{PAGE}jobs/{job}/")["HX-Redirect"] == PAGE
    (archive,) = browser.get(PAGE).context["archives"]
    answer = browser.get(f"{PAGE}archives/{archive.job.pk}/file/")
    zipped = body(answer)
    assert (len(zipped), answer["Content-Type"]) == (archive.size, "application/zip")
    assert answer["Content-Disposition"].endswith('.zip"')
    with transaction.atomic():
        Account.objects.update(name="second")
    looked = browser.post(f"{PAGE}restore/", {"file": SimpleUploadedFile("a.zip", zipped)})
    shown = browser.get(looked["Location"])
    assert dict(shown.context["counts"])["Accounts"] == 1
    refused = browser.post(looked["Location"], {"typed": "Lively"})
    assert (refused.status_code, "typed" in refused.context["draft"].errors) == (422, True)
    assert browser.post(looked["Location"], {"typed": "Live"})["Location"] == PAGE
    restore = browser.get(PAGE).context["restoring"]["pk"]
    run_due()
    # The same page, the same cookie, another schema.
    assert browser.get(f"{PAGE}jobs/{restore}/")["HX-Redirect"] == PAGE
    after = browser.get(PAGE)
    assert [one.job.pk for one in after.context["archives"]] == [archive.job.pk]
    assert body(browser.get(f"{PAGE}archives/{archive.job.pk}/file/")) == zipped
    with tenant_context(tenant_now(live_tenant)):
        with transaction.atomic():
            assert Account.objects.get().name == "first"
        assert acts()[-2:] == ["restored", "downloaded"]
    back = after.context["back"].schema_name
    assert browser.post(f"{PAGE}back/", {"to": back})["Location"] == PAGE
    with transaction.atomic():
        assert Account.objects.get().name == "second"
    assert acts()[-3:] == ["exported", "downloaded", "went_back"]


def test_the_whole_way_round_for_a_program(live_tenant: Tenant, admin: Actor, program: Client) -> None:
    begun = program.post(API)
    assert (begun.status_code, begun.json()["state"], begun.json()["file_url"]) == (202, "waiting", None)
    run_due()
    (row,) = program.get(API).json()["results"]
    assert (row["state"], row["id"]) == ("done", begun.json()["id"])
    zipped = body(program.get(row["file_url"]))
    with transaction.atomic():
        create_record("account", values={"name": "later"}, actor=admin)
    sent = {"file": SimpleUploadedFile("a.zip", zipped), "confirm": "live"}
    answer = program.post(RESTORES, sent, content_type=MULTIPART_CONTENT)
    assert answer.status_code == 202, answer.content
    run_due()
    # The token opens the restored workspace too.
    assert program.get(answer.json()["url"]).json()["state"] == "done"
    assert program.get("/api/v1/accounts/").json()["results"] == []


def test_an_archive_that_is_here_is_restored_without_sending_it(
    live_tenant: Tenant, program: Client, export: Any
) -> None:
    made = export()
    sent = {"archive": str(made.job.pk), "confirm": "live"}
    answer = program.post(RESTORES, sent, content_type=MULTIPART_CONTENT)
    assert answer.status_code == 202, answer.content
    stopped = program.post(f"{answer.json()['url']}cancel/")
    assert stopped.json()["state"] == "cancelled"
    run_due()
    assert tenant_now(live_tenant).schema == live_tenant.schema


def test_a_bad_file_is_refused_beside_the_field(browser: Client, program: Client) -> None:
    answer = browser.post(f"{PAGE}restore/", {"file": SimpleUploadedFile("a.zip", b"PK nothing")})
    assert answer.status_code == 422
    assert "damaged" in answer.content.decode()
    assert browser.post(f"{PAGE}restore/").status_code == 422
    assert list(files.refs()) == []
    sent = {"file": SimpleUploadedFile("a.zip", b"no"), "confirm": "live"}
    refused = program.post(RESTORES, sent, content_type=MULTIPART_CONTENT)
    assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [("file", "not_a_zip")]


def test_an_upload_can_be_thrown_away(browser: Client, export: Any) -> None:
    made: Archive = export()
    assert made.path is not None
    looked = browser.post(f"{PAGE}restore/", {"file": SimpleUploadedFile("a.zip", made.path.read_bytes())})
    browser.post(f"{looked['Location']}discard/")
    assert list(files.refs(but=["archives"])) == []
    browser.post(f"{PAGE}restore/{made.job.pk}/discard/")
    assert made.path.exists()  # an archive made here stays
    with ZipFile(BytesIO(made.path.read_bytes())) as whole:
        assert whole.testzip() is None


@pytest.mark.parametrize("who", ["mina", "nima", "reza"])
def test_only_administrators(who: str, request: Any, tenant: Tenant, client_for: Any, api_for: Any) -> None:
    person = request.getfixturevalue(who)
    pages, api = client_for(person, tenant), api_for(person, tenant)
    pk = "0198c6d2-0000-7000-8000-000000000000"
    gets = [PAGE, f"{PAGE}archives/{pk}/file/", f"{PAGE}jobs/{pk}/", f"{PAGE}restore/{pk}/"]
    posts = [f"{PAGE}export/", f"{PAGE}restore/", f"{PAGE}back/", f"{PAGE}restore/{pk}/", f"{PAGE}jobs/{pk}/stop/"]
    assert {pages.get(path).status_code for path in gets} == {403}
    assert {pages.post(path).status_code for path in posts} == {403}
    assert {api.get(path).status_code for path in (API, f"{API}{pk}/", f"{API}{pk}/file/")} == {403}
    assert api.post(API).status_code == 403


def test_an_archive_of_another_workspace_is_not_there(live_tenant: Tenant, export: Any, stage: Any) -> None:
    made = export()
    other = stage.other.as_tenant()
    stranger = page_client(stage.olga, other)
    for path in (f"archives/{made.job.pk}/file/", f"jobs/{made.job.pk}/", f"restore/{made.job.pk}/"):
        assert stranger.get(PAGE + path).status_code == 404


def test_out_of_a_suspended_workspace(live_tenant: Tenant, admin: Actor, browser: Client) -> None:
    """Administrators take everything along; nothing is brought in there."""
    with public_context():
        organization = Organization.objects.get(pk=live_tenant.id)
        lifecycle.move(organization, State.SUSPENDED, reason="closed_by_provider", actor=system_actor("test"))
    closed = tenant_now(live_tenant)
    assert closed.read_only
    assert browser.post(f"{PAGE}export/")["Location"] == PAGE
    with tenant_context(closed):
        assert run_due() == 1
    (archive,) = browser.get(PAGE).context["archives"]
    assert len(body(browser.get(f"{PAGE}archives/{archive.job.pk}/file/"))) == archive.size
    assert browser.get(f"{PAGE}restore/{archive.job.pk}/").status_code == 403
    with public_context(), transaction.atomic():
        organization.refresh_from_db()
    assert not lifecycle.finish_archive(organization, actor=system_actor("test"))
    with tenant_context(closed):
        assert run_due() == 1
    assert lifecycle.finish_archive(organization, actor=system_actor("test"))
    assert {one.path is not None for one in browser.get(PAGE).context["archives"]} == {True}
