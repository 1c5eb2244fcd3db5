"""The formula editor shows types, mistakes and results while one writes, and nothing that its reader may not see."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from crm.customization.derived import define_formula
from crm.customization.preview import preview_formula, vocabulary
from kernel.access import Actor
from kernel.context import Tenant
from kernel.derived import scope_of
from kernel.errors import Denied, NotFound
from kernel.records import create_record
from kernel.registry import registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor(tenant: Tenant, sara: Any, actor_for: Callable[..., Actor]) -> Actor:
    return actor_for(sara)


@pytest.fixture
def deals(actor: Actor) -> list[Any]:
    account = create_record("account", actor=actor, values={"name": "Zagros", "city": "Ahvaz"})
    return [
        create_record("deal", actor=actor, values={
            "name": f"D{n}", "account": account, "amount": Decimal(100 * n), "currency": "EUR"})
        for n in range(7)
    ]  # fmt: skip


def ask(client: Client, **body: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/formulas/preview/", {"entity": "deal", **body}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_it_shows_type_dependencies_and_results(
    deals: list[Any], sara: Any, tenant: Tenant, api_for: Callable[..., Client]
) -> None:
    shown = ask(api_for(sara, tenant), source='{Amount} / 3 + IF({account.city} = "ahvaz", 1, 0)')
    assert (shown["ok"], shown["type"], shown["kinds"]) == (True, "money", ["money", "decimal"])
    assert shown["source"].startswith("{amount} / 3")
    assert shown["fields"] == ["amount", "account.city"]
    assert [one["title"] for one in shown["samples"]] == ["D6", "D5", "D4", "D3", "D2"]
    assert shown["samples"][0]["value"] == "201"
    assert "201" in shown["samples"][0]["text"]
    divided = ask(api_for(sara, tenant), source="1 / ({amount} - 600)  ")
    assert divided["issues"][0]["code"] == "type"
    divided = ask(api_for(sara, tenant), source="{amount} / ({amount} / 100 - {amount} / 100)")
    assert not divided["ok"] or divided["samples"][0]["reason"] == "division_by_zero"


def test_it_shows_mistakes_with_their_place(sara: Any, tenant: Tenant, api_for: Callable[..., Client]) -> None:
    shown = ask(api_for(sara, tenant), source="1 +\n{amuont}")
    issue = shown["issues"][0]
    assert not shown["ok"]
    assert (issue["line"], issue["column"], issue["suggestion"]) == (2, 1, "{amount}")
    assert (issue["text"], issue["caret"]) == ("{amuont}", "^^^^^^^^")
    assert ask(api_for(sara, tenant), source="{amount}", kind="date")["issues"][0]["code"] == "kind"
    assert ask(api_for(sara, tenant), source="{account}")["issues"][0]["code"] == "kind"
    assert ask(api_for(sara, tenant), source="TODAY()")["volatile"]


def test_it_finds_circles(actor: Actor) -> None:
    define_formula(actor=actor, entity="deal", name="x_a", label={"en": "A"}, source="{amount}")
    shown = preview_formula(actor=actor, entity="deal", source="{x_a} + 1", name="x_a")
    assert [issue.code for issue in shown.issues] == ["circle"]
    assert not shown.samples


def test_whoever_may_not_define_fields_sees_nothing(
    deals: list[Any], nima: Any, tenant: Tenant, actor_for: Callable[..., Actor], api_for: Callable[..., Client]
) -> None:
    with pytest.raises(Denied):
        preview_formula(actor=actor_for(nima), entity="deal", source="1")
    client = api_for(nima, tenant)
    body = {"entity": "deal", "source": "{amount}"}
    assert client.post("/api/v1/formulas/preview/", body, content_type="application/json").status_code == 403
    assert client.get("/api/v1/formulas/vocabulary/deal/").status_code == 403


def test_another_workspace_sees_its_own_records_only(
    deals: list[Any], olga: Any, other_tenant: Tenant, api_for: Callable[..., Client]
) -> None:
    assert ask(api_for(olga, other_tenant), source="{amount}")["samples"] == []


def test_the_vocabulary_speaks_both_languages(actor: Actor) -> None:
    found = vocabulary(actor=actor, entity="deal")
    inserts = {one["insert"] for one in found["fields"]}
    assert {"{amount}", "{account.city}"} <= inserts
    assert not {one for one in inserts if one.startswith("{owner.")}
    by_name = {one["name"]: one for one in found["functions"]}
    assert by_name["SWITCH"]["alias_of"] == "CASE"
    for one in found["functions"]:
        with override("fa"):
            persian = str(one["help"])
        with override("en"):
            assert persian != str(one["help"]), one["name"]
    with pytest.raises(NotFound):
        vocabulary(actor=actor, entity="nothing")


def test_masked_fields_are_no_part_of_a_formula(actor: Actor) -> None:
    deal = registry.entity("deal")
    fields = tuple(replace(field, masked=field.name == "amount") for field in deal.all_fields.values())
    masked = replace(deal, fields=fields, cut=True)
    names = scope_of("deal", lambda _name: masked).fields
    assert "amount" not in names
    assert "close_date" in names
