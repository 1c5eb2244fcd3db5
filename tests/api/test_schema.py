"""The OpenAPI document: valid, exact, of this workspace; and the reference drawn from it."""

from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no types
from openapi_spec_validator import validate

from api.schema.generator import _document
from crm.customization.services import define_field
from identity.models import User
from identity.services import copy_role, save_role_fields
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


@pytest.fixture
def narrowed(tenant: Tenant, sara: Any, nima: Any, actor_for: Any) -> Any:
    """Nima, in whose only role one field is hidden, one masked and one read only."""
    role = copy_role(actor=actor_for(sara), role=nima.role)
    levels = {"crm.account.revenue": "hidden", "crm.account.city": "masked", "crm.account.employees": "read"}
    save_role_fields(actor=actor_for(sara), role=role, fields=levels)
    User.objects.filter(pk=nima.pk).update(role=role)
    return User.objects.get(pk=nima.pk)


def document(face: Any) -> dict[str, Any]:
    answer = face.get("/api/v1/schema/")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_it_tells_of_fields_as_the_reader_may_know_them(
    narrowed: Any, sara: Any, tenant: Tenant, api_for: Any, client_for: Any
) -> None:
    """By token and in the browser; whoever asks next is told what they may know, not what was told before."""
    for face in (api_for, client_for):
        whole, cut = document(face(sara, tenant)), document(face(narrowed, tenant))
        validate(cut)
        for schema, there in ((whole, True), (cut, False)):
            account = schema["components"]["schemas"]["Account"]["properties"]
            assert ("revenue" in account, "revenue" in str(schema["paths"]["/api/v1/accounts/"])) == (there, there)
        schemas = cut["components"]["schemas"]
        assert schemas["Account"]["properties"]["city"]["readOnly"]
        assert {"city", "employees", "revenue"}.isdisjoint(schemas["AccountCreate"]["properties"])
        assert "employees" in schemas["Account"]["properties"]
        assert "city" not in schemas["AccountBulk"]["anyOf"][0]["properties"]["match"]["anyOf"][0]["enum"]
        filters = {one["name"] for one in cut["paths"]["/api/v1/accounts/"]["get"]["parameters"]}
        assert "employees" in filters
        assert "city" not in filters


def test_the_reference_tells_of_fields_as_the_reader_may_know_them(
    narrowed: Any, sara: Any, tenant: Tenant, api_for: Any, client_for: Any
) -> None:
    for face in (api_for, client_for):
        pages = [face(who, tenant).get("/api/docs/accounts/") for who in (sara, narrowed, None)]
        assert [page.status_code for page in pages] == [200, 200, 200]
        told = ["revenue" in page.content.decode() for page in pages]
        assert told == [True, False, True], "what every workspace has is no secret, what a role hides is"


def test_the_reference_asked_with_a_token_is_its_owners(
    tenant: Tenant, sara: Any, other_tenant: Tenant, olga: Any, api_for: Any, actor_for: Any
) -> None:
    define_field(actor=actor_for(sara), entity="account", kind="text", name="x_motto", label={"en": "Motto"})
    page = api_for(sara, tenant).get("/api/docs/accounts/").content.decode()
    assert "x_motto" in page
    assert "x_motto" not in api_for(None, tenant).get("/api/docs/accounts/").content.decode()
    for path in ("/api/docs/", "/api/docs/accounts/"):
        foreign = api_for(olga, other_tenant, host=tenant.host).get(path)
        assert foreign.status_code == 401
        assert foreign["Content-Type"].startswith("application/problem+json")
        assert "x_motto" not in foreign.content.decode()


def test_it_is_kept_for_all_who_are_told_the_same(narrowed: Any, sara: Any, tenant: Tenant, api_for: Any) -> None:
    _document.cache_clear()
    for who in (sara, narrowed, sara, narrowed, None, None):
        document(api_for(who, tenant))
    assert _document.cache_info().misses == 3
