"""Formula and roll-up fields over the API, with the same checks as in Settings."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from crm.models import CustomField
from kernel.context import Tenant
from kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/custom-fields/"
JSON: dict[str, Any] = {"content_type": "application/json"}
FORMULA: dict[str, Any] = {"entity": "deal", "kind": "formula", "label": {"fa": "خالص", "en": "Net"}}
COUNT: dict[str, Any] = {"child": "deal", "relation": "account", "how": "count"}
ROLLUP: dict[str, Any] = {"entity": "account", "kind": "rollup", "label": {"en": "Deals"}}


@pytest.fixture
def api(tenant: Tenant, sara: Any, api_for: Callable[..., Client]) -> Client:
    return api_for(sara, tenant)


def errors(answer: Any) -> dict[str, tuple[str, str]]:
    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"].startswith("application/problem+json")
    return {one["field"]: (one["code"], one["message"]) for one in answer.json()["errors"]}


def test_a_formula_from_its_making_to_its_end(api: Client) -> None:
    made = api.post(ADDRESS, {**FORMULA, "options": {"formula": "{Amount}*2", "places": 0, "indexed": False}}, **JSON)
    assert made.status_code == 201, made.content
    field = made.json()
    assert (field["kind"], field["name"]) == ("formula", "x_net")
    assert field["options"] == {"formula": "{amount} * 2", "places": 0, "gives": "money", "indexed": False}
    one = f"{ADDRESS}{field['id']}/"
    changed = api.patch(one, {"label": {"en": "Netto"}, "options": {"formula": "{amount} * 3"}}, **JSON).json()
    assert (changed["label"], changed["options"]["formula"]) == ({"en": "Netto"}, "{amount} * 3")
    assert changed["options"]["indexed"] is False
    again = api.patch(one, {"options": {"places": 2}}, **JSON).json()
    assert (again["options"]["formula"], again["options"]["places"]) == ("{amount} * 3", 2)
    assert errors(api.patch(one, {"options": {"formula": "TODAY()"}}, **JSON))["options.gives"][0] == "kind"
    assert AuditEntry.objects.filter(action="redefined").count() == 2
    assert api.patch(one, {"state": "deactivated"}, **JSON).json()["state"] == "deactivated"
    assert api.delete(f"{one}?confirm=x_net").status_code == 204


def test_a_rollup_is_made_and_changed(api: Client) -> None:
    made = api.post(ADDRESS, {**ROLLUP, "options": {"rollup": {**COUNT, "filters": {"kind": ["won"]}}}}, **JSON)
    assert made.status_code == 201, made.content
    field = made.json()
    assert (field["kind"], field["options"]["gives"], field["name"]) == ("rollup", "integer", "x_deals")
    one = f"{ADDRESS}{field['id']}/"
    changed = api.patch(one, {"options": {"rollup": {"filters": {"kind": ["lost"]}}}}, **JSON).json()
    assert changed["options"]["rollup"]["filters"] == {"kind": ["lost"]}
    assert errors(api.patch(one, {"options": {"rollup": {"how": "sum", "of": "amount"}}}, **JSON))
    fixed = errors(api.patch(one, {"options": {"rollup": {"relation": "contact"}}}, **JSON))
    assert fixed["options.rollup.relation"][0] == "fixed"


@pytest.mark.parametrize(
    ("body", "where", "code", "said"),
    [
        ({**FORMULA, "options": {"formula": "1 +\n{amuont}"}}, "options.formula", "unknown_field", "Line 2, column 1"),
        ({**FORMULA, "options": {"formula": "1 + {amuont}"}}, "options.formula", "unknown_field", "{amount}"),
        ({**FORMULA, "options": {"formula": "{amount} + " * 200_000}}, "options.formula", "too_long", "4000"),
        ({**FORMULA, "options": {}}, "options.formula", "type", ""),
        ({**FORMULA, "options": {"formula": "1", "gives": "date"}}, "options.gives", "kind", "date"),
        ({**FORMULA, "options": {"formula": "1", "places": 99}}, "options.places", "range", ""),
        ({**FORMULA, "options": {"formula": "1", "choices": []}}, "options.choices", "not_for_kind", ""),
        ({**FORMULA, "options": {"formula": "1"}, "required": True}, "required", "not_for_kind", ""),
        ({**FORMULA, "kind": "money", "options": {"formula": "1"}}, "formula", "not_for_kind", ""),
        ({**FORMULA, "entity": "nothing", "options": {"formula": "1"}}, "entity", "unknown_entity", ""),
        ({**ROLLUP, "options": {}}, "options.rollup", "type", ""),
        ({**ROLLUP, "options": {"rollup": {**COUNT, "child": "user"}}}, "options.rollup.child", "unknown", ""),
        ({**ROLLUP, "options": {"rollup": {**COUNT, "how": "guess"}}}, "options.rollup.how", "unknown", ""),
        ({**ROLLUP, "options": {"rollup": {**COUNT, "how": "sum", "of": "name"}}}, "options.rollup.of", "unknown", ""),
        ({**ROLLUP, "options": {"rollup": {**COUNT, "filters": {"x": "1"}}}}, "options.rollup.filters",
         "unknown_filter", ""),
        ({**ROLLUP, "options": {"rollup": {**COUNT, "filters": [1]}}}, "options.rollup.filters", "type", ""),
        ({**ROLLUP, "options": {"rollup": {**COUNT, "more": 1}}}, "options.rollup.more", "unknown_field", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_by_name(api: Client, body: dict[str, Any], where: str, code: str, said: str) -> None:
    found = errors(api.post(ADDRESS, body, **JSON))
    assert found[where][0] == code
    assert said in found[where][1]
    assert not CustomField.objects.exists()


def test_a_circle_is_said_by_labels(api: Client) -> None:
    first = api.post(ADDRESS, {**FORMULA, "options": {"formula": "{amount} * 1"}}, **JSON).json()
    api.post(ADDRESS, {**FORMULA, "label": {"en": "Gross"}, "options": {"formula": "{x_net} * 2"}}, **JSON)
    answer = api.patch(f"{ADDRESS}{first['id']}/", {"options": {"formula": "{x_gross} * 1"}}, **JSON)
    assert "Deal › Net ← Deal › Gross ← Deal › Net" in errors(answer)["options.formula"][1]
    needed = errors(api.patch(f"{ADDRESS}{first['id']}/", {"state": "deactivated"}, **JSON))
    assert needed[""][0] == "needed"
    assert "Deal › Gross" in needed[""][1]


def test_a_member_and_a_stranger_define_nothing(
    api: Client, nima: Any, olga: Any, tenant: Tenant, other_tenant: Tenant, api_for: Callable[..., Client]
) -> None:
    made = api.post(ADDRESS, {**FORMULA, "options": {"formula": "1"}}, **JSON).json()
    one, body = f"{ADDRESS}{made['id']}/", {"options": {"formula": "2"}}
    member, stranger = api_for(nima, tenant), api_for(olga, other_tenant)
    assert member.post(ADDRESS, {**FORMULA, "options": {"formula": "1"}}, **JSON).status_code == 403
    assert member.patch(one, body, **JSON).status_code == 403
    assert stranger.get(one).status_code == 404
    assert stranger.patch(one, body, **JSON).status_code == 404


def test_the_schema_describes_them(api: Client) -> None:
    schema = str(api.get("/api/v1/schema/").json())
    for piece in ("'rollup'", "'formula'", "'gives'", "average"):
        assert piece in schema
