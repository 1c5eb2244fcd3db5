"""An entity that the organization made itself has lists, records, forms, an API and permissions like any other."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from crm.customization.objects import define_object
from crm.customization.services import define_field
from kernel.access import Actor
from kernel.clean import clean_values
from kernel.context import Tenant
from kernel.records import create_record
from kernel.registry import registry

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def actor(tenant: Tenant, sara: Any, actor_for: Callable[..., Any]) -> Any:
    return actor_for(sara)


@pytest.fixture
def projects(actor: Any) -> None:
    words = {"en": "Project", "fa": "پروژه"}
    define_object(
        actor=actor,
        name="x_project",
        plural="x_projects",
        label=words,
        label_plural={"en": "Projects", "fa": "پروژه‌ها"},
    )
    define_field(actor=actor, entity="x_project", name="x_budget", kind="integer", label={"en": "Budget"})
    define_field(
        actor=actor, entity="x_project", name="x_customer", kind="relation", label={"en": "Customer"},
        options={"target": "account"},
    )  # fmt: skip


def test_pages(projects: None, actor: Any, sara: Any, tenant: Tenant, actor_for: Any, client_for: Any) -> None:
    again: Actor = actor_for(sara)
    acme = create_record("account", actor=again, values={"name": "Zagros"})
    made = create_record("x_project", actor=again, values={"name": "Bridge", "x_budget": 12, "x_customer": acme})
    client: Client = client_for(sara, tenant)
    listed = client.get("/x_projects/").content.decode()
    assert "Bridge" in listed
    assert "Zagros" in listed
    assert "Projects" in client.get("/").content.decode()
    assert "Bridge" in client.get(f"/x_projects/{made.pk}/").content.decode()
    assert "Bridge" in client.get(f"/accounts/{acme.pk}/").content.decode()
    form = client.post("/x_projects/new/", {"name": "Tunnel", "x_budget": "7", "x_customer": str(acme.pk)})
    assert form.status_code == 302
    rows = registry.entity("x_project").records()
    assert set(rows.values_list("name", flat=True)) == {"Bridge", "Tunnel"}
    assert client.get("/x_nothings/").status_code == 404
    cell = client.post(f"/x_projects/{made.pk}/cell/x_budget/", {"x_budget": "9", "was": "12"})
    assert cell.status_code == 200
    assert rows.get(name="Bridge").x_budget == 9


def test_api(projects: None, sara: Any, tenant: Tenant, api_for: Any) -> None:
    api = api_for(sara, tenant)
    made = api.post("/api/v1/x_projects/", {"name": "Bridge", "x_budget": 12}, content_type=JSON)
    assert made.status_code == 201
    assert api.get(made["Location"]).json()["x_budget"] == 12
    bulk = {"records": [{"name": "Bridge", "x_budget": 3}, {"name": "Dam"}], "match": ["name"]}
    assert api.post("/api/v1/x_projects/bulk/", bulk, content_type=JSON).status_code == 200
    page = api.get("/api/v1/x_projects/?x_budget__gte=3&sort=-x_budget").json()
    assert [(row["name"], row["x_budget"]) for row in page["results"]] == [("Bridge", 3)]
    document = api.get("/api/v1/schema/").json()
    assert "/api/v1/x_projects/{id}/" in document["paths"] or "/api/v1/x_projects/{pk}/" in document["paths"]
    assert "x_projects" in {one["plural"] for one in api.get("/api/v1/").json()["results"]}
    assert api.get("/api/v1/x_nothings/").status_code == 404


def test_outsiders_and_those_without_permission(
    projects: None, reza: Any, tenant: Tenant, olga: Any, other_tenant: Tenant, api_for: Any, client_for: Any
) -> None:
    assert api_for(olga, other_tenant).get("/api/v1/x_projects/").status_code == 404
    assert client_for(olga, other_tenant).get("/x_projects/").status_code == 404
    assert client_for(reza, tenant).get("/x_projects/").status_code == 200
    assert client_for(reza, tenant).get("/x_projects/new/").status_code == 403
    refused = api_for(reza, tenant).post("/api/v1/x_projects/", {"name": "B"}, content_type=JSON)
    assert refused.status_code == 403


def test_records_of_one_table_stay_apart(projects: None, actor: Any, sara: Any, actor_for: Any) -> None:
    words = {"en": "Visit"}
    define_object(actor=actor, name="x_visit", plural="x_visits", label=words, label_plural=words)
    again = actor_for(sara)
    create_record("x_project", actor=again, values={"name": "Bridge"})
    create_record("x_visit", actor=again, values={"name": "Monday"})
    assert registry.entity("x_visit").records().get().name == "Monday"
    assert registry.entity("x_project").records(everything=True).get().name == "Bridge"


def test_queries_stay_the_same(projects: None, sara: Any, tenant: Tenant, actor_for: Any, client_for: Any) -> None:
    client, counts = client_for(sara, tenant), []
    client.get("/x_projects/")
    actor = actor_for(sara)
    for more in (1, 2):
        for number in range(more):
            acme = create_record("account", actor=actor, values={"name": f"A{more}{number}"})
            create_record("x_project", actor=actor, values={"name": f"B{more}{number}", "x_customer": acme})
        with CaptureQueriesContext(connection) as queries:
            client.get("/x_projects/")
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts


def test_choices_are_read_in_any_language(projects: None, actor: Any) -> None:
    """A worker that reads a Persian file in has no reader and so no language of theirs."""
    choices = [{"key": "planned", "label": {"fa": "برنامه‌ریزی", "en": "Planned"}}]
    define_field(
        actor=actor, entity="x_project", kind="choice", name="x_stage", label={"en": "S"}, options={"choices": choices}
    )
    for language in ("fa", "en"):
        with override(language):
            for text in ("برنامه ریزی", "planned", "PLANNED"):
                assert clean_values("x_project", {"name": "A", "x_stage": text}, actor=actor)["x_stage"] == "planned"
