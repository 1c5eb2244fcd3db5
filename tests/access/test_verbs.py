"""Shares, record types, revealing and further roles: what the services and their faces let through."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from identity.models import Role, Team, Territory, TerritoryMember, User, UserRole
from identity.services import copy_role, save_role_fields, set_further_roles, set_role
from kernel.access import allows, entity_for, records_visible_to, system_actor
from kernel.context import Tenant
from kernel.errors import Denied, Invalid, NotFound
from kernel.models import AuditEntry, OutboxMessage, RecordShare
from kernel.query import select
from kernel.record_types import delete_record_type, save_record_type
from kernel.records import create_record, undo_batch, update_record
from kernel.revealing import reveal_value
from kernel.shares import list_shares, share_record, unshare_record

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")


@pytest.fixture
def deal(tenant: Tenant) -> Any:
    def make(name: str = "Pump", **values: Any) -> Any:
        return create_record("deal", actor=SYSTEM, values={"name": name, "currency": "EUR", **values})

    return make


@pytest.fixture
def narrowed(tenant: Tenant) -> Any:
    """Members see contacts' mobile masked and no e-mail."""
    role = Role.objects.get(key="member")
    role.fields = {"crm.contact.mobile": "masked", "crm.contact.email": "hidden", "crm.contact.city": "read"}
    role.save()
    return role


@pytest.fixture
def contact(tenant: Tenant) -> Any:
    values = {"name": "Leila Parsa", "email": "leila@parsa.example", "mobile": "+989121234567", "city": "Shiraz"}
    return create_record("contact", actor=SYSTEM, values=values)


# ── shares ──
def test_a_share_opens_a_record_and_its_end_closes_it(
    tenant: Tenant, sara: User, nima: User, actor_for: Any, deal: Any
) -> None:
    pump = deal(owner=sara)
    assert not allows(actor_for(nima), "deal", pump, "view")
    row = share_record("deal", pump.pk, actor=actor_for(sara), to_kind="user", to_id=nima.pk)
    assert allows(actor_for(nima), "deal", pump, "view")
    assert not allows(actor_for(nima), "deal", pump, "change")
    again = share_record(
        "deal", pump.pk, actor=actor_for(sara), to_kind="user", to_id=nima.pk, level="change", note="x"
    )
    assert again.pk == row.pk
    assert allows(actor_for(nima), "deal", pump, "change")
    RecordShare.objects.update(until=timezone.now() - timedelta(minutes=1))
    assert not allows(actor_for(nima), "deal", pump, "view")
    assert [share.over for share in list_shares("deal", pump.pk, actor=actor_for(sara))] == [True]
    unshare_record("deal", pump.pk, row.pk, actor=actor_for(sara))
    assert not RecordShare.objects.exists()
    told = list(AuditEntry.objects.filter(record_id=pump.pk).order_by("id").values_list("action", flat=True))
    assert told == ["created", "shared", "shared", "unshared"]
    assert OutboxMessage.objects.filter(name__in=["sfa.deal_shared", "sfa.deal_unshared"]).count() == 3


def test_only_who_may_change_shares_and_no_further_than_that(
    tenant: Tenant, sara: User, mina: User, nima: User, reza: User, actor_for: Any, deal: Any
) -> None:
    pump, mine = deal(owner=sara), deal("Mine", owner=nima)
    with pytest.raises(NotFound):
        share_record("deal", pump.pk, actor=actor_for(nima), to_kind="user", to_id=reza.pk)
    with pytest.raises(Denied):
        share_record("deal", pump.pk, actor=actor_for(reza), to_kind="user", to_id=nima.pk)
    share_record("deal", pump.pk, actor=actor_for(sara), to_kind="user", to_id=nima.pk, level="change")
    with pytest.raises(Denied):
        share_record("deal", pump.pk, actor=actor_for(nima), to_kind="user", to_id=reza.pk, level="delete")
    share_record("deal", mine.pk, actor=actor_for(nima), to_kind="role", to_id=Role.objects.get(key="reader").pk)
    for values in ({"to_kind": "user", "to_id": "nobody"}, {"to_kind": "planet", "to_id": mina.pk},
                   {"to_kind": "user", "to_id": mina.pk, "level": "own"},
                   {"to_kind": "user", "to_id": mina.pk, "until": timezone.now()}):  # fmt: skip
        with pytest.raises(Invalid):
            share_record("deal", mine.pk, actor=actor_for(nima), **values)


def test_what_a_team_is_given_the_teams_below_have(
    tenant: Tenant, sara: User, nima: User, actor_for: Any, deal: Any
) -> None:
    pump, region = deal(owner=sara), Team.objects.create(name="Region")
    Team.objects.filter(pk=nima.team_id).update(parent=region)
    share_record("deal", pump.pk, actor=actor_for(sara), to_kind="team", to_id=region.pk)
    assert allows(actor_for(nima), "deal", pump, "view")


def test_shares_by_the_api(
    tenant: Tenant, sara: User, nima: User, olga: User, other_tenant: Tenant, api_for: Any, deal: Any
) -> None:
    pump, api = deal(owner=sara), api_for(sara, tenant)
    url = f"/api/v1/deals/{pump.pk}/shares/"
    made = api.post(url, {"to_kind": "user", "to": str(nima.pk), "level": "change", "until": "2199-01-01T00:00:00Z"})
    assert made.status_code == 201, made.content
    assert made.json()["to_label"] == "Nima Rezaei"
    assert [one["id"] for one in api.get(url).json()["results"]] == [made.json()["id"]]
    assert api_for(nima, tenant).get(f"/api/v1/deals/{pump.pk}/").status_code == 200
    assert api.post(url, {"to_kind": "user", "to": str(nima.pk), "until": "soon"}).status_code == 422
    assert api.post(url, {"to_kind": "user", "to": 5}).status_code == 422
    stranger = api_for(olga, other_tenant)
    assert stranger.get(url).status_code == 404
    assert stranger.delete(f"{url}{made.json()['id']}/").status_code == 404
    assert api.delete(f"{url}{made.json()['id']}/").status_code == 204
    assert api_for(nima, tenant).get(f"/api/v1/deals/{pump.pk}/").status_code == 404


def test_the_pages_beside_a_record(
    tenant: Tenant, sara: User, nima: User, reza: User, client_for: Any, deal: Any
) -> None:
    pump, client = deal(owner=sara), client_for(sara, tenant)
    url = f"/deals/{pump.pk}/"
    assert "Share" in client.get(url).content.decode()
    drawer = client.get(f"{url}shares/", headers={"HX-Request": "true", "HX-Target": "slot"}).content.decode()
    assert "<dialog" in drawer
    assert "<html" in client.get(f"{url}shares/").content.decode()
    assert client.post(f"{url}shares/", {"to_kind": "user", "to": "", "level": "view"}).status_code == 422
    said = client.post(f"{url}shares/", {"to_kind": "user", "to": str(nima.pk), "level": "view", "until": "2199-01-01"})
    assert "Nima Rezaei" in said.content.decode()
    why = client_for(nima, tenant).get(f"{url}why/").content.decode()
    assert "Sara Ahmadi shared it with “Nima Rezaei”: See." in why
    assert client_for(reza, tenant).post(f"{url}shares/", {"to_kind": "user", "to": str(nima.pk)}).status_code == 403
    share = RecordShare.objects.get()
    assert client_for(nima, tenant).post(f"{url}shares/{share.pk}/remove/").status_code == 403
    assert client.post(f"{url}shares/{share.pk}/remove/").status_code == 200
    assert client_for(nima, tenant).get(url).status_code == 404


# ── record types and territories ──
def test_a_private_type_and_a_default(
    tenant: Tenant, sara: User, mina: User, nima: User, reza: User, actor_for: Any, contact: Any
) -> None:
    admin = actor_for(sara)
    open_type = save_record_type(actor=admin, entity="contact", names={"en": "Retail", "fa": "خرده"}, default=True)
    assert create_record("contact", actor=actor_for(nima), values={"name": "A"}).record_type_id == open_type.pk
    private = save_record_type(actor=admin, entity="contact", names={"en": "Board"}, team_id=nima.team_id)
    update_record("contact", contact.pk, actor=actor_for(sara), values={"record_type_id": private.pk})
    assert allows(actor_for(nima), "contact", contact, "view")
    assert not allows(actor_for(reza), "contact", contact, "view")
    assert [label for _key, label in entity_for(actor_for(reza), "contact").field("record_type_id").choices] == [
        "Retail"
    ]
    with pytest.raises(Invalid):
        create_record("contact", actor=actor_for(nima), values={"name": "B", "record_type_id": admin.user_id})
    with pytest.raises(Invalid):
        delete_record_type(actor=admin, pk=private.pk)
    with pytest.raises(Denied):
        save_record_type(actor=actor_for(mina), entity="contact", names={"en": "X"})
    with pytest.raises(Invalid):
        save_record_type(actor=admin, entity="contact", names={"en": "Y"}, team_id=nima.team_id, default=True)


def test_a_territory_reaches_what_lies_below(
    tenant: Tenant, sara: User, reza: User, actor_for: Any, client_for: Any, deal: Any
) -> None:
    south = Territory.objects.create(name="South")
    coast = Territory.objects.create(name="Coast", parent=south)
    TerritoryMember.objects.create(territory=south, user=reza)
    role = Role.objects.get(key="reader")
    role.levels = {**role.levels, "sfa.deal.view": "territory"}
    role.save()
    pump, other = deal(owner=sara), deal("Other", owner=sara)
    update_record("deal", pump.pk, actor=actor_for(sara), values={"territory": coast})
    assert [d.pk for d in records_visible_to(actor_for(reza), "deal")] == [pump.pk]
    client = client_for(sara, tenant)
    assert "Coast" in client.get(f"/deals/{pump.pk}/").content.decode()
    for url in (f"/deals/?territory={coast.pk}&columns=territory", "/deals/?sort=territory&columns=territory"):
        assert "Coast" in client.get(url).content.decode()
    typed = {"name": "Other", "territory": str(coast.pk), "was_territory": "", "was_name": "Other"}
    assert client.post(f"/deals/{other.pk}/edit/", typed).status_code == 302
    assert records_visible_to(actor_for(reza), "deal").count() == 2
    entry = AuditEntry.objects.filter(record_id=other.pk, action="changed").get()
    assert undo_batch(entry.pk, actor=actor_for(sara)).changed == 1
    assert records_visible_to(actor_for(reza), "deal").count() == 1


# ── fields ──
def test_masked_and_hidden_fields(
    tenant: Tenant, sara: User, nima: User, actor_for: Any, client_for: Any, narrowed: Any, contact: Any
) -> None:
    update_record("contact", contact.pk, actor=actor_for(sara), values={"owner": nima, "email": "new@parsa.example"})
    client = client_for(nima, tenant)
    text = client.get(f"/contacts/{contact.pk}/").content.decode()
    assert "•••• 4567" in text
    assert "parsa.example" not in text
    assert client.post(f"/contacts/{contact.pk}/reveal/mobile/").status_code == 403
    with pytest.raises(Invalid):
        update_record("contact", contact.pk, actor=actor_for(nima), values={"city": "Rasht"})
    entry = AuditEntry.objects.filter(record_id=contact.pk, action="changed").get()
    assert undo_batch(entry.pk, actor=actor_for(nima)).refused == 1
    save_role_fields(actor=actor_for(sara), role=narrowed, fields={}, masked_reveal=True)
    said = client.post(f"/contacts/{contact.pk}/reveal/mobile/")
    assert "0912 123 4567" in said.content.decode()
    assert said["Cache-Control"] == "no-store"
    assert AuditEntry.objects.filter(action="revealed", actor_id=nima.pk, record_id=contact.pk).count() == 1
    with pytest.raises(NotFound):
        reveal_value("contact", contact.pk, "email", actor=actor_for(nima))


def test_a_second_role_opens_what_the_first_keeps_shut(
    tenant: Tenant, sara: User, nima: User, actor_for: Any, narrowed: Any, contact: Any
) -> None:
    stranger = Role.objects.create(key="odd", name="Odd", levels={"sfa.deal.view": "all"})
    set_further_roles(actor=actor_for(sara), user=nima, roles=[stranger])
    assert "email" not in entity_for(actor_for(nima), "contact").all_fields
    helper = Role.objects.create(key="helper", name="Helper", levels={"crm.contact.view": "own"})
    set_further_roles(actor=actor_for(sara), user=nima, roles=[stranger, helper])
    assert "email" in entity_for(actor_for(nima), "contact").all_fields
    assert actor_for(nima).level("sfa.deal.view") == "all"


