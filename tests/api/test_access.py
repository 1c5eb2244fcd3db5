"""Who gets in: nobody without a token, nobody from elsewhere, and everybody only as far as their role goes."""

from collections.abc import Callable
from typing import Any

import pytest

from kernel.access import Actor
from kernel.context import Tenant, tenant_context
from kernel.records import create_record
from tests.api.conftest import Ask, asker

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]


def test_nobody_gets_in_without_a_token(stranger: Ask, make: Make) -> None:
    made = make("account", name="Zagros")
    for method, path in (
        ("get", ""), ("get", "accounts/"), ("post", "accounts/"), ("get", f"accounts/{made.pk}/"),
        ("patch", f"accounts/{made.pk}/"), ("delete", f"accounts/{made.pk}/"), ("post", "accounts/bulk/"),
        ("get", f"accounts/{made.pk}/history/"), ("post", f"accounts/{made.pk}/restore/"), ("options", "accounts/"),
    ):  # fmt: skip
        answer = stranger(method, path, {} if method != "get" else None)
        assert answer.status_code == 401, (method, path)
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert answer["Content-Type"] == "application/problem+json"


def test_a_token_opens_its_own_workspace_only(
    olga: Any, tenant: Tenant, other_tenant: Tenant, api_for: Any, make: Make, system: Actor
) -> None:
    ours = make("account", name="Zagros")
    with tenant_context(other_tenant):
        theirs = create_record("account", actor=system, values={"name": "Theirs"})
    here = api_for(olga, other_tenant)
    here.defaults["HTTP_HOST"] = tenant.host
    assert asker(here)("get", "accounts/").status_code == 401
    there = asker(api_for(olga, other_tenant))
    assert [row["id"] for row in there("get", "accounts/").json()["results"]] == [str(theirs.pk)]
    for method, path in (("get", ""), ("patch", ""), ("delete", ""), ("get", "history/"), ("post", "restore/")):
        answer = there(method, f"accounts/{ours.pk}/{path}", {} if method != "get" else None)
        assert answer.status_code == 404, (method, path)
        assert "Zagros" not in answer.content.decode()
    named = there("post", "accounts/", {"name": "Child", "parent": str(ours.pk)})
    assert named.json()["errors"][0]["code"] == "not_found"


def test_an_unknown_token(tenant: Tenant, api_for: Any) -> None:
    answer = asker(api_for(None, tenant))("get", "accounts/", Authorization="Bearer nonsense")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_host_that_is_no_workspace(admin: Ask, sara: Any, tenant: Tenant, api_for: Any) -> None:
    answer = asker(api_for(sara, tenant, host=tenant.host.replace("acme", "nowhere")))("get", "accounts/")
    assert answer.status_code in (400, 404)


def test_roles_hold(reader: Ask, member: Ask, make: Make, nima: Any, mina: Any) -> None:
    mine, hers = make("deal", name="Mine", owner=nima), make("deal", name="Hers", owner=mina)
    assert [row["name"] for row in member("get", "deals/").json()["results"]] == ["Mine"]
    assert member("get", f"deals/{hers.pk}/").status_code == 404
    assert member("patch", f"deals/{hers.pk}/", {"name": "x"}).status_code == 404
    assert member("patch", f"deals/{mine.pk}/", {"name": "x"}).status_code == 200
    assert reader("get", f"deals/{hers.pk}/").status_code == 200
    for method, path in (
        ("post", "deals/"), ("patch", f"deals/{hers.pk}/"), ("delete", f"deals/{hers.pk}/"),
        ("post", "deals/bulk/"), ("delete", "deals/bulk/"),
    ):  # fmt: skip
        assert reader(method, path, {"name": "x"}).status_code == 403, (method, path)


def test_an_engine_that_is_off_is_not_there(
    admin: Ask, stranger: Ask, make: Make, sara: Any, tenant: Tenant, actor_for: Any
) -> None:
    from tenants.services.engines import disable_engine, enable_engine

    deal = make("deal", name="Steel")
    paths = [("get", "deals/"), ("post", "deals/"), ("options", "deals/"), ("get", f"deals/{deal.pk}/"),
             ("patch", f"deals/{deal.pk}/"), ("delete", f"deals/{deal.pk}/"), ("post", f"deals/{deal.pk}/restore/"),
             ("get", f"deals/{deal.pk}/history/"), ("post", "deals/bulk/"), ("get", "stages/")]  # fmt: skip
    disable_engine(actor=actor_for(sara), name="sfa")
    for method, path in paths:
        for ask in (admin, stranger):
            assert ask(method, path, {} if method != "get" else None).status_code == 404, (method, path)
    assert "/api/v1/deals/" not in admin("get", "schema/").json()["paths"]
    assert "deal" not in {row["name"] for row in admin("get", "").json()["results"]}
    enable_engine(actor=actor_for(sara), name="sfa")
    assert admin("get", f"deals/{deal.pk}/").json()["name"] == "Steel"
    assert "/api/v1/deals/" in admin("get", "schema/").json()["paths"]


def test_a_session_needs_its_csrf_token_to_write(sara: Any, tenant: Tenant, client_for: Any) -> None:
    page = client_for(sara, tenant)
    page.handler.enforce_csrf_checks = True
    ask = asker(page)
    assert ask("get", "accounts/").status_code == 200
    assert ask("post", "accounts/", {"name": "x"}).status_code == 403
