"""A field that the organization made itself does what a built-in one does, in every face."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.customization.services import define_field
from crm.models import Account, Contact
from kernel.clean import clean_values
from kernel.context import Tenant
from kernel.errors import Invalid
from kernel.models import AuditEntry
from kernel.query import page, parse_filters, select, sums
from kernel.records import bulk_update, create_record, undo_batch, update_record, upsert_records
from kernel.registry import registry

pytestmark = pytest.mark.django_db

COLOURS = [{"key": "red", "label": {"en": "Red", "fa": "قرمز"}}, {"key": "blue", "label": {"en": "Blue", "fa": "آبی"}}]
VALUES: dict[str, Any] = {
    "text": "Sa'di «x»", "integer": 12, "decimal": Decimal("12.5"), "money": Decimal("1250000"), "percent": Decimal(40),
    "date": date(2026, 3, 21), "datetime": datetime(2026, 3, 21, 9, 30, tzinfo=UTC), "bool": True, "choice": "red",
    "multichoice": ["red", "blue"], "email": "a@x.example", "phone": "+989120000012", "url": "https://x.example",
    "longtext": "One\nTwo", "rating": 4, "national_id": "0012345679", "legal_id": "10380284790",
    "iban": "IR760170000000000000000001", "postal_code": "1619735744",
    "address": {"street": "ولیعصر ۱۲", "city": "تهران", "postal_code": "1619735744"},
}  # fmt: skip


@pytest.fixture
def actor(tenant: Tenant, sara: Any, actor_for: Callable[..., Any]) -> Any:
    return actor_for(sara)


@pytest.fixture
def own(actor: Any) -> Callable[..., Any]:
    def make(kind: str, name: str = "", entity: str = "account", **more: Any) -> str:
        name = name or f"x_{kind}"
        options = {"choices": COLOURS} if kind in ("choice", "multichoice") else {}
        define_field(actor=actor, entity=entity, name=name, kind=kind, label={"en": name}, options=options, **more)
        return name

    return make


@pytest.mark.parametrize("kind", VALUES)
def test_it_is_kept_found_and_told_of(actor: Any, own: Callable[..., Any], kind: str) -> None:
    name, value = own(kind), VALUES[kind]
    values = clean_values("account", {"name": "A", name: value}, actor=actor)
    made = create_record("account", actor=actor, values=values)
    create_record("account", actor=actor, values={"name": "B"})
    again = registry.entity("account").records().get(pk=made.pk)
    assert getattr(again, name) == value
    asked = value[0] if isinstance(value, list) else value["street"] if isinstance(value, dict) else value
    text = asked.isoformat() if hasattr(asked, "isoformat") else str(asked)
    filters = parse_filters("account", {name: text.partition("\n")[0]})
    assert [row.pk for row in select("account", actor=actor, filters=filters)] == [made.pk]
    empty = parse_filters("account", {f"{name}__empty": "1"}) if kind != "bool" else ()
    assert not empty or [row.name for row in select("account", actor=actor, filters=empty)] == ["B"]
    assert AuditEntry.objects.get(record_id=made.pk).changes[name][1] is not None
    before = update_record("account", made.pk, actor=actor, values={name: None})
    assert not before.extra.get(name)
    undo_batch(before.audit_id, actor=actor)
    assert getattr(registry.entity("account").records().get(pk=made.pk), name) == value


def test_it_orders_pages_and_adds_up(actor: Any, own: Callable[..., Any]) -> None:
    name = own("decimal")
    for number in (5, None, 3, 12, None, 7):
        create_record("account", actor=actor, values={"name": f"A{number}", name: number and Decimal(number)})
    rows, cursor, seen = select("account", actor=actor, sort=f"-{name}"), None, []
    while True:
        found = page(rows, "account", sort=f"-{name}", size=2, cursor=cursor)
        seen += [getattr(row, name) for row in found.rows]
        cursor = found.next
        if cursor is None:
            break
    assert seen == [12, 7, 5, 3, None, None]
    assert sums("account", rows, [name]) == {name: {"": Decimal(27)}}


def test_money_has_a_currency_beside_it(actor: Any, own: Callable[..., Any]) -> None:
    name = own("money")
    values = clean_values("account", {"name": "A", name: "10", f"{name}_currency": "EUR"}, actor=actor)
    create_record("account", actor=actor, values=values)
    assert sums("account", select("account", actor=actor), [name]) == {name: {"EUR": Decimal(10)}}


def test_relations_point_and_bulk_writes_keep_up(actor: Any, own: Callable[..., Any]) -> None:
    define_field(
        actor=actor, entity="contact", name="x_rival", kind="relation", label={"en": "R"}, options={"target": "account"}
    )
    own("integer", "x_rank", "contact")
    rival = create_record("account", actor=actor, values={"name": "Rival"})
    raw = {"name": "Nima", "x_rival": {"name": "rival"}, "x_rank": "۱۲"}
    values = clean_values("contact", raw, actor=actor)
    results = upsert_records("contact", [values, {"name": "Mina", "x_rank": 3}], actor=actor, match=["name"])
    assert [one.kind for one in results] == ["made", "made"]
    nima = registry.entity("contact").records().get(name="Nima")
    assert (nima.x_rival_id, nima.x_rank) == (rival.pk, 12)
    filters = parse_filters("contact", {"x_rival": str(rival.pk)})
    assert list(select("contact", actor=actor, filters=filters)) == [nima]
    outcome = bulk_update("contact", Contact.objects.all(), actor=actor, values={"x_rank": 7})
    assert outcome.changed == 2
    undo_batch(outcome.batch, actor=actor)
    assert sorted(row.x_rank for row in Contact.objects.all()) == [3, 12]


def test_a_bad_value_is_refused_by_its_name(actor: Any, own: Callable[..., Any]) -> None:
    own("integer", required=True)
    with pytest.raises(Invalid) as caught:
        clean_values("account", {"name": "A", "x_integer": "many"}, actor=actor)
    assert set(caught.value.problems) == {"x_integer"}
    with pytest.raises(Invalid):
        clean_values("account", {"name": "A"}, actor=actor)


def test_pages_and_api_show_it(
    actor: Any, own: Callable[..., Any], sara: Any, tenant: Tenant, client_for: Any, api_for: Any
) -> None:
    own("text", "x_motto")
    own("choice", "x_colour")
    values = {"name": "A", "x_motto": "Onwards", "x_colour": "blue"}
    made = create_record("account", actor=actor, values=values)
    client: Client = client_for(sara, tenant)
    for address in ("/accounts/?columns=x_motto,x_colour", f"/accounts/{made.pk}/", f"/accounts/{made.pk}/edit/"):
        html = client.get(address).content.decode()
        assert "Onwards" in html, address
        assert "Blue" in html, address
    api: Client = api_for(sara, tenant)
    body = api.get(f"/api/v1/accounts/{made.pk}/").json()
    assert (body["x_motto"], body["x_colour"]) == ("Onwards", "blue")
    changed = api.patch(f"/api/v1/accounts/{made.pk}/", {"x_motto": "Up"}, content_type="application/json")
    assert changed.json()["x_motto"] == "Up"
    assert "x_motto" in api.get("/api/v1/schema/").content.decode()
    assert client.get(f"/accounts/{made.pk}/cell/x_motto/").status_code == 200


def test_another_workspace_knows_nothing_of_it(
    own: Callable[..., Any], other_tenant: Tenant, olga: Any, api_for: Any
) -> None:
    own("text", "x_motto")
    body = api_for(olga, other_tenant).get("/api/v1/accounts/?x_motto=Onwards")
    assert body.status_code == 422


def test_queries_stay_the_same(actor: Any, own: Callable[..., Any], sara: Any, tenant: Tenant, client_for: Any) -> None:
    define_field(
        actor=actor, entity="account", name="x_rival", kind="relation", label={"en": "R"}, options={"target": "account"}
    )
    client, counts = client_for(sara, tenant), []
    client.get("/accounts/")
    for more in (1, 2):
        for number in range(more):
            other = Account.objects.create(name=f"o{more}{number}")
            create_record("account", actor=actor, values={"name": f"A{more}{number}", "x_rival": other})
        with CaptureQueriesContext(connection) as queries:
            client.get("/accounts/?columns=x_rival")
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts


def test_the_kept_api_document_is_of_these_definitions(
    actor: Any, own: Callable[..., Any], sara: Any, tenant: Tenant, olga: Any, other_tenant: Tenant, api_for: Any
) -> None:
    def document(who: Any, where: Tenant) -> str:
        return str(api_for(who, where).get("/api/v1/schema/").content.decode())

    own("text", "x_motto")
    assert "x_motto" in document(sara, tenant)
    assert "x_motto" not in document(olga, other_tenant)
    own("text", "x_slogan")
    assert "x_slogan" in document(sara, tenant)
    assert "x_motto" not in Client(headers={"host": tenant.host}).get("/api/v1/schema/").content.decode()