def test_what_a_role_cannot_say_of_fields(tenant: Tenant, sara: User, mina: User, actor_for: Any) -> None:
    member = Role.objects.get(key="member")
    for fields in ({"crm.contact.name": "hidden"}, {"crm.contact.owner": "masked"}, {"crm.contact.no": "read"},
                   {"crm.contact.email": "blurred"}, {"x": "read"}):  # fmt: skip
        with pytest.raises(Invalid):
            save_role_fields(actor=actor_for(sara), role=member, fields=fields)
    with pytest.raises(Denied):
        save_role_fields(actor=actor_for(mina), role=member, fields={"crm.contact.email": "hidden"})


def test_the_last_administrator_stays_by_whichever_role(
    tenant: Tenant, sara: User, nima: User, mina: User, actor_for: Any
) -> None:
    admin, member = Role.objects.get(key="admin"), Role.objects.get(key="member")
    with pytest.raises(Invalid):
        set_role(actor=actor_for(sara), user=sara, role=member)
    set_further_roles(actor=actor_for(sara), user=nima, roles=[admin])
    assert actor_for(nima).admin
    set_role(actor=actor_for(nima), user=sara, role=member)
    with pytest.raises(Invalid):
        set_further_roles(actor=actor_for(nima), user=nima, roles=[])
    with pytest.raises(Denied):
        set_further_roles(actor=actor_for(mina), user=mina, roles=[admin])
    assert UserRole.objects.count() == 1


def test_a_copy_of_a_role(tenant: Tenant, sara: User, actor_for: Any, narrowed: Any) -> None:
    made = copy_role(actor=actor_for(sara), role=narrowed)
    assert (made.name, made.fields) == ("Member 2", narrowed.fields)
    assert made.levels["crm.contact.view"] == "all"


def test_settings_pages(tenant: Tenant, sara: User, mina: User, nima: User, client_for: Any, contact: Any) -> None:
    client, member = client_for(sara, tenant), Role.objects.get(key="member")
    url = f"/settings/roles/{member.pk}/"
    assert client.get(url).status_code == 200
    fields = f"{url}fields/contact/"
    assert client.post(fields, {"field.crm.contact.email": "hidden", "masked_reveal": "1"}).status_code == 302
    assert "Hidden" in client.get(fields).content.decode()
    member.refresh_from_db()
    assert (member.fields, member.masked_reveal) == ({"crm.contact.email": "hidden"}, True)
    assert client.post(f"{url}holders/", {"give": str(mina.pk)}).status_code == 302
    assert "beside another role" in client.get(url).content.decode()
    assert client.post(f"{url}holders/", {"take": str(mina.pk)}).status_code == 302
    assert client.post(f"{url}copy/").status_code == 302
    assert client.get("/settings/record-types/").status_code == 200
    assert client.post("/settings/record-types/new/deal/", {"name_en": "Tender", "active": "on"}).status_code == 302
    assert "Tender" in client.get("/settings/record-types/").content.decode()
    why = client.get(f"/settings/access/?person={nima.pk}&entity=contact&record={contact.pk}").content.decode()
    assert "Nima Rezaei can see this record." in why
    assert "Nima Rezaei cannot delete this record." in why
    for address in ("/settings/record-types/", "/settings/access/", fields):
        assert client_for(mina, tenant).get(address).status_code == 403


def test_shares_cost_the_list_one_query_however_many(
    tenant: Tenant, sara: User, nima: User, actor_for: Any, deal: Any
) -> None:
    def share(name: str) -> None:
        share_record("deal", deal(name).pk, actor=actor_for(sara), to_kind="user", to_id=nima.pk)

    def asked() -> int:
        actor = actor_for(nima)
        with CaptureQueriesContext(connection) as queries:
            assert len(select("deal", actor=actor)) == shared
        return len(queries)

    share("P0")
    shared = 1
    assert asked() == 2
    for number in (1, 2):
        share(f"P{number}")
    shared = 3
    assert asked() == 2
