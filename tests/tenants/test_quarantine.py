"""A workspace in quarantine: what its people see, what workers skip, and what the provider can do about it."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from identity.services.accounts import create_operator
from kernel.access import system_actor
from kernel.context import Tenant, public_context, tenant_context
from kernel.models import OutboxMessage
from tenants.models import Organization, ReleaseRun
from tenants.releases import is_behind, release
from tenants.releases.run import Options
from tenants.selectors import health_of_every_schema, schemas_with_work
from tenants.services.engines import BeingUpdated, enable_engine
from tests.factories import PASSWORD, page_client

ERROR = 'ProgrammingError: column "nickname" of relation "crm_contact" already exists'


def change(tenant: Tenant, **values: Any) -> Organization:
    with public_context():
        one: Organization = Organization.objects.get(pk=tenant.id)
        for name, value in values.items():
            setattr(one, name, value)
        one.save()
        return one


def acme() -> Organization:
    with public_context():
        found: Organization = Organization.objects.get(subdomain="acme")
        return found


@pytest.fixture
def quarantined(tenant: Tenant) -> Organization:
    return change(tenant, quarantined_at=timezone.now(), quarantine_error=ERROR, releases={"core": "older"})


@pytest.fixture
def console(public: None) -> Client:
    operator = create_operator(
        actor=system_actor("test"), email="arash@peyvand.example", name="Arash", password=PASSWORD
    )
    return page_client(operator, Tenant(schema="public", host="console.localhost"))


def test_people_see_a_page_in_their_language(quarantined: Organization, sara: Any, client_for: Any) -> None:
    client = client_for(sara, quarantined.as_tenant())
    page = client.get("/", HTTP_ACCEPT_LANGUAGE="en")
    assert page.status_code == 503
    assert page["Retry-After"] == "600"
    assert "This workspace is being updated" in page.content.decode()
    assert ERROR not in page.content.decode()
    assert "این فضای کار در حال به‌روزرسانی است" in client.get("/", HTTP_ACCEPT_LANGUAGE="fa").content.decode()


def test_programs_get_a_problem_document(quarantined: Organization, sara: Any, api_for: Any) -> None:
    answer = api_for(sara, quarantined.as_tenant()).get("/api/v1/contacts/", HTTP_ACCEPT_LANGUAGE="en")
    assert (answer.status_code, answer["Retry-After"]) == (503, "600")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "unavailable"
    assert "Updating this workspace" in answer.json()["detail"]


def test_others_are_not_disturbed(quarantined: Organization, olga: Any, other_tenant: Tenant, client_for: Any) -> None:
    assert client_for(olga, other_tenant).get("/").status_code == 200


def test_workers_leave_it_alone(tenant: Tenant) -> None:
    with tenant_context(tenant):
        OutboxMessage.objects.create(name="crm.account_created")
    assert tenant.schema in schemas_with_work()
    change(tenant, quarantined_at=timezone.now())
    assert tenant.schema not in schemas_with_work()
    assert tenant.schema not in health_of_every_schema()


def test_an_engine_is_not_switched_on_while_the_tables_are_older(tenant: Tenant, sara: Any, actor_for: Any) -> None:
    old = change(tenant, engines=[], releases={"core": "older"})
    assert is_behind(old)
    with pytest.raises(BeingUpdated) as refusal, tenant_context(old.as_tenant()):
        enable_engine(actor=actor_for(sara, old.as_tenant()), name="sfa")
    assert refusal.value.status == 409


def test_what_fits_the_code_is_opened_again(tenant: Tenant) -> None:
    """As after the code went back to the version before."""
    change(tenant, quarantined_at=timezone.now(), quarantine_error=ERROR)
    release(Options(tenants=("acme",)))
    one = acme()
    assert (one.quarantined_at, one.quarantine_error) == (None, "")


def test_the_console_shows_who_is_in_quarantine_and_why(console: Client, quarantined: Organization) -> None:
    with public_context():
        ReleaseRun.objects.create(version="f" * 32, total=1000, done=40, failed=1, stopped="Canary acme failed: boom")
    page = console.get("/releases/").content.decode()
    assert "Acme" in page
    assert "column &quot;nickname&quot;" in page
    assert "1 of 2 are current" in page
    assert "Canary acme failed: boom" in page
    assert "40 of 1,000" in page


def test_canaries_are_chosen_and_left_out_again(console: Client, tenant: Tenant) -> None:
    assert "Acme" not in console.get("/releases/").content.decode()
    console.post("/releases/canaries/", {"subdomain": " Acme ", "on": "1"})
    assert acme().is_canary
    assert "Acme" in console.get("/releases/").content.decode()
    console.post("/releases/canaries/", {"subdomain": "acme"})
    assert not acme().is_canary
    said = console.post("/releases/canaries/", {"subdomain": "nobody", "on": "1"}, follow=True).content.decode()
    assert "There is no workspace of this name." in said


def test_another_try_is_given_to_a_worker(
    console: Client, quarantined: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(
        "tenants.services.canaries.release_one.apply_async", lambda *args, **options: sent.append((args, options))
    )
    answer = console.post(f"/releases/{quarantined.pk}/again/")
    assert answer.status_code == 302
    assert sent == [((("acme",),), {"retry": False})]


def test_the_task_releases_that_workspace_alone(quarantined: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    from tenants.tasks import release_one

    asked: list[Options] = []

    def release(options: Options) -> Any:
        asked.append(options)
        return type("Report", (), {"done": 1})

    monkeypatch.setattr("tenants.releases.release", release)
    assert release_one.apply(args=("acme",)).get() == 1
    assert [options.tenants for options in asked] == [("acme",)]


@pytest.mark.parametrize("path", ["/releases/canaries/", "/releases/{pk}/again/"])
def test_only_operators_act(tenant: Tenant, sara: Any, client_for: Any, path: str) -> None:
    path = path.format(pk=tenant.id)
    client = client_for(sara, tenant)
    assert client.post(path, {"subdomain": "acme", "on": "1"}).status_code == 404
    assert client.post(path, {"subdomain": "acme"}, HTTP_HOST="console.localhost").status_code == 302
    assert client.get("/releases/").status_code == 404
    assert not acme().is_canary
