"""Territories: a tree with people in it, no circles, and none deleted from under its records."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from identity.models import Team, Territory, User
from identity.services import set_territory_people
from identity.trees import in_order
from kernel.access import Actor
from kernel.context import Tenant, tenant_context
from kernel.errors import Denied, Invalid
from kernel.models import AuditEntry
from kernel.records import bulk_delete, create_record, delete_record, update_record

ActorFor = Callable[..., Actor]
ClientFor = Callable[[Any, Tenant], Client]
JSON = "application/json"
PAGE = "/settings/territories/"


@pytest.fixture
def north_and_coast(tenant: Tenant) -> tuple[Territory, Territory]:
    north = Territory.objects.create(name="North")
    return north, Territory.objects.create(name="Coast", parent=north)


class Node:
    def __init__(self, pk: int, parent_id: int | None) -> None:
        self.pk, self.parent_id, self.size, self.below = pk, parent_id, 1, 0


@given(st.lists(st.integers(-1, 11), min_size=1, max_size=12))
def test_a_tree_shows_each_once_whatever_hangs_where(parents: list[int]) -> None:
    nodes = [Node(pk, None if parent < 0 else parent) for pk, parent in enumerate(parents)]
    rows = in_order(nodes)
    assert sorted(node.pk for node, _depth in rows) == [node.pk for node in nodes]
    depths = {node.pk: depth for node, depth in rows}
    known = set(depths)
    for node in nodes:
        if depths[node.pk]:
            assert depths[node.pk] == depths[node.parent_id] + 1  # type: ignore[index]  # who is deeper has a parent
            assert node.parent_id in known
            assert nodes[node.parent_id].below > node.below


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_page_shows_people_and_records(
    tenant: Tenant, sara: User, nima: User, north_and_coast: tuple[Territory, Territory], actor_for: ActorFor,
    client_for: ClientFor, language: str,
) -> None:  # fmt: skip
    User.objects.filter(pk=sara.pk).update(language=language)
    _north, coast = north_and_coast
    create_record("account", actor=actor_for(sara), values={"name": "Golha", "territory": coast})
    set_territory_people(actor=actor_for(sara), territory=coast, people=[nima])
    page = client_for(sara, tenant).get(PAGE)
    rows = {one.name: (depth, one.size, one.below, one.people) for one, depth in page.context["territories"]}
    assert rows["North"] == (0, 0, 1, [])
    assert rows["Coast"] == (1, 1, 1, [nima])


def test_a_territory_is_made_moved_and_given_people(
    tenant: Tenant, sara: User, nima: User, client_for: ClientFor
) -> None:
    client = client_for(sara, tenant)
    assert client.post(f"{PAGE}new/", {"name": "South", "people": [str(nima.pk)]}).status_code == 302
    south = Territory.objects.get(name="South")
    assert list(south.members.all()) == [nima]
    assert AuditEntry.objects.filter(action="territory_people", record_id=south.pk).exists()
    north = Territory.objects.create(name="North")
    client.post(f"{PAGE}{south.pk}/", {"name": "South", "parent": str(north.pk)})
    south.refresh_from_db()
    assert south.parent == north
    assert not south.members.exists()


@pytest.mark.parametrize("entity", ["team", "territory"])
def test_nothing_stands_below_itself(tenant: Tenant, sara: User, actor_for: ActorFor, entity: str) -> None:
    """Also when a program asks: the page does not even offer it."""
    model: Any = Team if entity == "team" else Territory
    top = model.objects.create(name="Top")
    middle = model.objects.create(name="Middle", parent=top)
    low = model.objects.create(name="Low", parent=middle)
    for below in (top, middle, low):
        with pytest.raises(Invalid) as refused:
            update_record(entity, top.pk, actor=actor_for(sara), values={"parent": below})
        assert refused.value.problems["parent"][0].code == "circle"
    update_record(entity, low.pk, actor=actor_for(sara), values={"parent": top})


def test_a_circle_is_refused_by_the_api(tenant: Tenant, sara: User, api_for: ClientFor) -> None:
    top = Territory.objects.create(name="Top")
    low = Territory.objects.create(name="Low", parent=top)
    answer = api_for(sara, tenant).patch(f"/api/v1/territories/{top.pk}/", {"parent": str(low.pk)}, content_type=JSON)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "circle"


def test_one_in_use_stays(
    tenant: Tenant, sara: User, north_and_coast: tuple[Territory, Territory], actor_for: ActorFor, api_for: ClientFor
) -> None:
    north, coast = north_and_coast
    actor = actor_for(sara)
    account = create_record("account", actor=actor, values={"name": "Golha", "territory": coast})
    for one in (north, coast):
        with pytest.raises(Invalid):
            delete_record("territory", one.pk, actor=actor)
        with pytest.raises(Invalid):
            bulk_delete("territory", [one.pk], actor=actor)
        assert api_for(sara, tenant).delete(f"/api/v1/territories/{one.pk}/").status_code == 422
    update_record("account", account.pk, actor=actor, values={"territory": None})
    assert bulk_delete("territory", [north.pk, coast.pk], actor=actor).changed == 2


def test_a_team_with_people_in_it_stays_by_every_way(
    tenant: Tenant, sara: User, nima: User, api_for: ClientFor
) -> None:
    assert api_for(sara, tenant).delete(f"/api/v1/teams/{nima.team_id}/").status_code == 422


def test_deleting_is_undone(tenant: Tenant, sara: User, client_for: ClientFor) -> None:
    south = Territory.objects.create(name="South")
    client = client_for(sara, tenant)
    client.post(f"{PAGE}{south.pk}/delete/")
    assert not Territory.objects.filter(pk=south.pk).exists()
    entry = AuditEntry.objects.get(action="deleted", record_id=south.pk)
    assert f"/undo/{entry.pk}/" in client.get(PAGE).content.decode()
    client.post(f"/undo/{entry.pk}/")
    assert Territory.objects.filter(pk=south.pk).exists()


def test_whoever_serves_one_sees_what_lies_below(
    tenant: Tenant, sara: User, reza: User, north_and_coast: tuple[Territory, Territory], actor_for: ActorFor
) -> None:
    from identity.models import Role
    from kernel.access import records_visible_to

    north, coast = north_and_coast
    there = create_record("account", actor=actor_for(sara), values={"name": "Golha", "territory": coast})
    role = Role.objects.get(key="reader")
    role.levels = {**role.levels, "crm.account.view": "territory"}
    role.save()
    assert there not in records_visible_to(actor_for(reza), "account")
    set_territory_people(actor=actor_for(sara), territory=north, people=[reza])
    assert there in records_visible_to(actor_for(reza), "account")
    set_territory_people(actor=actor_for(sara), territory=north, people=[])
    assert there not in records_visible_to(actor_for(reza), "account")


def test_others_change_nothing(
    tenant: Tenant, other_tenant: Tenant, nima: User, reza: User, olga: User,
    north_and_coast: tuple[Territory, Territory], actor_for: ActorFor, client_for: ClientFor, api_for: ClientFor,
) -> None:  # fmt: skip
    north, _coast = north_and_coast
    for person in (nima, reza):
        with pytest.raises(Denied):
            set_territory_people(actor=actor_for(person), territory=north, people=[person])
        assert client_for(person, tenant).get(PAGE).status_code == 200
        assert client_for(person, tenant).get(f"{PAGE}{north.pk}/").status_code == 403
        answer = api_for(person, tenant).put(
            f"/api/v1/territories/{north.pk}/people/", {"people": []}, content_type=JSON
        )
        assert answer.status_code == 403
    outsider = client_for(olga, other_tenant)
    assert outsider.get(f"{PAGE}{north.pk}/").status_code == 404
    assert "North" not in outsider.get(PAGE).content.decode()
    assert api_for(olga, other_tenant).get(f"/api/v1/territories/{north.pk}/people/").status_code == 404
    with tenant_context(other_tenant):
        assert not Territory.objects.exists()


def test_people_by_the_api(
    tenant: Tenant, sara: User, nima: User, olga: User, north_and_coast: tuple[Territory, Territory],
    api_for: ClientFor,
) -> None:  # fmt: skip
    north, _coast = north_and_coast
    path = f"/api/v1/territories/{north.pk}/people/"
    client = api_for(sara, tenant)
    assert client.put(path, {"people": [str(nima.pk)]}, content_type=JSON).json() == {"people": [str(nima.pk)]}
    assert client.get(path).json() == {"people": [str(nima.pk)]}
    assert client.put(path, {"people": [str(olga.pk)]}, content_type=JSON).status_code == 404


def test_the_page_asks_the_same_number_of_queries(
    tenant: Tenant, sara: User, nima: User, client_for: ClientFor
) -> None:
    client = client_for(sara, tenant)

    def count() -> int:
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        return len(queries)

    one = Territory.objects.create(name="North")
    one.members.add(nima)
    first = count()
    for name in ("South", "East"):
        Territory.objects.create(name=name, parent=one).members.add(nima)
    assert count() == first


def test_people_stand_there_as_chips_however_many_there_are(
    tenant: Tenant, sara: User, nima: User, mina: User, client_for: ClientFor, actor_for: ActorFor
) -> None:
    """Those who serve it, and a place to find more; not everybody who could."""
    north = Territory.objects.create(name="North")
    set_territory_people(actor=actor_for(sara), territory=north, people=[nima])
    client, counts = client_for(sara, tenant), []
    client.get(f"{PAGE}{north.pk}/")
    for more in (0, 3):
        User.objects.bulk_create(User(name=f"Person {n}", email=f"p{more}{n}@example.com", state=User.State.ACTIVE)
                                 for n in range(more))  # fmt: skip
        with CaptureQueriesContext(connection) as asked:
            page = client.get(f"{PAGE}{north.pk}/").content.decode()
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert f'value="{nima.pk}"' in page
    assert "Take off Nima Rezaei" in page
    assert "Person 1" not in page
    assert 'data-url="/lookup/user/"' in page
    form = {"name": "North", "people": [str(nima.pk), str(mina.pk)]}
    assert client.post(f"{PAGE}{north.pk}/", form).status_code == 302
    assert {one.user_id for one in north.memberships.all()} == {nima.pk, mina.pk}
    client.post(f"{PAGE}{north.pk}/", {"name": "North"})
    assert not north.memberships.exists()


def test_chips_stay_when_something_else_is_wrong(
    tenant: Tenant, sara: User, nima: User, olga: User, client_for: ClientFor
) -> None:
    client = client_for(sara, tenant)
    page = client.post(f"{PAGE}new/", {"name": "", "people": [str(nima.pk)]}).content.decode()
    assert f'value="{nima.pk}"' in page
    refused = client.post(f"{PAGE}new/", {"name": "South", "people": [str(olga.pk), "nobody"]})
    assert refused.context["form"].errors["people"]
    assert "Olga" not in refused.content.decode()
    assert not Territory.objects.filter(name="South").exists()
