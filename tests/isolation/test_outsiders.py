"""Every address of every host, by every method, asked by people who have no business there."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from identity.services import create_operator
from kernel.access import system_actor
from kernel.context import Tenant, public_context
from kernel.registry import registry
from tests.factories import PASSWORD
from tests.isolation.planting import own_models
from tests.isolation.probes import colleague_of
from tests.isolation.routes import Address, addresses, of_one_entity
from tests.isolation.walk import Member, Secret, adopted, fingerprint, knock, leaks, pry, sent_away, why

Ask = Callable[..., Any]
Faces = Callable[[Any, Tenant], Client]
#: All methods are tried by nobody at all; by somebody with a foreign key, those that mean different things.
SOME = ("GET", "POST", "PATCH", "DELETE")


def test_every_table_of_a_workspace_is_marked(secret: Secret) -> None:
    """Otherwise the tests below would look for words that nobody planted."""
    assert len(secret.rows) == len(own_models())
    assert {e.model_class for e in registry.entities} <= set(secret.rows)


def test_the_mark_is_seen_by_those_who_may(
    secret: Secret, olga: Any, client_for: Faces, api_for: Faces, ask: Ask
) -> None:
    """The same walk as its owner finds the mark in many places: the tests below are not blind."""
    pages, api = client_for(olga, secret.tenant), api_for(olga, secret.tenant)
    seen, lost = set(), set()
    for address in addresses(secret.ids):
        response = ask(api if address.path.startswith("/api/") else pages, "GET", address.path)
        if leaks(response, at_home=False):
            seen.add(address.route)
        if address.aimed and response.status_code in (403, 404):
            lost.add(address.route)
    assert not lost, "for these the id in the address opens nothing, whoever asks: the walk would prove nothing there"
    for entity in registry.entities:
        assert f"api/v1/{entity.plural}/" in seen
        assert f"api/v1/{entity.plural}/<str:pk>/" in seen
        if entity.pages:
            assert {f"{entity.plural}/", f"{entity.plural}/<uuid:pk>/"} <= seen


def test_without_a_session(secret: Secret, client_for: Faces) -> None:
    before = fingerprint(secret.tenant)
    assert knock(client_for(None, secret.tenant), addresses(secret.ids)) == []
    assert fingerprint(secret.tenant) == before


def test_with_a_session_of_another_workspace(
    secret: Secret, tenant: Tenant, sara: Any, client_for: Faces, replay: Any
) -> None:
    before = fingerprint(secret.tenant)
    key = client_for(sara, tenant).cookies["sessionid"].value

    def stranger() -> Client:
        client = Client(HTTP_HOST=secret.tenant.host)
        client.cookies["sessionid"] = key
        return client

    # A refusal may take the cookie away; the stranger sends it again.
    found = [one for address in addresses(secret.ids) for one in knock(stranger(), [address], SOME)]
    assert found == []
    assert fingerprint(secret.tenant) == before


def test_with_a_token_of_another_workspace(secret: Secret, tenant: Tenant, sara: Any, token_of: Any) -> None:
    before = fingerprint(secret.tenant)
    stranger = Client(HTTP_HOST=secret.tenant.host, HTTP_AUTHORIZATION=f"Bearer {token_of(sara, tenant)}")
    assert knock(stranger, addresses(secret.ids), SOME) == []
    assert fingerprint(secret.tenant) == before


def test_members_of_this_workspace_asking_for_what_is_the_others(
    secret: Secret, tenant: Tenant, neighbour: Member
) -> None:
    before = fingerprint(secret.tenant)
    assert pry(neighbour, addresses(secret.ids), secret.ids) == []
    assert fingerprint(secret.tenant) == before
    assert adopted(tenant, secret.ids) == []
    assert neighbour.ask("GET", "/accounts/").status_code == 200, "the walk went on while she could still act"
    assert neighbour.ask("GET", "/api/v1/accounts/").status_code == 200


@pytest.mark.parametrize("level", ["", "own"])
def test_a_colleague_sees_no_record_that_is_not_theirs(
    level: str, secret: Secret, client_for: Faces, api_for: Faces
) -> None:
    """The wall inside the house: the one permission predicate, asked by every face."""
    colleague = colleague_of(secret, level)
    member = Member(lambda: client_for(colleague, secret.tenant), api_for(colleague, secret.tenant))
    wrong = []
    for address in addresses(secret.ids):
        response = member.ask("GET", address.path)
        if leaks(response, at_home=False) or response.status_code >= 500:
            wrong.append(f"GET {address.path}: {why(response)}")
    assert wrong == []


def test_everybody_at_the_provider_is_nobody_in_a_workspace(secret: Secret, ask: Ask) -> None:
    """The console's session on a workspace's host."""
    with public_context(), transaction.atomic():
        create_operator(actor=system_actor(), email="op@example.com", name="Olivia", password=PASSWORD)
    client = Client(HTTP_HOST=settings.CONSOLE_HOST)
    client.post("/auth/login/", {"login": "op@example.com", "password": PASSWORD})
    assert client.get("/").status_code == 200
    there = Client(HTTP_HOST=secret.tenant.host)
    there.cookies["sessionid"] = client.cookies["sessionid"].value
    before = fingerprint(secret.tenant)
    assert knock(there, of_one_entity(addresses(secret.ids)), ("GET", "POST")) == []
    assert fingerprint(secret.tenant) == before


@pytest.mark.parametrize("host", ["console", "public"])
def test_everybody_of_a_workspace_is_nobody_at_the_provider(
    host: str, secret: Secret, olga: Any, token_of: Any, client_for: Faces
) -> None:
    """Olga's session and token, sent to hosts that are no workspace: by their own addresses and by hers."""
    name = {"console": settings.CONSOLE_HOST, "public": settings.BASE_HOST}[host]
    token = token_of(olga, secret.tenant)
    key = client_for(olga, secret.tenant).cookies["sessionid"].value
    own, hers = addresses(secret.ids, host), of_one_entity(addresses(secret.ids))
    routes = {address.route for address in own}
    # An address that only her workspace has is not there at all; one that both have asks who is there.
    strange = [a for a in hers if a.route not in routes and not (host == "public" and a.route.startswith("api/"))]
    found = []
    for address in [*own, *strange]:
        client = Client(HTTP_HOST=name, HTTP_AUTHORIZATION=f"Bearer {token}")
        client.cookies["sessionid"] = key
        found += knock(client, [address], ("GET", "POST"))
    assert found == []


def test_addresses_of_the_provider_are_not_on_a_workspaces_host(
    secret: Secret, olga: Any, client_for: Faces, ask: Ask
) -> None:
    own = {address.route for address in addresses(secret.ids)}
    client = client_for(olga, secret.tenant)
    for host in ("console", "public"):
        for address in addresses(secret.ids, host):
            if address.route not in own and not address.route.startswith("api/"):
                assert ask(client, "GET", address.path).status_code == 404, address.path


def test_a_refusal_is_told_from_an_answer() -> None:
    """The judge itself: an answer that lets a stranger in is reported."""

    class Answer:
        status_code, headers, cookies, whole = 200, {"X": "y"}, None, b"{}"

    from tests.isolation.walk import judge_neighbour, judge_stranger

    aimed = Address("/accounts/1/", "accounts/<uuid:pk>/", "crm.account.view", True)
    assert not sent_away(Answer())
    assert judge_stranger("GET", aimed, Answer()).endswith(": 200")
    assert judge_neighbour("GET", aimed, Answer()).endswith(": 200")
    Answer.whole = b"qzxj12-name"
    assert "words" in judge_stranger("GET", aimed, Answer())
    assert "words" in judge_neighbour("GET", aimed, Answer())
