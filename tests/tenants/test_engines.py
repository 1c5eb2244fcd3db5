"""Engines on, off, on again and purged; by page, by program, and by those who may not."""

from typing import Any

import pytest

from kernel.context import Tenant, public_context, tenant_context
from kernel.entitlements import Decision, set_provider
from kernel.errors import Denied, Invalid, NotFound
from kernel.models import AuditEntry, OutboxMessage
from kernel.registry import registry
from tenants import sql
from tenants.models import Organization
from tenants.services.engines import disable_engine, enable_engine, purge_engine


@pytest.fixture
def acme(tenant: Tenant) -> Any:
    """Acme as the public schema has it now."""

    def fresh() -> Organization:
        with public_context():
            found: Organization = Organization.objects.get(pk=tenant.id)
            return found

    return fresh


@pytest.fixture
def admin(tenant: Tenant, sara: Any, actor_for: Any) -> Any:
    return actor_for(sara)


def tables() -> int:
    return int(sql.one("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema AND tablename ~ '^sfa_'"))


def test_off_keeps_the_data_and_on_again_brings_it_back(acme: Any, admin: Any, api_for: Any, sara: Any) -> None:
    def api() -> Any:
        return api_for(sara, acme().as_tenant())

    pipelines = api().get("/api/v1/pipelines/").json()["count"]
    assert pipelines == 1
    disable_engine(actor=admin, name="sfa")
    assert acme().engines == []
    assert api().get("/api/v1/pipelines/").status_code == 404
    assert api().get("/api/v1/deals/").status_code == 404
    assert tables() > 0
    enable_engine(actor=admin, name="sfa")
    assert api().get("/api/v1/pipelines/").json()["count"] == pipelines


def test_purge_drops_the_tables_and_on_again_begins_afresh(acme: Any, admin: Any, tenant: Tenant) -> None:
    disable_engine(actor=admin, name="sfa")
    purge_engine(actor=admin, name="sfa", typed="SFA")
    assert tables() == 0
    assert "sfa" not in acme().releases
    assert sql.one("SELECT count(*) FROM django_migrations WHERE app = 'sfa'") == 0
    enable_engine(actor=admin, name="sfa")
    assert tables() > 0
    assert sql.one("SELECT count(*) FROM sfa_pipeline") == 1


def test_purge_wants_the_name_and_the_engine_off(admin: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        purge_engine(actor=admin, name="sfa", typed="yes")
    assert refusal.value.problems["typed"][0].code == "mismatch"
    with pytest.raises(Invalid) as refusal:
        purge_engine(actor=admin, name="sfa", typed="sfa")
    assert refusal.value.problems[""][0].code == "still_on"
    disable_engine(actor=admin, name="sfa")
    purge_engine(actor=admin, name="sfa", typed=str(registry.module("sfa").label))
    with pytest.raises(NotFound):
        purge_engine(actor=admin, name="sfa", typed="sfa")


def test_switching_twice_is_switching_once(admin: Any, acme: Any) -> None:
    before = AuditEntry.objects.count()
    enable_engine(actor=admin, name="sfa")
    assert acme().engines == ["sfa"]
    assert AuditEntry.objects.count() == before


def test_a_switch_is_audited_and_told(admin: Any) -> None:
    disable_engine(actor=admin, name="sfa")
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.actor_label, entry.changes) == ("engine_disabled", "Sara Ahmadi", {"engine": "sfa"})
    assert OutboxMessage.objects.filter(name="tenants.engine_disabled").exists()


@pytest.mark.parametrize("name", ["crm", "identity", "nothing"])
def test_what_is_no_engine_cannot_be_switched(admin: Any, name: str) -> None:
    for act in (enable_engine, disable_engine):
        with pytest.raises(NotFound):
            act(actor=admin, name=name)


def test_only_who_may_switches(mina: Any, nima: Any, reza: Any, actor_for: Any, tenant: Tenant) -> None:
    for person in (mina, nima, reza):
        with pytest.raises(Denied):
            disable_engine(actor=actor_for(person), name="sfa")


