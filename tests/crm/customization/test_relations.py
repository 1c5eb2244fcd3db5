"""Relations of the organization's own: lists on both sides, links with fields of their own, deletions."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.customization import objects, relations
from crm.customization.objects import define_object
from crm.customization.services import deactivate_field, define_field, restore_field
from crm.models import CustomField, CustomRecord
from kernel.access import system_actor
from kernel.clean import clean_values
from kernel.context import Tenant
from kernel.errors import Invalid
from kernel.models import AuditEntry
from kernel.pointing import pointing_at
from kernel.records import (
    bulk_delete,
    create_record,
    delete_record,
    restore_record,
    undo_batch,
    update_record,
    upsert_records,
)  # fmt: skip
from kernel.registry import UnknownName, registry

pytestmark = pytest.mark.django_db
JSON = "application/json"
SYSTEM = system_actor()
Make = Callable[..., Any]


@pytest.fixture
def actor(tenant: Tenant, sara: Any, actor_for: Callable[..., Any]) -> Any:
    return actor_for(sara)


@pytest.fixture
def project(actor: Any) -> str:
    made = define_object(
        actor=actor, label={"fa": "پروژه", "en": "Project"}, label_plural={"fa": "پروژه‌ها", "en": "Projects"}
    )
    return made.name


@pytest.fixture
def customer(actor: Any, project: str) -> Make:
    def make(**said: Any) -> CustomField:
        said = {"label": {"en": "Customer"}, "list_label": {"en": "Their projects", "fa": "پروژه‌های او"}, **said}
        return relations.define_relation(actor=actor, entity=project, target="account", **said).field

    return make


@pytest.fixture
def team(actor: Any, project: str) -> str:
    """People of a project, each in a role."""
    link = relations.define_link(
        actor=actor, first="x_project", second="contact", label={"en": "Membership", "fa": "عضویت"},
        label_plural={"en": "Memberships", "fa": "عضویت‌ها"}, first_list={"en": "People", "fa": "افراد"},
        second_list={"en": "Works on", "fa": "پروژه‌های او"},
    )  # fmt: skip
    define_field(actor=actor, entity=link.name, kind="text", label={"en": "Role"}, name="x_role")
    return link.name


def made(entity: str, name: str, **values: Any) -> Any:
    named = {"first_name": name} if entity == "contact" else {"name": name}
    return create_record(entity, actor=SYSTEM, values={**named, **values})


def again(entity: str, record: Any) -> Any:
    return registry.entity(entity).records().get(pk=record.pk)


# ── one to many ──
def test_both_sides_have_words_of_their_own(
    actor: Any, customer: Make, sara: Any, tenant: Tenant, client_for: Any
) -> None:
    field = customer()
    define_field(actor=actor, entity="x_project", kind="text", label={"en": "Code"}, name="x_code")
    acme = made("account", "Zagros")
    made("x_project", "Bridge", x_customer=acme, x_code="B-77")
    page: Client = client_for(sara, tenant)
    html = page.get(f"/accounts/{acme.pk}/").content.decode()
    assert "Their projects" in html
    relations.change_relation(field.pk, actor=actor, label={"en": "Undertakings"}, columns=["x_code"])
    html = page.get(f"/accounts/{acme.pk}/").content.decode()
    assert "Undertakings" in html
    assert "B-77" in html
    relations.change_relation(field.pk, actor=actor, listed=False)
    assert "Undertakings" not in page.get(f"/accounts/{acme.pk}/").content.decode()
    told = AuditEntry.objects.filter(entity="custom_relation").order_by("id").last()
    assert told is not None
    assert told.changes == {"listed": [True, False]}


def test_lists_stand_in_their_order(actor: Any, customer: Make, project: str) -> None:
    customer(name="x_customer", position=5)
    customer(name="x_builder", label={"en": "Builder"}, position=2)
    own = [listed.field for _entity, listed in registry.lists_on("account") if listed.field.startswith("x_")]
    assert own == ["x_builder", "x_customer"]
    assert next(listed.field for _entity, listed in registry.lists_on("account")) == "parent"


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"columns": ["x_none"]}, "columns"),
        ({"position": -1}, "position"),
        ({"on_delete": "cascade"}, "on_delete"),
        ({"on_delete": "clear", "required": True}, "on_delete"),
        ({"label": ""}, "label"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_place(customer: Make, said: dict[str, Any], where: str) -> None:
    with pytest.raises(Invalid) as caught:
        customer(**said)
    assert set(caught.value.problems) == {where}


# ── deletion ──
def test_what_was_deleted_is_shown_as_such_and_refused(
    customer: Make, actor: Any, sara: Any, reza: Any, tenant: Tenant, client_for: Any, api_for: Any
) -> None:
    customer()
    acme = made("account", "Zagros")
    bridge = made("x_project", "Bridge", x_customer=acme)
    page: Client = client_for(sara, tenant)
    answer = page.post(f"/accounts/{acme.pk}/delete/", follow=True).content.decode()
    assert "still pointing to it: 1 × Projects" in answer
    assert again("x_project", bridge).x_customer_id == acme.pk
    shown = page.get(f"/x_projects/{bridge.pk}/").content.decode()
    assert "<s><bdi>Zagros</bdi></s> (deleted)" in shown
    assert "(deleted)" in page.get("/x_projects/").content.decode()
    with pytest.raises(Invalid) as caught:
        clean_values("x_project", {"name": "Dam", "x_customer": str(acme.pk)}, actor=actor)
    assert caught.value.problems["x_customer"][0].code == "deleted"
    sent = api_for(sara, tenant).post("/api/v1/x_projects/", {"name": "D", "x_customer": str(acme.pk)}, JSON)
    assert sent.status_code == 422
    assert "was deleted" in sent.content.decode()
    restore_record("account", acme.pk, actor=SYSTEM)
    assert "(deleted)" not in page.get(f"/x_projects/{bridge.pk}/").content.decode()
    assert "Bridge" in page.get(f"/accounts/{acme.pk}/").content.decode()


def test_a_deleted_one_is_no_news_to_those_who_could_not_see_it(customer: Make, actor_for: Any, reza: Any) -> None:
    customer()
    acme = delete_record("account", made("account", "Zagros").pk, actor=SYSTEM)
    blind = actor_for(reza)
    blind = type(blind)(blind.user_id, blind.label, {**blind.levels, "crm.account.view": "own"})
    with pytest.raises(Invalid) as caught:
        clean_values("x_project", {"name": "Dam", "x_customer": str(acme.pk)}, actor=blind)
    assert caught.value.problems["x_customer"][0].code == "not_found"
    assert pointing_at("account", [acme.pk], actor=blind) == []


def test_refused_while_something_points_there(
    customer: Make, sara: Any, tenant: Tenant, client_for: Any, api_for: Any
) -> None:
    customer(on_delete="refuse")
    acme, other = made("account", "Zagros"), made("account", "Alborz")
    bridge = made("x_project", "Bridge", x_customer=acme)
    with pytest.raises(Invalid) as caught:
        delete_record("account", acme.pk, actor=SYSTEM)
    assert "1 × Projects" in str(caught.value.problems[""][0])
    page = client_for(sara, tenant).post(f"/accounts/{acme.pk}/delete/", follow=True)
    assert "Point them elsewhere first" in page.content.decode()
    assert api_for(sara, tenant).delete(f"/api/v1/accounts/{acme.pk}/").status_code == 422
    outcome = bulk_delete("account", [acme, other], actor=SYSTEM)
    assert (outcome.changed, outcome.refused) == (1, 1)
    delete_record("x_project", bridge.pk, actor=SYSTEM)
    assert delete_record("account", acme.pk, actor=SYSTEM).deleted_at


def test_emptied_and_brought_back_in_one_undo(customer: Make) -> None:
    customer(on_delete="clear")
    acme, other = made("account", "Zagros"), made("account", "Alborz")
    bridge = made("x_project", "Bridge", x_customer=acme)
    gone = delete_record("account", acme.pk, actor=SYSTEM)
    assert again("x_project", bridge).x_customer_id is None
    assert undo_batch(gone.audit_id, actor=SYSTEM).changed == 2
    assert again("x_project", bridge).x_customer_id == acme.pk
    outcome = bulk_delete("account", [acme, other], actor=SYSTEM)
    assert again("x_project", bridge).x_customer_id is None
    undo_batch(outcome.batch, actor=SYSTEM)
    assert again("x_project", bridge).x_customer_id == acme.pk


# ── links ──
def test_a_link_has_two_ends_once(team: str) -> None:
    assert registry.entity(team).ends == ("x_project", "x_contact")
    bridge, nima = made("x_project", "Bridge"), made("contact", "Nima")
    link = create_record(team, actor=SYSTEM, values={"x_project": bridge, "x_contact": nima, "x_role": "Lead"})
    for values in ({"x_project": bridge, "x_contact": nima}, {"x_project": bridge}):
        with pytest.raises(Invalid):
            create_record(team, actor=SYSTEM, values=values)
    # Somebody writes the same at this very moment: the database itself refuses.
    with pytest.raises(IntegrityError), transaction.atomic():
        CustomRecord.objects.create(object=team, pair=f"{bridge.pk}:{nima.pk}")
    delete_record(team, link.pk, actor=SYSTEM)
    second = create_record(team, actor=SYSTEM, values={"x_project": bridge, "x_contact": nima})
    with pytest.raises(Invalid):
        restore_record(team, link.pk, actor=SYSTEM)
    delete_record(team, second.pk, actor=SYSTEM)
    assert restore_record(team, link.pk, actor=SYSTEM).x_role == "Lead"


def test_changing_an_end_changes_the_pair(team: str) -> None:
    bridge, nima, mina = made("x_project", "Bridge"), made("contact", "Nima"), made("contact", "Mina")
    link = create_record(team, actor=SYSTEM, values={"x_project": bridge, "x_contact": nima})
    moved = update_record(team, link.pk, actor=SYSTEM, values={"x_contact": mina})
    create_record(team, actor=SYSTEM, values={"x_project": bridge, "x_contact": nima})
    assert undo_batch(moved.audit_id, actor=SYSTEM).refused == 1
    assert again(team, link).x_contact_id == mina.pk


def test_many_at_once_are_matched_by_both_ends(team: str, actor: Any) -> None:
    bridge, nima, mina = made("x_project", "Bridge"), made("contact", "Nima"), made("contact", "Mina")
    rows: list[Any] = [{"x_project": bridge, "x_contact": one, "x_role": "Lead"} for one in (nima, mina, nima)]
    match = registry.entity(team).match
    assert [one.kind for one in upsert_records(team, rows, actor=SYSTEM, match=match)] == ["made", "made", "unchanged"]
    assert registry.entity(team).records().count() == 2
    double = upsert_records(team, [rows[0]], actor=SYSTEM, match=())
    assert double[0].problems[""][0].code == "linked"


def test_shown_on_both_ends_added_in_a_drawer_and_removed_with_undo(
    team: str, sara: Any, tenant: Tenant, client_for: Any
) -> None:
    bridge, nima, mina = made("x_project", "Bridge"), made("contact", "Nima"), made("contact", "Mina")
    link = create_record(team, actor=SYSTEM, values={"x_project": bridge, "x_contact": nima, "x_role": "Lead"})
    page: Client = client_for(sara, tenant)
    there = page.get(f"/x_projects/{bridge.pk}/").content.decode()
    assert "People" in there
    assert "Nima" in there
    assert "Lead" in there
    here = page.get(f"/contacts/{nima.pk}/").content.decode()
    assert "Works on" in here
    assert "Bridge" in here
    assert "/x_memberships/" not in page.get("/").content.decode()
    drawer = {"HX-Request": "true", "HX-Target": "slot"}
    plural = registry.entity(team).plural
    form = page.get(f"/{plural}/new/?x_project={bridge.pk}", headers=drawer).content.decode()
    assert "Bridge" in form
    sent = {"x_project": str(bridge.pk), "x_contact": str(mina.pk), "x_role": "Adviser"}
    assert page.post(f"/{plural}/new/", sent, headers=drawer).status_code == 200
    assert "already" in page.post(f"/{plural}/new/", sent, headers=drawer).content.decode()
    anew = {"x_project": "new:Tunnel", "x_contact": str(mina.pk)}
    assert page.post(f"/{plural}/new/", anew, headers=drawer).status_code == 200
    assert registry.entity("x_project").records().filter(name="Tunnel").exists()
    assert page.get(f"/{plural}/").status_code == 200
    gone = page.post(f"/{plural}/{link.pk}/delete/", {"stay": "1"}, headers={"HX-Request": "true"})
    assert gone.status_code == 204
    assert "/undo/" in gone.headers["HX-Trigger"]
    people = page.get(f"/x_projects/{bridge.pk}/").content.decode().partition("People")[2].partition("rail")[0]
    assert "Nima" not in people


def test_a_link_to_a_deleted_record_says_so(team: str, sara: Any, tenant: Tenant, client_for: Any) -> None:
    bridge, nima = made("x_project", "Bridge"), made("contact", "Nima")
    create_record(team, actor=SYSTEM, values={"x_project": bridge, "x_contact": nima})
    delete_record("contact", nima.pk, actor=SYSTEM)
    html = client_for(sara, tenant).get(f"/x_projects/{bridge.pk}/").content.decode()
    assert "Nima (deleted)" in html
    assert f"/contacts/{nima.pk}/" not in html


def test_links_of_a_kind_with_itself_have_two_roles(actor: Any, project: str) -> None:
    words: dict[str, Any] = {"label": {"en": "Dependency"}, "label_plural": {"en": "Dependencies"}}
    with pytest.raises(Invalid) as caught:
        relations.define_link(actor=actor, first=project, second=project, **words)
    assert set(caught.value.problems) == {"second_label"}
    link = relations.define_link(
        actor=actor, first=project, second=project, first_label={"en": "Before"}, second_label={"en": "After"}, **words
    )
    assert registry.entity(link.name).ends == ("x_before", "x_after")
    bridge, dam = made(project, "Bridge"), made(project, "Dam")
    create_record(link.name, actor=SYSTEM, values={"x_before": bridge, "x_after": dam})
    create_record(link.name, actor=SYSTEM, values={"x_before": dam, "x_after": bridge})
    with pytest.raises(Invalid) as caught:
        create_record(link.name, actor=SYSTEM, values={"x_before": dam, "x_after": dam})
    assert caught.value.problems["x_after"][0].code == "itself"


def test_between_built_in_ones(actor: Any, sara: Any, tenant: Tenant, client_for: Any) -> None:
    link = relations.define_link(
        actor=actor, first="account", second="contact", label={"en": "Advisory"}, label_plural={"en": "Advisories"}
    )
    acme, nima = made("account", "Zagros"), made("contact", "Nima")
    create_record(link.name, actor=SYSTEM, values={"x_account": acme, "x_contact": nima})
    assert "Nima" in client_for(sara, tenant).get(f"/accounts/{acme.pk}/").content.decode()


def test_a_link_goes_and_comes_with_its_ends(team: str, actor: Any, project: str) -> None:
    objects.deactivate_object(project, actor=actor)
    with pytest.raises(UnknownName):
        registry.entity(team)
    objects.restore_object(project, actor=actor)
    assert registry.entity(team).ends
    end = CustomField.objects.get(entity=team, name="x_contact")
    deactivate_field(end.pk, actor=actor)
    with pytest.raises(UnknownName):
        registry.entity(team)
    restore_field(end.pk, actor=actor)
    assert registry.entity(team).ends
    objects.delete_object(project, actor=actor, typed=project)
    with pytest.raises(UnknownName):
        registry.entity(team)


# ── faces ──
def test_settings_pages(project: str, sara: Any, tenant: Tenant, client_for: Any) -> None:
    page: Client = client_for(sara, tenant)
    home = "/settings/objects/relations/"
    assert "No relations of your own yet" in page.get(home).content.decode()
    assert page.get(f"{home}new/").status_code == 200
    form = {"entity": project, "target": "account", "label_fa": "مشتری", "label_en": "Customer", "listed": "1",
            "list_label_en": "Their projects", "list_label_fa": "پروژه‌های او", "on_delete": "refuse"}  # fmt: skip
    assert page.post(f"{home}new/", {**form, "target": "nothing"}).status_code == 422
    assert page.post(f"{home}new/", form).status_code == 302
    field = CustomField.objects.get(kind="relation")
    assert "Customer" in page.get(home).content.decode()
    one = f"{home}{field.pk}/"
    assert "Their projects" in page.get(one).content.decode()
    assert page.post(one, {**form, "label_en": "Client", "columns": ["owner"]}).status_code == 302
    field.refresh_from_db()
    assert (field.label["en"], field.relation.columns) == ("Client", ["owner"])
    assert page.post(one, {**form, "on_delete": "burn"}).status_code == 422
    link = {"first": project, "second": "contact", "label_en": "Membership", "label_fa": "عضویت",
            "label_plural_en": "Memberships", "label_plural_fa": "عضویت‌ها"}  # fmt: skip
    assert page.get(f"{home}link/").status_code == 200
    assert page.post(f"{home}link/", {**link, "first": ""}).status_code == 422
    assert page.post(f"{home}link/", link).headers["Location"] == "/settings/fields/x_membership/"
    assert "Memberships" in page.get(home).content.decode()
    assert "Memberships" in page.get("/settings/objects/").content.decode()


def test_api(project: str, sara: Any, reza: Any, olga: Any, tenant: Tenant, other_tenant: Tenant, api_for: Any) -> None:
    api: Client = api_for(sara, tenant)
    home = "/api/v1/custom-relations/"
    body = {"entity": project, "target": "account", "label": {"en": "Customer"}, "on_delete": "clear"}
    made_one = api.post(home, body, JSON)
    assert made_one.status_code == 201, made_one.content
    one = f"{home}{made_one.json()['id']}/"
    changed = api.patch(one, {"label": {"en": "Client"}, "list_label": {"en": "Theirs"}, "listed": False}, JSON).json()
    assert (changed["label"]["en"], changed["list_label"]["en"], changed["listed"]) == ("Client", "Theirs", False)
    assert api.get(home).json()["count"] == 1
    assert api.patch(one, {"columns": "name"}, JSON).status_code == 422
    words = {"label": {"en": "Membership"}, "label_plural": {"en": "Memberships"}}
    link = api.post(f"{home}links/", {"first": project, "second": "contact", **words}, JSON)
    assert link.status_code == 201, link.content
    assert link.json()["ends"] == ["x_project", "x_contact"]
    assert api_for(olga, other_tenant).get(one).status_code == 404
    assert {api_for(reza, tenant).get(address).status_code for address in (home, one)} == {403}
    assert api_for(reza, tenant).post(f"{home}links/", {}, JSON).status_code == 403


def test_queries_stay_the_same(team: str, sara: Any, tenant: Tenant, client_for: Any) -> None:
    page, counts = client_for(sara, tenant), []
    bridge = made("x_project", "Bridge")
    for more in (1, 2):
        for number in range(more):
            nima = made("contact", f"N{more}{number}")
            create_record(team, actor=SYSTEM, values={"x_project": bridge, "x_contact": nima})
        page.get(f"/x_projects/{bridge.pk}/")
        with CaptureQueriesContext(connection) as queries:
            page.get(f"/x_projects/{bridge.pk}/")
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts
