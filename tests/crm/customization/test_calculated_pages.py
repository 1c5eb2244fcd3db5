"""Formula and roll-up fields in Settings, and how they show on records."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from crm.customization import services
from crm.customization.derived import define_formula, define_rollup
from crm.models import CustomField
from crm.pages.explaining import may_know, rollup_words, sources_words
from identity.models import Role
from kernel.access import Actor
from kernel.context import Tenant
from kernel.derived.refilling import REFILL
from kernel.jobs import run_due
from kernel.models import Job
from kernel.records import create_record
from kernel.registry import registry

pytestmark = pytest.mark.django_db
HOME = "/settings/fields/"
DEALS, ACCOUNTS = f"{HOME}deal/", f"{HOME}account/"
NET: dict[str, Any] = {"kind": "formula", "label_fa": "خالص", "label_en": "Net", "indexed": "1"}
TOTAL: dict[str, Any] = {"kind": "rollup", "label_en": "Total", "pair": "deal.account", "how": "sum", "of": "amount"}


@pytest.fixture
def actor(tenant: Tenant, sara: Any, actor_for: Callable[..., Actor]) -> Actor:
    return actor_for(sara)


@pytest.fixture
def page(tenant: Tenant, sara: Any, client_for: Callable[..., Client]) -> Client:
    return client_for(sara, tenant)


@pytest.fixture
def deal(actor: Actor) -> Any:
    account = create_record("account", actor=actor, values={"name": "Zagros", "city": "Ahvaz"})
    values = {"name": "Crane", "account": account, "amount": Decimal(250), "currency": "EUR"}
    return create_record("deal", actor=actor, values=values)


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()[:2000]
    return str(response.content.decode())


def net(actor: Actor, source: str = "{amount} * 2", name: str = "x_net") -> CustomField:
    return define_formula(actor=actor, entity="deal", name=name, label={"en": name[2:].title()}, source=source)


def test_a_formula_is_made_shown_and_changed(page: Client, deal: Any) -> None:
    assert "?kind=formula" in text(page.get(f"{DEALS}new/"))
    assert 'name="source"' in text(page.get(f"{DEALS}new/?kind=formula"))
    made = page.post(f"{DEALS}new/", {**NET, "source": "{Amount} *\r\n2", "places": "1"})
    field = CustomField.objects.get()
    assert (made.status_code, made["Location"]) == (302, f"{DEALS}{field.pk}/")
    assert (field.options["formula"], field.options["places"], field.kind) == ("{amount} * 2", 1, "money")
    shown = text(page.get(f"{DEALS}{field.pk}/"))
    assert "{amount} * 2" in shown
    assert 'id="filling"' in shown
    changed = page.post(f"{DEALS}{field.pk}/", {**NET, "label_en": "Netto", "source": "{amount} * 3", "places": ""})
    assert changed.status_code == 302
    field.refresh_from_db()
    assert (field.options["formula"], field.label["en"]) == ("{amount} * 3", "Netto")
    listed = text(page.get(DEALS))
    assert "calculated from Amount" in listed


def test_a_mistake_stands_where_it_is_and_nothing_is_kept(page: Client, deal: Any) -> None:
    wrong = text(page.post(f"{DEALS}new/", {**NET, "source": "1 +\n{amuont}"}), 422)
    for piece in ("Did you mean {amount}?", "Line 2, column 1", "^^^^^^^^", 'aria-invalid="true"', "1 +\n{amuont}"):
        assert piece in wrong
    field = text(page.post(f"{DEALS}new/", {**NET, "source": "1", "places": "99"}), 422)
    assert 'id="id_places_error"' in field
    assert 'id="id_gives_error"' in text(page.post(f"{DEALS}new/", {**NET, "source": "1", "gives": "date"}), 422)
    assert 'id="id_label_error"' in text(
        page.post(f"{DEALS}new/", {**NET, "label_en": "", "label_fa": "", "source": "1"}), 422
    )
    assert not CustomField.objects.exists()


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("source", ["{amount} + " * 180_000, "1 + \x00", "FROB(1)", "{x_gone} * 1", "\u200b", "{", ""])
def test_bad_input_is_told_in_both_languages(page: Client, deal: Any, language: str, source: str) -> None:
    headers = {"Accept-Language": language, "HX-Request": "true"}
    tried = page.post(f"{DEALS}formula/", {"source": source}, headers=headers)
    assert 'data-errors="0"' not in text(tried)
    assert len(tried.content) < 20_000
    kept = page.post(f"{DEALS}new/", {**NET, "source": source}, headers=headers)
    assert len(text(kept, 422)) < 400_000
    assert not CustomField.objects.exists()


def test_it_is_tried_while_it_is_written(page: Client, deal: Any) -> None:
    tried = text(page.post(f"{DEALS}formula/", {"source": "{amount} * 2 + 0 * {account.city}"}))
    assert "data-error" in tried
    tried = text(page.post(f"{DEALS}formula/", {"source": "{amount} * 2"}))
    assert 'data-kinds="money decimal"' in tried
    assert "Crane" in tried
    assert "500" in tried
    assert "divided by zero" in text(page.post(f"{DEALS}formula/", {"source": "1 / ({probability} - {probability})"}))
    assert "every night" in text(page.post(f"{DEALS}formula/", {"source": "TODAY()"}))
    assert {"fields", "functions", "words"} == set(page.get(f"{DEALS}formula/").json())


def test_without_script_a_formula_is_tried_by_its_form(page: Client, deal: Any) -> None:
    tried = text(page.post(f"{DEALS}new/", {**NET, "act": "look", "source": "{amount} * 4"}))
    assert "1,000" in tried
    assert not CustomField.objects.exists()


def test_a_rollup_is_made_shown_and_changed(page: Client, deal: Any) -> None:
    assert "deal.account" in text(page.get(f"{ACCOUNTS}new/?kind=rollup"))
    parts = text(page.post(f"{ACCOUNTS}rollup/", {**TOTAL, "f.kind": ["open"]}))
    assert "Zagros" in parts
    assert "250" in parts
    assert "Choose what" in text(page.post(f"{ACCOUNTS}rollup/", {**TOTAL, "of": ""}))
    assert "no field of numbers" in text(
        page.post(f"{ACCOUNTS}rollup/", {**TOTAL, "pair": "contact.account", "of": ""})
    )
    made = page.post(f"{ACCOUNTS}new/", {**TOTAL, "f.kind": ["won", "lost"]})
    field = CustomField.objects.get()
    assert (made.status_code, made["Location"]) == (302, f"{ACCOUNTS}{field.pk}/")
    assert field.options["rollup"]["filters"] == {"kind": ["won", "lost"]}
    shown = text(page.get(f"{ACCOUNTS}{field.pk}/"))
    assert 'value="won" checked' in shown
    changed = page.post(f"{ACCOUNTS}{field.pk}/", {**TOTAL, "how": "max", "pair": "contact.account"})
    assert changed.status_code == 302, changed.content.decode()
    field.refresh_from_db()
    assert (field.options["rollup"]["how"], field.options["rollup"]["child"]) == ("max", "deal")
    assert text(page.post(f"{ACCOUNTS}{field.pk}/", {**TOTAL, "how": "count"}), 422)


def test_conditions_that_have_no_ticks_stay(page: Client, actor: Actor, deal: Any) -> None:
    define_rollup(actor=actor, entity="account", name="x_big", label={"en": "Big"}, child="deal", relation="account",
                  how="count", filters={"amount__gte": "100"})  # fmt: skip
    field = CustomField.objects.get()
    shown = text(page.get(f"{ACCOUNTS}{field.pk}/"))
    assert 'name="f.amount__gte"' in shown
    body = {"kind": "rollup", "label_en": "Big", "how": "count", "f.amount__gte": "100"}
    page.post(f"{ACCOUNTS}{field.pk}/", body)
    field.refresh_from_db()
    assert field.options["rollup"]["filters"] == {"amount__gte": ["100"]}


def test_what_others_need_stays_and_says_who(page: Client, actor: Actor) -> None:
    first = net(actor)
    second = net(actor, "{x_net} * 2", "x_gross")
    refused = page.post(f"{DEALS}{first.pk}/state/", {"act": "deactivate"}, follow=True)
    assert "Deal › Gross" in text(refused)
    assert f"{DEALS}{second.pk}/" in text(refused)
    first.refresh_from_db()
    assert first.state == "active"
    moved = page.post(f"{DEALS}{first.pk}/state/", {"act": "deactivate"}, headers={"HX-Request": "true"})
    assert moved["HX-Redirect"].endswith("#away")
    for one in (second, first):
        page.post(f"{DEALS}{one.pk}/state/", {"act": "deactivate"})
    away = text(page.get(f"{DEALS}{second.pk}/"))
    assert "put away" in away
    refused = page.post(f"{DEALS}{second.pk}/state/", {"act": "restore"}, follow=True)
    assert "does not work any more" in text(refused)
    for one in (first, second):
        page.post(f"{DEALS}{one.pk}/state/", {"act": "restore"})
    assert registry.entity("deal").all_fields["x_gross"].derived


def test_filling_is_shown_stopped_and_resumed(page: Client, actor: Actor, deal: Any) -> None:
    field = net(actor)
    address, part = f"{DEALS}filling/", {"HX-Request": "true"}
    assert 'hx-trigger="every 1s"' in text(page.get(address, headers=part))
    stopped = text(page.post(address, {"do": "stop"}, headers=part))
    assert "was stopped" in stopped
    assert "hx-trigger" not in stopped
    run_due()
    assert "was stopped" in text(page.get(f"{DEALS}{field.pk}/"))
    assert page.post(address, {"do": "resume"}).status_code == 302
    assert Job.objects.filter(kind=REFILL, state="waiting").exists()
    run_due()
    assert "Every record is calculated." in text(page.get(address, headers=part))
    assert 'id="filling"' not in text(page.get(f"{DEALS}{field.pk}/"))
    record = registry.entity("deal").records().get(pk=deal.pk)
    assert record.x_net == 500


def test_a_record_says_how_it_is_calculated(page: Client, actor: Actor, deal: Any) -> None:
    net(actor, '{amount} * 2 + IF({account.city} = "Ahvaz", 1, 0)')
    net(actor, "1 / ({probability} - {probability})", "x_none")
    define_rollup(actor=actor, entity="account", name="x_won", label={"en": "Won"}, child="deal", relation="account",
                  how="sum", of="amount", filters={"kind": "won"})  # fmt: skip
    run_due()
    record = text(page.get(f"/deals/{deal.pk}/"))
    assert f"/deals/{deal.pk}/how/x_net/" in record
    assert f"/deals/{deal.pk}/cell/x_net/" not in record
    how = text(page.get(f"/deals/{deal.pk}/how/x_net/"))
    for piece in ("Amount", "Account › City", "Ahvaz", "250", "501"):
        assert piece in how
    assert "divided by zero" in text(page.get(f"/deals/{deal.pk}/how/x_none/"))
    counted = text(page.get(f"/accounts/{deal.account_id}/how/x_won/"))
    assert "Sum of “Amount”: Deals (Account)" in counted
    assert page.get(f"/deals/{deal.pk}/how/amount/").status_code == 404
    assert page.get(f"/deals/{deal.pk}/how/x_gone/").status_code == 404
    form = text(page.get(f"/deals/{deal.pk}/edit/"))
    assert 'name="x_net"' not in form
    assert f"/deals/{deal.pk}/how/x_net/" in form


def test_how_is_told_to_who_may_read_all_of_it(actor: Actor, deal: Any) -> None:
    net(actor)
    entity = registry.entity("deal")
    field = entity.all_fields["x_net"]
    assert may_know(actor, entity, field)
    for level in ("hidden", "masked"):
        unseen = replace(actor, fields={"sfa.deal.amount": level}, memo={})
        assert not may_know(unseen, entity, field)
    net(actor, "{account.city}", "x_where")
    entity = registry.entity("deal")
    none = replace(actor, levels={**actor.levels, "crm.account.view": "none"}, memo={})
    assert not may_know(none, entity, entity.all_fields["x_where"])
    assert not may_know(actor, entity, entity.all_fields["amount"])


def test_words_are_in_the_readers_language(actor: Actor) -> None:
    net(actor, "{account.city}")
    define_rollup(actor=actor, entity="account", name="x_won", label={"en": "Won"}, child="deal", relation="account",
                  how="sum", of="amount", filters={"kind": "won"})  # fmt: skip
    for language, city, total in (("en", "Account › City", "Sum of"), ("fa", "حساب مشتری › شهر", "جمع")):
        with override(language):
            entity = registry.entity("deal")
            assert city in sources_words(entity, entity.all_fields["x_net"])
            assert total in str(rollup_words(actor, registry.entity("account").all_fields["x_won"])[0])


@pytest.mark.parametrize("address", ["new/?kind=formula", "new/?kind=rollup", "formula/", "rollup/", "filling/"])
def test_a_member_and_a_stranger_come_to_nothing(
    page: Client, actor: Actor, deal: Any, nima: Any, olga: Any, tenant: Tenant, other_tenant: Tenant,
    client_for: Callable[..., Client], address: str,
) -> None:  # fmt: skip
    field = net(actor)
    member, stranger = client_for(nima, tenant), client_for(olga, other_tenant)
    assert member.post(f"{DEALS}{address}", {"source": "{amount}"}).status_code == 403
    assert member.get(f"{DEALS}{field.pk}/").status_code == 403
    assert "Crane" not in stranger.post(f"{DEALS}{address}", {"source": "{name}"}).content.decode()
    assert stranger.get(f"{DEALS}{field.pk}/").status_code == 404
    assert stranger.get(f"/deals/{deal.pk}/how/x_net/").status_code == 404
    assert services.get_field(field.pk, actor=actor).state == "active"


@pytest.mark.parametrize("level", ["hidden", "masked"])
def test_a_definer_works_with_what_they_may_see(
    actor: Actor, deal: Any, nima: Any, tenant: Tenant, client_for: Callable[..., Client], level: str
) -> None:
    field = net(actor)
    role = Role.objects.get(key="member")
    role.levels = {**role.levels, "crm.customization.manage": "all", "sfa.deal.view": "all"}
    role.fields = {"sfa.deal.amount": level}
    role.save()
    page = client_for(nima, tenant)
    tried = text(page.post(f"{DEALS}formula/", {"source": "{amount} * 1"}))
    assert "data-error" in tried
    assert "250" not in tried
    inserts = {one["insert"] for one in page.get(f"{DEALS}formula/").json()["fields"]}
    assert "{amount}" not in inserts
    parts = text(page.post(f"{ACCOUNTS}rollup/", TOTAL))
    assert "250" not in parts
    assert 'value="amount"' not in parts
    assert text(page.post(f"{ACCOUNTS}new/", TOTAL), 422)
    shown = text(page.get(f"{DEALS}{field.pk}/"))
    assert "fields that you may not see" in shown
    assert 'name="source"' not in shown
    called = {**NET, "label_en": "Clear", "source": "{name}"}
    assert page.post(f"{DEALS}{field.pk}/", called).status_code == 302
    field.refresh_from_db()
    assert (field.label["en"], field.options["formula"]) == ("Clear", "{amount} * 2")
    assert f"/deals/{deal.pk}/how/x_net/" not in text(page.get(f"/deals/{deal.pk}/"))
    assert page.get(f"/deals/{deal.pk}/how/x_net/").status_code == 404


def test_as_many_queries_for_three_formulas_as_for_one(page: Client, actor: Actor) -> None:
    net(actor)
    page.get(DEALS)
    with CaptureQueriesContext(connection) as one:
        page.get(DEALS)
    net(actor, "{amount} * 3", "x_b")
    net(actor, "{x_b} * 3", "x_c")
    page.get(DEALS)
    with CaptureQueriesContext(connection) as three:
        page.get(DEALS)
    assert len(one) == len(three)