def test_an_entitlement_refuses_with_its_reason(admin: Any, tenant: Tenant) -> None:
    disable_engine(actor=admin, name="sfa")
    set_provider(lambda _tenant, _engine: Decision(False, "Your plan has no Sales."))
    try:
        with pytest.raises(Denied, match="Your plan has no Sales"):
            enable_engine(actor=admin, name="sfa")
    finally:
        set_provider(lambda _tenant, _engine: Decision(True))


def test_switching_here_changes_nothing_there(admin: Any, other_tenant: Tenant, olga: Any, api_for: Any) -> None:
    disable_engine(actor=admin, name="sfa")
    assert api_for(olga, other_tenant).get("/api/v1/pipelines/").status_code == 200


def test_the_api_switches_and_answers_the_engine(tenant: Tenant, sara: Any, api_for: Any, acme: Any) -> None:
    api = api_for(sara, tenant)
    off = api.post("/api/v1/engines/sfa/disable/")
    assert (off.status_code, off.json()["enabled"], off.json()["has_data"]) == (200, False, True)
    assert acme().engines == []
    assert api.post("/api/v1/engines/sfa/enable/").json()["enabled"] is True
    assert api.post("/api/v1/engines/nothing/enable/").status_code == 404
    listed = {one["name"]: one for one in api.get("/api/v1/engines/").json()["results"]}
    assert listed["crm"]["always_on"]
    assert listed["sfa"]["price"] == "16"


def test_the_api_refuses_members_strangers_and_outsiders(
    tenant: Tenant, other_tenant: Tenant, nima: Any, olga: Any, api_for: Any
) -> None:
    assert api_for(nima, tenant).post("/api/v1/engines/sfa/disable/").status_code == 403
    assert api_for(None, tenant).post("/api/v1/engines/sfa/disable/").status_code == 401
    # Olga's token, sent to a workspace that is not hers.
    assert api_for(olga, other_tenant).post("/api/v1/engines/sfa/disable/", HTTP_HOST=tenant.host).status_code == 401


def test_the_page_asks_before_it_acts(tenant: Tenant, sara: Any, client_for: Any, acme: Any) -> None:
    client = client_for(sara, tenant)
    assert "€16" in client.get("/settings/engines/").content.decode()
    asked = client.get("/settings/engines/?off=sfa").content.decode()
    assert "/settings/engines/sfa/disable/" in asked
    assert acme().engines == ["sfa"]
    assert client.post("/settings/engines/sfa/disable/").status_code == 302
    assert acme().engines == []
    assert "Due now" in client.get("/settings/engines/?on=sfa").content.decode()
    wrong = client.post("/settings/engines/sfa/purge/", {"typed": "no"})
    assert wrong.status_code == 422
    assert client.post("/settings/engines/sfa/enable/").status_code == 302
    assert acme().engines == ["sfa"]


def test_the_page_is_for_who_may(tenant: Tenant, nima: Any, client_for: Any) -> None:
    assert client_for(nima, tenant).get("/settings/engines/").status_code == 403
    assert client_for(None, tenant).get("/settings/engines/").status_code == 302


def test_an_outsiders_session_is_nobody_here(tenant: Tenant, other_tenant: Tenant, olga: Any, client_for: Any) -> None:
    client = client_for(olga, other_tenant)
    assert client.get("/settings/engines/").status_code == 200
    assert client.get("/settings/engines/", HTTP_HOST=tenant.host).status_code == 302


def test_dependents_keep_an_engine_on(admin: Any, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    quotes = replace(registry.module("sfa"), name="quotes", label="Quotes", depends=("sfa",), entities=())
    monkeypatch.setitem(registry._modules, "quotes", quotes)
    with public_context():
        Organization.objects.filter(pk=tenant.id).update(engines=["sfa", "quotes"])
    with tenant_context(tenant), pytest.raises(Invalid) as refusal:
        disable_engine(actor=admin, name="sfa")
    assert refusal.value.problems[""][0].code == "needed"
    with public_context():
        Organization.objects.filter(pk=tenant.id).update(engines=[])
    with pytest.raises(Invalid) as refusal:
        enable_engine(actor=admin, name="quotes")
    assert refusal.value.problems[""][0].code == "needs"
