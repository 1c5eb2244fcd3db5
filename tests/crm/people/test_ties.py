"""Relationships: seen from either side, by whoever sees both ends, ended rather than lost; and the map of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from crm.models import Relationship, RelationshipRole
from crm.selectors.network import MOST, network_of
from crm.selectors.ties import Tie, newest_ties, ties_from
from crm.services.parts import today
from crm.services.ties import end_relationship
from kernel.access import records_visible_to, system_actor
from kernel.errors import Denied, Invalid, NotFound
from kernel.records import create_record, update_record

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")


def role(key: str) -> Any:
    return RelationshipRole.objects.get(key=key)


def tie(key: str, start: Any, end: Any, actor: Any = SYSTEM, **values: Any) -> Any:
    ends = {f"{side}_{type(one).__name__.lower()}": one for side, one in (("from", start), ("to", end))}
    return create_record("relationship", actor=actor, values={"role": role(key), **ends, **values})


def ties_of(entity: str, pk: Any, *, actor: Any) -> list[Tie]:
    return ties_from(entity, pk, newest_ties(entity, pk, actor=actor))


def test_a_workspace_starts_with_words_in_both_languages(tenant: Any) -> None:
    assert RelationshipRole.objects.count() >= 12
    decides = role("decision_maker")
    assert (decides.label_en, decides.reverse_fa) == ("decision maker at", "تصمیم‌گیرنده")


def test_each_side_reads_it_in_its_own_word(account: Any, contact: Any) -> None:
    house, sara = account("Pump house"), contact("Sara Moradi")
    tie("decision_maker", sara, house)
    assert [(t.word, t.other.name) for t in ties_of("account", house.pk, actor=SYSTEM)] == [
        ("decision maker", "Sara Moradi")
    ]
    assert [t.word for t in ties_of("contact", sara.pk, actor=SYSTEM)] == ["decision maker at"]
    with override("fa"):
        assert [t.word for t in ties_of("account", house.pk, actor=SYSTEM)] == ["تصمیم‌گیرنده"]


def test_roles_say_between_whom_and_nobody_is_tied_to_himself(account: Any, contact: Any) -> None:
    house, sara = account("Pump house"), contact("Sara Moradi")
    with pytest.raises(Invalid) as caught:
        tie("decision_maker", house, house)
    assert caught.value.problems["to_account"][0].code == "itself"
    with pytest.raises(Invalid) as caught:
        tie("spouse", sara, house)
    assert caught.value.problems["to_contact"][0].code == "wrong_end"


def test_what_has_ended_stays_on_record(account: Any, contact: Any) -> None:
    made = tie("influencer", contact("Sara"), account("Pump house"))
    end_relationship(made.pk, actor=SYSTEM)
    made.refresh_from_db()
    assert (made.is_active, made.until) == (False, today())
    update_record("relationship", made.pk, actor=SYSTEM, values={"until": None, "is_active": True})
    past = tie("influencer", contact("Nima"), account("Other"), until=today() - timedelta(1))
    assert not past.is_active
    with pytest.raises(Invalid):
        update_record("relationship", past.pk, actor=SYSTEM, values={"since": today()})


def test_it_is_seen_by_whoever_sees_both_ends(account: Any, contact: Any, nima: Any, acting: Any) -> None:
    hidden, house = contact("Hidden"), account("Pump house", owner=nima)
    made = tie("decision_maker", hidden, house)
    actor = acting(nima)
    seen = records_visible_to(actor, "relationship").filter(pk=made.pk)
    assert seen.exists()
    blind = type(actor)(
        actor.user_id, actor.label, {**actor.levels, "crm.contact.view": "own"}, actor.team_ids, actor.engines
    )
    assert not records_visible_to(blind, "relationship").filter(pk=made.pk).exists()
    assert ties_of("account", house.pk, actor=blind) == []
    assert [n.name for n in network_of("account", house, actor=blind).near] == []


def test_one_of_the_ends_must_be_ones_own_to_change(
    account: Any, contact: Any, nima: Any, reza: Any, acting: Any
) -> None:
    mine, others = account("Mine", owner=nima), contact("Other’s")
    made = tie("decision_maker", others, mine, actor=acting(nima))
    far = account("Far")
    with pytest.raises(Invalid) as caught:
        tie("influencer", others, far, actor=acting(nima))
    assert next(iter(caught.value.problems.values()))[0].code == "not_yours"
    with pytest.raises(Invalid):
        update_record("relationship", made.pk, actor=acting(nima), values={"to_account": far})
    with pytest.raises((Denied, NotFound)):
        end_relationship(made.pk, actor=acting(reza))


def grow(house: Any, number: int, account: Any, contact: Any) -> None:
    for n in range(number):
        person = contact(f"Person {n}", account=house)
        tie("decision_maker", person, house)
        tie("supplier", account(f"Supplier {n}"), house)
        tie("spouse", contact(f"Spouse {n}"), person)
        account(f"Branch {n}", parent=house)


def test_the_map_asks_as_often_for_many_as_for_few_and_draws_no_more_than_fit(account: Any, contact: Any) -> None:
    house = account("Pump house", parent=account("Group"))
    grow(house, 2, account, contact)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            network_of("account", house, actor=SYSTEM)
        return len(queries)

    first = asked()
    grow(house, 14, account, contact)
    assert asked() <= first + 1  # how many people there are, once they do not all fit
    net = network_of("account", house, actor=SYSTEM)
    assert net.drawn <= MOST
    assert net.above[0].name == "Group"
    assert net.more["below"] == 8
    assert {node.word for node in net.near} >= {"decision maker", "supplier"}
    assert [far.word for near in net.near for far in near.far][:1] == ["spouse"]


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_map_is_a_picture_with_links(language: str, page: Any, sara: Any, account: Any, contact: Any) -> None:
    house = account("Pump <house> & co", tier="4", parent=account("Group"))
    grow(house, 3, account, contact)
    with override(language):
        text = page(sara).get(f"/accounts/{house.pk}/map/?zoom=150").content.decode()
    assert text.count('<svg class="rmap"') == 2
    assert "Pump &lt;house&gt;" in text
    assert "<house>" not in text
    assert text.count('<a class="nd') >= 2 * 10
    assert page(sara).get(f"/contacts/{contact('Alone').pk}/map/").status_code == 200


def test_names_are_made_by_the_form_from_this_side(page: Any, sara: Any, account: Any, contact: Any) -> None:
    house, person = account("Pump house"), contact("Sara Moradi")
    client, url = page(sara), f"/records/account/{house.pk}/relationships/"
    assert b"decision maker" in client.get(url).content
    given = {"role": f"back:{role('decision_maker').pk}", "contact": str(person.pk), "since": "2024-05-01"}
    assert client.post(url, given).status_code == 200
    made = Relationship.objects.get()
    assert (made.from_contact_id, made.to_account_id) == (person.pk, house.pk)
    wrong = client.post(url, {"role": "", "contact": ""})
    assert wrong.status_code == 422
