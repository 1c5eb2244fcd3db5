"""Settings › Organization, the public site's prices, and the console."""

from typing import Any

import pytest
from django.test import Client

from identity.services.accounts import create_operator
from kernel.access import system_actor
from kernel.context import Tenant, public_context
from kernel.errors import Denied, Invalid
from kernel.models import AuditEntry, OutboxMessage
from tenants.models import Organization
from tenants.preferences import defaults_for
from tenants.services.organizations import change_organization
from tests.factories import PASSWORD, page_client

FORM = {
    "name": "Acme Works", "language": "fa", "calendar": "jalali", "digits": "fa", "first_weekday": "5",
    "weekend": ["3", "4"], "time_zone": "Asia/Tehran", "currency": "IRR", "currency_display": "toman",
    "fiscal_first_month": "1",
}  # fmt: skip


def test_saving_changes_what_every_page_reads(tenant: Tenant, sara: Any, client_for: Any) -> None:
    client = client_for(sara, tenant)
    assert client.get("/settings/organization/").status_code == 200
    assert client.post("/settings/organization/", FORM).status_code == 302
    with public_context():
        now = Organization.objects.get(pk=tenant.id).as_tenant()
    assert (now.name, now.preferences["calendar"], now.preferences["weekend"]) == ("Acme Works", "jalali", [3, 4])
    assert 'dir="rtl"' in client.get("/settings/organization/").content.decode()
    entry = AuditEntry.objects.filter(entity="organization").latest("id")
    assert entry.changes["name"] == ["Acme", "Acme Works"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 151}, "name"),
        ({"language": "de"}, "language"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"currency": "XXX"}, "currency"),
        ({"first_weekday": "9"}, "first_weekday"),
        ({"first_weekday": "²"}, "first_weekday"),
        ({"fiscal_first_month": "0"}, "fiscal_first_month"),
        ({"weekend": list("0123456")}, "weekend"),
        ({"weekend": ["7"]}, "weekend"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    tenant: Tenant, sara: Any, client_for: Any, changes: Any, field: str
) -> None:
    answer = client_for(sara, tenant).post("/settings/organization/", {**FORM, **changes})
    assert answer.status_code == 422
    assert field in answer.context["draft"].errors
    with public_context():
        assert Organization.objects.get(pk=tenant.id).name == "Acme"


def test_only_who_may_changes_it(tenant: Tenant, mina: Any, actor_for: Any, sara: Any) -> None:
    with pytest.raises(Denied):
        change_organization(actor=actor_for(mina), name="Ours", language="en", preferences={})
    with pytest.raises(Invalid):
        change_organization(actor=actor_for(sara), name="Ours", language="en", preferences={"colour": "red"})


def test_saving_nothing_new_writes_nothing(tenant: Tenant, sara: Any, actor_for: Any) -> None:
    before = AuditEntry.objects.count()
    change_organization(actor=actor_for(sara), name="Acme", language="en", preferences=defaults_for("en"))
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize(("language", "price"), [("en", "€16"), ("fa", "۳۹۰٬۰۰۰")])
def test_the_public_site_shows_engines_and_prices_to_each_reader(
    stage: Any, db: None, language: str, price: str
) -> None:
    page = Client(HTTP_HOST="localhost", HTTP_ACCEPT_LANGUAGE=language).get("/").content.decode()
    assert price in page
    assert f'<html lang="{language}"' in page


@pytest.fixture
def operator(public: None) -> Any:
    return create_operator(actor=system_actor("test"), email="op@peyvand.example", name="Arash", password=PASSWORD)


@pytest.fixture
def console(operator: Any) -> Client:
    return page_client(operator, Tenant(schema="public", host="console.localhost"))


def test_an_operator_sees_every_organization(console: Client) -> None:
    page = console.get("/").content.decode()
    assert "Acme" in page
    assert "Bunyan" in page
    found = console.get("/?q=acm").content.decode()
    assert "Acme" in found
    assert "Bunyan" not in found
    assert "Acme" not in console.get("/?state=suspended&from=x").content.decode()


def test_the_console_shows_what_needs_attention(console: Client, tenant: Tenant) -> None:
    OutboxMessage.objects.create(name="crm.account_created", state=OutboxMessage.State.DEAD)
    page = console.get("/health/").content.decode()
    assert "Acme" in page
    assert "Bunyan" not in page


def test_the_console_is_for_operators(tenant: Tenant, sara: Any, client_for: Any) -> None:
    client = client_for(sara, tenant)
    for path in ("/", "/health/"):
        assert client.get(path, HTTP_HOST="console.localhost").status_code == 302
        assert Client(HTTP_HOST="console.localhost").get(path).status_code == 302
    assert client.get("/health/").status_code == 404


def test_an_operator_is_nobody_in_a_workspace(console: Client, tenant: Tenant) -> None:
    assert console.get("/settings/engines/", HTTP_HOST=tenant.host).status_code == 302


def test_the_list_of_organizations_costs_the_same_for_one_and_for_many(
    console: Client, django_assert_max_num_queries: Any
) -> None:
    with public_context():
        for number in range(5):
            name = f"n{number}"
            Organization.objects.create(name=name, subdomain=name, schema_name=f"t_{name}", state="suspended")
    with django_assert_max_num_queries(9):
        console.get("/")
