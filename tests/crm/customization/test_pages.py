"""Settings › Fields and forms, and the faces of every kind of field."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from crm.customization.kinds import ALL
from crm.models import CustomField, EntityLayout
from kernel.access import system_actor
from kernel.context import Tenant
from kernel.records import create_record

pytestmark = pytest.mark.django_db
HOME = "/settings/fields/"


@pytest.fixture
def page(tenant: Tenant, sara: Any, client_for: Callable[..., Client]) -> Client:
    return client_for(sara, tenant)


def typed(kind: str, label: str = "Thing") -> dict[str, Any]:
    """What a form for this kind sends at least."""
    more: dict[str, Any] = {
        "choice": {"choice_key": ["", ""], "choice_fa": ["قرمز", "آبی"], "choice_en": ["Red", "Blue"],
                   "choice_colour": ["red", "blue"], "choice_retired": ["", ""]},
        "relation": {"target": "account"},
        "autonumber": {"format": "PR-{0001}"},
    }  # fmt: skip
    more["multichoice"] = more["choice"]
    return {"kind": kind, "label_fa": "چیز", "label_en": label, "indexed": "1", **more.get(kind, {})}


@pytest.mark.parametrize("kind", [kind.key for kind in ALL])
def test_every_kind_is_made_shown_and_edited(page: Client, tenant: Tenant, kind: str) -> None:
    assert page.get(f"{HOME}contact/new/?kind={kind}").status_code == 200
    made = page.post(f"{HOME}contact/new/", typed(kind))
    assert made.status_code == 302, made.content.decode()
    field = CustomField.objects.get(entity="contact")
    assert field.name == "x_thing"
    record = create_record("contact", actor=system_actor(), values={"first_name": "A"})
    for address in (
        HOME, f"{HOME}contact/", f"{HOME}contact/{field.pk}/", f"{HOME}contact/form/", "/contacts/?columns=x_thing",
        f"/contacts/{record.pk}/", "/contacts/new/", f"/contacts/{record.pk}/edit/", "/contacts/filter/?field=x_thing",
    ):  # fmt: skip
        response = page.get(address)
        assert response.status_code == 200, address
    assert (page.get(f"/contacts/{record.pk}/cell/x_thing/").status_code == 200) == (kind != "autonumber")
    changed = page.post(f"{HOME}contact/{field.pk}/", typed(kind, "Other"))
    assert changed.status_code == 302, changed.content.decode()
    field.refresh_from_db()
    assert field.label == {"fa": "چیز", "en": "Other"}
    assert "Other" in page.get("/contacts/new/").content.decode() or kind == "autonumber"


def test_what_is_wrong_stands_at_its_place(page: Client, tenant: Tenant) -> None:
    wrong = {**typed("text"), "label_fa": "", "label_en": "", "name": "1 x", "pattern": "mask", "mask": "zz"}
    html = page.post(f"{HOME}contact/new/", wrong)
    assert html.status_code == 422
    for piece in ('id="id_label_error"', 'id="id_name_error"', 'id="id_pattern_error"'):
        assert piece in html.content.decode()
    assert not CustomField.objects.exists()


def test_put_away_restored_and_deleted_by_name(page: Client, tenant: Tenant) -> None:
    page.post(f"{HOME}contact/new/", typed("text"))
    field = CustomField.objects.get()
    record = create_record("contact", actor=system_actor(), values={"first_name": "A", "x_thing": "Onwards"})
    page.post(f"{HOME}contact/{field.pk}/state/", {"act": "deactivate"})
    assert "Onwards" not in page.get(f"/contacts/{record.pk}/").content.decode()
    assert page.post(f"{HOME}contact/{field.pk}/state/?act=restore", headers={"HX-Request": "true"}).status_code == 204
    assert "Onwards" in page.get(f"/contacts/{record.pk}/").content.decode()
    page.post(f"{HOME}contact/{field.pk}/delete/", {"typed": "thing?"})
    assert CustomField.objects.get().state == "active"
    page.post(f"{HOME}contact/{field.pk}/delete/", {"typed": "x_thing"})
    assert CustomField.objects.get().state == "deleted"
    assert page.get(f"{HOME}contact/{field.pk}/").status_code == 404


def test_the_form_is_ordered_and_taken_back(page: Client, tenant: Tenant) -> None:
    page.post(f"{HOME}contact/new/", typed("text"))
    sent = {
        "item": ["section", "field:x_thing", "field:last_name", "section", "field:first_name", "hidden", "field:city"],
        "title_fa": ["یک", "دو"], "title_en": ["One", "Two"],
    }  # fmt: skip
    preview = page.post(f"{HOME}contact/form/preview/", sent).content.decode()
    assert preview.index("Thing") < preview.index("Two")
    assert page.post(f"{HOME}contact/form/", sent).status_code == 302
    told = page.get(f"{HOME}contact/form/").content.decode()
    html = page.get("/contacts/new/").content.decode()
    assert html.index("Thing") < html.index("Two") < html.index('name="first_name"')
    assert 'name="city"' not in html
    assert 'name="email"' in html, "what was not named stays"
    undo = told.split("/settings/fields/form/undo/")[1][:36]
    assert page.post(f"{HOME}form/undo/{undo}/", headers={"HX-Request": "true"}).status_code == 204
    assert EntityLayout.objects.get(entity="contact").sections == []
    assert 'name="city"' in page.get("/contacts/new/").content.decode()


def test_columns_of_the_list(page: Client, tenant: Tenant) -> None:
    page.post(f"{HOME}contact/form/columns/", {"item": ["name", "city", "hidden", "email"]})
    assert EntityLayout.objects.get(entity="contact").columns == ["name", "city"]


def test_ours_are_called_otherwise(page: Client, tenant: Tenant) -> None:
    address = f"{HOME}contact/own/city/"
    page.post(address, {"label_en": "Town", "label_fa": "", "help_en": "Where?", "help_fa": "", "required": "1"})
    html = page.get("/contacts/new/").content.decode()
    assert "Town" in html
    assert "Where?" in html
    refused = page.post("/contacts/new/", {"first_name": "A", "last_name": "B"})
    assert refused.status_code == 422
    assert page.get(address).status_code == 200


@pytest.mark.parametrize("path", ["", "contact/", "contact/new/", "contact/form/", "contact/own/city/"])
def test_only_who_may_change_fields_gets_in(
    tenant: Tenant, nima: Any, olga: Any, client_for: Callable[..., Client], path: str
) -> None:
    assert client_for(nima, tenant).get(f"{HOME}{path}").status_code == 403


def test_a_strangers_field_is_not_here(
    page: Client, tenant: Tenant, other_tenant: Tenant, olga: Any, client_for: Callable[..., Client]
) -> None:
    page.post(f"{HOME}contact/new/", typed("text"))
    field = CustomField.objects.get()
    theirs = client_for(olga, other_tenant)
    assert theirs.get(f"{HOME}contact/{field.pk}/").status_code == 404
    assert theirs.post(f"{HOME}contact/{field.pk}/state/", {"act": "deactivate"}).status_code == 404
    assert theirs.post(f"{HOME}contact/{field.pk}/delete/", {"typed": "x_thing"}).status_code == 404
    assert CustomField.objects.get().state == "active"
