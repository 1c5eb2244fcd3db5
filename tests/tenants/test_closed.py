"""Suspended workspaces: what people see, what administrators reach; closing one, and keeping it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from identity.models import User
from identity.services.accounts import create_operator
from kernel.access import system_actor
from kernel.context import Tenant, public_context, tenant_context
from kernel.errors import Denied, Invalid, KernelError
from kernel.models import AuditEntry
from tenants.models import Organization, StateChange
from tenants.selectors import workspaces_of
from tenants.services.closing import close_workspace, keep_workspace
from tests.factories import PASSWORD, api_client, page_client
from tests.tenants.test_read_only import become

pytestmark = pytest.mark.django_db
SUSPENDED = ("suspended", "exported")


def row(tenant: Tenant) -> Organization:
    with public_context():
        now: Organization = Organization.objects.get(pk=tenant.id)
        return now


@pytest.mark.parametrize("state", SUSPENDED)
def test_people_see_what_became_of_it_and_nothing_else(
    tenant: Tenant, sara: Any, nima: Any, client_for: Any, state: str
) -> None:
    clients = [Client(HTTP_HOST=tenant.host), client_for(nima, tenant), client_for(sara, tenant)]
    become(tenant, state, "closed_by_provider")
    for client in clients:
        for path in ("/", "/accounts/", "/settings/profile/", "/settings/people/", "/nowhere/"):
            answer = client.get(path)
            assert answer.status_code == 403, path
            assert "This workspace is suspended." in answer.content.decode()
    persian = clients[0].get("/", HTTP_ACCEPT_LANGUAGE="fa")
    assert "این فضای کار معلق است." in persian.content.decode()


def test_programs_are_refused_with_the_reason(tenant: Tenant, sara: Any) -> None:
    api = api_client(sara, tenant)
    become(tenant, "suspended", "closed_by_admin")
    answer = api.get("/api/v1/accounts/")
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert (answer.json()["code"], answer.json()["detail"]) == (
        "workspace_closed", "An administrator has closed this workspace.",
    )  # fmt: skip


def test_administrators_sign_in_and_reach_the_way_back_only(tenant: Tenant, nima: Any) -> None:
    become(tenant, "suspended", "closed_by_admin")
    for email, expected in (("sara@example.com", 200), ("nima@example.com", 403)):
        client = Client(HTTP_HOST=tenant.host)
        asked = client.get("/settings/closing/")
        assert asked["Location"].startswith("/auth/login/")
        signed = client.post(asked["Location"], {"login": email, "password": PASSWORD})
        assert signed["Location"] == "/settings/closing/"
        page = client.get("/settings/closing/")
        assert page.status_code == expected
        text = page.content.decode()
        assert "An administrator has closed this workspace." in text or expected == 200
        assert 'href="/accounts/"' not in text
        assert 'href="/settings/people/"' not in text
        assert 'href="/settings/profile/"' not in text


def test_closing_and_keeping(tenant: Tenant, sara: Any, client_for: Any) -> None:
    client = client_for(sara, tenant)
    page = client.get("/settings/closing/")
    assert "Type “Acme” to confirm" in page.content.decode()
    wrong = client.post("/settings/closing/", {"typed": "Acme Inc"})
    assert wrong.status_code == 422
    assert "Type the workspace&#x27;s name exactly" in wrong.content.decode()
    assert row(tenant).state == "trial"
    done = client.post("/settings/closing/", {"typed": " acme "})
    assert (done.status_code, done["Location"]) == (302, "/settings/closing/")
    closed = row(tenant)
    assert (closed.state, closed.state_reason) == ("suspended", "closed_by_admin")
    assert closed.erase_after is not None
    assert abs(closed.erase_after - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)
    assert client.get("/accounts/").status_code == 403
    assert "Keep the workspace" in client.get("/settings/closing/").content.decode()
    kept = client.post("/settings/closing/keep/")
    assert (kept.status_code, kept["Location"]) == (302, "/")
    assert (row(tenant).state, row(tenant).erase_after) == ("trial", None)
    assert client.get("/accounts/").status_code == 200
    with public_context():
        changes = StateChange.objects.filter(organization__schema_name=tenant.schema).order_by("id")
        assert [(one.old, one.new, one.actor_label) for one in changes] == [
            ("trial", "suspended", "Sara Ahmadi"), ("suspended", "trial", "Sara Ahmadi"),
        ]  # fmt: skip
    assert AuditEntry.objects.filter(action="state_changed", actor_id=sara.pk).count() == 2


def test_kept_after_the_final_archive_too(tenant: Tenant, sara: Any, actor_for: Any) -> None:
    from tenants.lifecycle import move

    actor = actor_for(sara)
    closed = close_workspace(actor=actor, typed="Acme")
    move(closed, "exported", reason="archive_made", actor=system_actor("test"))
    with tenant_context(row(tenant).as_tenant()):
        keep_workspace(actor=actor)
    assert row(tenant).state == "trial"


def test_only_administrators_close_and_keep(tenant: Tenant, mina: Any, nima: Any, actor_for: Any) -> None:
    for person in (mina, nima):
        with pytest.raises(Denied):
            close_workspace(actor=actor_for(person), typed="Acme")
        with pytest.raises(Denied):
            keep_workspace(actor=actor_for(person))


@pytest.mark.parametrize("reason", ["closed_by_provider", "grace_over"])
def test_nobody_inside_opens_what_others_closed(tenant: Tenant, sara: Any, actor_for: Any, reason: str) -> None:
    """Closing it oneself on top of that is no way round either."""
    from tenants.lifecycle import move

    become(tenant, "read_only", "trial_ended")
    closed = move(row(tenant), "suspended", reason=reason, actor=system_actor("test"))
    with tenant_context(closed.as_tenant()):
        actor = actor_for(sara)
        with pytest.raises(KernelError):
            keep_workspace(actor=actor)
        with pytest.raises(KernelError):
            close_workspace(actor=actor, typed="Acme")
    assert row(tenant).state == "suspended"
    assert "Keep the workspace" not in page_client(sara, tenant).get("/settings/closing/").content.decode()


def test_a_read_only_workspace_can_be_closed(tenant: Tenant, sara: Any) -> None:
    become(tenant, "read_only", "trial_ended")
    client = page_client(sara, tenant)
    assert client.post("/settings/closing/", {"typed": "Acme"}).status_code == 302
    assert row(tenant).state == "suspended"


def test_the_name_is_asked_for_as_it_is(tenant: Tenant, sara: Any, actor_for: Any) -> None:
    for typed in ("", "Acm", "Acme2", "localhost"):
        with pytest.raises(Invalid):
            close_workspace(actor=actor_for(sara), typed=typed)


def test_the_letter_with_the_list_names_suspended_workspaces_too(tenant: Tenant) -> None:
    become(tenant, "suspended", "closed_by_admin")
    with public_context():
        assert tenant.id in {one.pk for one in workspaces_of("sara@example.com")}


BANNERS = [
    ({"state": "trial", "trial_ends_on": 5}, "The trial ends on", ""),
    ({"state": "trial", "trial_ends_on": 20}, "", ""),
    ({"state": "past_due", "state_since": -4}, "A payment failed. Everything works until", ""),
    ({"state": "read_only", "state_reason": "grace_over", "state_since": -4}, "A payment is overdue.", "A payment is"),
    ({"state": "active"}, "", ""),
]


@pytest.mark.parametrize(("values", "admin", "member"), BANNERS)
def test_banners_tell_administrators_the_date_and_everybody_what_holds(
    tenant: Tenant, sara: Any, nima: Any, values: dict[str, Any], admin: str, member: str
) -> None:
    now = timezone.now()
    for name in ("trial_ends_on", "state_since"):
        if name in values:
            at = now + timedelta(days=values[name])
            values = {**values, name: at.date() if name == "trial_ends_on" else at}
    become(tenant, "active")
    with public_context():
        Organization.objects.filter(pk=tenant.id).update(**values)
    for person, text in ((sara, admin), (nima, member)):
        page = page_client(person, tenant).get("/accounts/").content.decode()
        assert text in page
        assert bool(text) is ('class="notice' in page)


@pytest.fixture
def console(stage: Any, db: None) -> Client:
    from django.conf import settings

    with public_context():
        operator = create_operator(
            actor=system_actor("test"), email="op@provider.example", name="Omid Operator", password=PASSWORD
        )
        client = Client(HTTP_HOST=settings.CONSOLE_HOST)
        client.force_login(operator)
    return client


def test_the_console_shows_and_moves_an_organization(console: Client, tenant: Tenant, sara: Any) -> None:
    address = f"/organizations/{tenant.id}/"
    assert address in console.get("/").content.decode()
    page = console.get(address).content.decode()
    assert "Acme" in page
    assert "Suspend" in page
    assert "Reopen" not in page
    assert console.post(f"{address}suspend/").status_code == 302
    suspended = row(tenant)
    assert (suspended.state, suspended.erase_after) == ("suspended", None)
    assert page_client(sara, tenant).get("/").status_code == 403
    page = console.get(address).content.decode()
    assert "Omid Operator" in page
    assert "Suspended by the provider" in page
    console.post(f"{address}reopen/")
    assert row(tenant).state == "trial"
    console.post(f"{address}activate/")
    assert row(tenant).state == "active"
    with public_context():
        assert set(
            StateChange.objects.filter(organization__schema_name=tenant.schema).values_list("actor_label", flat=True)
        ) == {"Omid Operator"}
    console.post(f"{address}reopen/")  # nothing to reopen: said on the page, nothing done
    assert "not in a state from which" in console.get(address).content.decode()
    assert console.post(f"{address}explode/").status_code == 302
    assert row(tenant).state == "active"


def test_the_console_is_for_operators(tenant: Tenant, sara: Any, client_for: Any) -> None:
    from django.conf import settings

    address = f"/organizations/{tenant.id}/"
    assert client_for(sara, tenant).get(address).status_code == 404
    stranger = Client(HTTP_HOST=settings.CONSOLE_HOST)
    assert stranger.get(address)["Location"].startswith("/auth/login/")
    assert stranger.post(f"{address}suspend/")["Location"].startswith("/auth/login/")
    assert row(tenant).state == "trial"


def test_an_erased_organization_is_a_line_without_a_name(console: Client, tenant: Tenant) -> None:
    with public_context():
        gone = Organization.objects.create(
            name="", subdomain="erased-1", schema_name="erased_1", state="erased", state_reason="erase_due"
        )
    assert "Erased organization" in console.get("/").content.decode()
    page = console.get(f"/organizations/{gone.pk}/").content.decode()
    assert "Erased organization" in page
    assert "What you may do" not in page
    assert Client(HTTP_HOST=gone.host).get("/").status_code == 404


def test_the_list_counts_the_states(console: Client, tenant: Tenant) -> None:
    become(tenant, "read_only", "trial_ended")
    page = console.get("/").content.decode()
    assert 'href="?state=read_only"' in page
    assert console.get("/?state=read_only").content.decode().count("/organizations/") == 1


def test_the_last_archive_is_made_and_can_be_fetched_until_the_end(live_tenant: Tenant) -> None:
    from kernel import jobs
    from tenants import tasks

    become(live_tenant, "suspended", "closed_by_admin")
    with public_context():
        Organization.objects.filter(pk=live_tenant.id).update(erase_after=timezone.now() + timedelta(days=6))
    tasks.lives()
    assert row(live_tenant).state == "suspended"
    with tenant_context(row(live_tenant).as_tenant()):
        assert jobs.run_due() == 1
    assert tasks.lives() >= 1
    assert row(live_tenant).state == "exported"
    with tenant_context(live_tenant), transaction.atomic():
        sara = User.objects.get(email="sara@example.com")
    page = page_client(sara, live_tenant).get("/settings/data/")
    assert page.status_code == 200
    links = re.findall(r'href="(/settings/data/archives/[^"]+)"', page.content.decode())
    assert links
    archive = page_client(sara, live_tenant).get(links[0])
    assert b"".join(archive)[:2] == b"PK"  # a ZIP
    with public_context():
        Organization.objects.filter(pk=live_tenant.id).update(erase_after=timezone.now())
    assert tasks.lives() == 1
    assert row(live_tenant).state == "erased"
