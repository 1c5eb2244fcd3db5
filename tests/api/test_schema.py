"""The OpenAPI document: valid, exact, of this workspace; and the reference drawn from it."""

from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no types
from openapi_spec_validator import validate

from kernel.context import Tenant
from tests.api.conftest import Ask

pytestmark = pytest.mark.django_db


def checker(schema: dict[str, Any], name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": schema["components"]})


@pytest.mark.parametrize("language", ["en", "fa"])
def test_valid(stranger: Ask, language: str, tenant: Tenant) -> None:
    schema = stranger("get", "schema/", Accept_Language=language).json()
    validate(schema)
    assert schema["openapi"].startswith("3.1")
    assert schema["servers"] == [{"url": f"http://{tenant.host}"}]


def test_yaml_when_asked(stranger: Ask) -> None:
    answer = stranger("get", "schema/", Accept="application/yaml")
    assert answer.content.startswith(b"openapi: 3.1")


def test_every_operation_has_a_name_of_its_own(stranger: Ask) -> None:
    paths = stranger("get", "schema/").json()["paths"]
    names = [op["operationId"] for methods in paths.values() for op in methods.values()]
    assert len(names) == len(set(names))


def test_answers_and_bodies_are_as_written(admin: Ask, make: Callable[..., Any]) -> None:
    schema = admin("get", "schema/").json()
    account = make("account", name="Zagros", city="Ahvaz")
    make("deal", name="Steel", account=account)
    checker(schema, "AccountPage").validate(admin("get", "accounts/").json())
    checker(schema, "DealPage").validate(admin("get", "deals/?expand=account").json())
    checker(schema, "History").validate(admin("get", f"accounts/{account.pk}/history/").json())
    checker(schema, "Problem").validate(admin("get", "accounts/x/").json())
    body = {"match": "name", "records": [{"name": "Zagros", "parent": {"name": "x"}}, {"city": "Yazd"}]}
    checker(schema, "AccountBulk").validate(body)
    checker(schema, "BulkResult").validate(admin("post", "accounts/bulk/", body).json())
    for entity in admin("get", "").json()["results"]:
        name = "".join(part.title() for part in entity["name"].split("_"))
        checker(schema, f"{name}Page").validate(admin("get", entity["url"]).json())


def test_the_examples_given_can_be_sent(admin: Ask) -> None:
    schema = admin("get", "schema/").json()
    for name in ("Account", "Contact", "Product"):
        example = schema["components"]["schemas"][f"{name}Create"]["examples"][0]
        checker(schema, f"{name}Create").validate(example)
        answer = admin("post", f"{name.lower()}s/", example)
        assert answer.status_code == 201, answer.content


def test_the_reference_for_people(client_for: Any, sara: Any, tenant: Tenant) -> None:
    for client in (client_for(None, tenant), client_for(sara, tenant)):
        page = client.get("/api/docs/")
        deals = client.get("/api/docs/deals/")
        assert page.status_code == deals.status_code == 200
        assert "problem-invalid" in page.content.decode()
        assert f"http://{tenant.host}/api/v1/deals/" in deals.content.decode()
    assert client.get("/api/docs/nothing/").status_code == 404
