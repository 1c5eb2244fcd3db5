"""Who may calculate from what, and values that stay current whatever else changes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from crm.customization import objects, relations, services
from crm.customization.converting import convert_field
from crm.customization.derived import change_rollup, define_formula, define_rollup
from crm.customization.jobs import hear_restored
from crm.customization.preview import vocabulary
from crm.customization.rollups import relations_to
from crm.models import CustomField
from kernel.access import Actor, system_actor
from kernel.context import Tenant, public_context, tenant_context
from kernel.derived.refilling import NIGHTLY, REFILL
from kernel.errors import Invalid, NotFound
from kernel.formula import FormulaError
from kernel.jobs import run_due
from kernel.models import Job
from kernel.records import create_record, delete_record, restore_record, update_record
from kernel.registry import registry
from tenants.models import Organization
from tenants.services.engines import disable_engine, enable_engine
from tenants.services.organizations import change_organization

pytestmark = pytest.mark.django_db
TOTAL: dict[str, Any] = {"entity": "account", "child": "deal", "relation": "account", "label": {"en": "Total"}}


@pytest.fixture
def actor(tenant: Tenant, sara: Any, actor_for: Callable[..., Actor]) -> Actor:
    return actor_for(sara)


def formula(actor: Actor, name: str, source: str, entity: str = "deal", **more: Any) -> CustomField:
    return define_formula(actor=actor, entity=entity, name=name, label={"en": name or "A thing"}, source=source, **more)


def now(record: Any, name: str) -> Any:
    return getattr(registry.entity(record.entity_name).records(everything=True).get(pk=record.pk), name)


def without(actor: Actor, **levels: str) -> Actor:
    """The actor with less than "edit" on fields: without(actor, deal__amount="masked")."""
    fields = {f"{registry.entity(e).engine}.{e}.{f}": level for (e, _s, f), level in
              ((name.partition("__"), level) for name, level in levels.items())}  # fmt: skip
    return replace(actor, fields=fields, memo={})


def problem(caught: Any, name: str) -> str:
    return str(caught.value.problems[name][0].code)


# ── who may calculate from what ──
@pytest.mark.parametrize("level", ["hidden", "masked"])
def test_nobody_totals_what_is_kept_from_them(actor: Actor, level: str) -> None:
    unseen = without(actor, deal__amount=level)
    with pytest.raises(Invalid) as caught:
        define_rollup(actor=unseen, name="x_t", how="sum", of="amount", **TOTAL)
    assert problem(caught, "of") == "unknown"
    unseen = without(actor, deal__kind=level)
    with pytest.raises(Invalid) as caught:
        define_rollup(actor=unseen, name="x_t", how="count", filters={"kind": ["won"]}, **TOTAL)
    assert problem(caught, "filters") == "unknown_filter"
    unseen = without(actor, deal__account=level)
    with pytest.raises(Invalid) as caught:
        define_rollup(actor=unseen, name="x_t", how="count", **TOTAL)
    assert problem(caught, "relation") == "unknown"
    assert not CustomField.objects.exists()
    # Read-only is no secret.
    define_rollup(actor=without(actor, deal__amount="read"), name="x_t", how="sum", of="amount", **TOTAL)


def test_who_may_not_see_a_field_may_not_change_what_counts_it(actor: Actor) -> None:
    define_rollup(actor=actor, name="x_t", how="sum", of="amount", **TOTAL)
    with pytest.raises(Invalid):
        change_rollup(actor=without(actor, deal__amount="masked"), entity="account", name="x_t", how="max", of="amount")


@pytest.mark.parametrize("level", ["hidden", "masked"])
def test_no_formula_tells_what_is_kept_from_its_writer(actor: Actor, level: str) -> None:
    for unseen, source in ((without(actor, deal__amount=level), "{amount} * 1"),
                           (without(actor, account__city=level), "{account.city}")):  # fmt: skip
        with pytest.raises(FormulaError) as caught:
            formula(unseen, "x_f", source)
        assert caught.value.issues[0].code == "unknown_field"
        inserts = {one["insert"] for one in vocabulary(actor=unseen, entity="deal")["fields"]}
        assert not inserts & {"{amount}" if "amount" in source else "{account.city}"}


def test_totals_and_looks_are_for_who_may_see_all_those_records(actor: Actor) -> None:
    own = replace(actor, levels={**actor.levels, "sfa.deal.view": "own", "crm.account.view": "own"}, memo={})
    with pytest.raises(Invalid) as caught:
        define_rollup(actor=own, name="x_t", how="count", **TOTAL)
    assert problem(caught, "child") == "not_all_seen"
    assert "deal" not in {kind.name for kind, _field in relations_to(actor=own, entity="account")}
    with pytest.raises(FormulaError):
        formula(own, "x_f", "{account.city}")
    none = replace(actor, levels={**actor.levels, "sfa.deal.view": "none"}, memo={})
    with pytest.raises(Invalid) as caught:
        define_rollup(actor=none, name="x_t", how="count", **TOTAL)
    assert problem(caught, "child") == "unknown"
    found = {(kind.name, field.name) for kind, field in relations_to(actor=actor, entity="account")}
    assert ("deal", "account") in found


def test_a_total_hears_of_everything_that_it_is_narrowed_by(actor: Actor) -> None:
    with pytest.raises(Invalid) as caught:
        define_rollup(actor=actor, name="x_t", how="count", filters={"tags__empty": ["1"]}, **TOTAL)
    assert problem(caught, "filters") == "unknown_filter"
    for child, relation in (("user", "id"), ("nothing", "account"), ("deal", "contact")):
        with pytest.raises(Invalid):
            define_rollup(actor=actor, name="x_t", how="count", **{**TOTAL, "child": child, "relation": relation})


def test_nobody_slips_a_formula_past_its_checks(actor: Actor) -> None:
    given: dict[str, Any] = {"actor": actor, "entity": "deal", "kind": "money", "label": {"en": "Slip"}}
    for options in ({"formula": "{owner.password}"}, {"rollup": {"child": "user"}}):
        with pytest.raises(Invalid):
            services.define_field(**given, options=options)
    assert not CustomField.objects.exists()


@pytest.mark.parametrize("name", ["", "thing", "x_thing"])
def test_what_is_checked_is_the_field_that_was_made(actor: Actor, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def note(_edges: Any, node: Any) -> list[Any]:
        asked.append(node)
        return []

    monkeypatch.setattr("crm.customization.derived.cycle_in", note)
    made = formula(actor, name, "{amount}")
    assert asked == [("deal", made.name)]
    asked.clear()
    total = define_rollup(actor=actor, name=name, how="count", **TOTAL)
    assert asked == [("account", total.name)]
    assert total.name.startswith("x_")


@pytest.mark.parametrize("places", [-1, 11, 10**9, True, "2"])
def test_decimals_have_their_bounds(actor: Actor, places: Any) -> None:
    with pytest.raises(Invalid):
        formula(actor, "x_f", "{amount} / 3", places=places)
    with pytest.raises(Invalid):
        define_rollup(actor=actor, name="x_t", how="average", of="amount", places=places, **TOTAL)


@pytest.mark.parametrize(
    ("source", "code"),
    [("{amount} + " * 200_000, "too_long"), ("1 + \x00", "bad_sign"), ('"a\x00b"', "bad_sign"),
     ("FROB(1)", "unknown_function"), ("{x_gone}", "unknown_field"), ("\u200b", "empty"), ("", "empty")],
)  # fmt: skip
def test_bad_input_is_refused_with_a_reason(actor: Actor, source: str, code: str) -> None:
    with pytest.raises(FormulaError) as caught:
        formula(actor, "x_f", source)
    assert caught.value.issues[0].code == code


def test_signs_without_width_are_no_part_of_it(actor: Actor) -> None:
    made = formula(actor, "x_f", "\u200b{am\x00ount}\u200f *\u200c 2\u200d")
    assert made.options["formula"] == "{amount} * 2"


# ── values stay current whatever else changes ──
@contextmanager
def refilled(*entities: str) -> Iterator[None]:
    Job.objects.all().delete()
    yield
    assert set(entities) <= {job.payload["entity"] for job in Job.objects.filter(kind=REFILL)}


def as_it_is(tenant: Tenant) -> Tenant:
    return organization(tenant).as_tenant()


def organization(tenant: Tenant) -> Organization:
    with public_context():
        found: Organization = Organization.objects.get(pk=tenant.id)
    return found


def test_a_change_of_the_workspaces_language_is_followed(actor: Actor, tenant: Tenant) -> None:
    formula(actor, "x_said", 'IF({amount} > 1, "on " & {close_date}, "")')
    deal = create_record("deal", actor=actor, values={"amount": Decimal(5), "close_date": date(2026, 3, 21)})
    Job.objects.all().delete()
    before = now(deal, "x_said")
    other = {"calendar": "gregorian"} if "1405" in before else {"calendar": "jalali"}
    language = organization(tenant).language
    change_organization(actor=actor, name="Company", language=language, preferences={"weekend": [5]})
    assert not Job.objects.filter(kind=REFILL).exists()
    with refilled("deal"):
        change_organization(actor=actor, name="Company", language=language, preferences=other)
    with tenant_context(as_it_is(tenant)):
        run_due()
        assert now(deal, "x_said") != before


def test_a_change_of_the_home_currency_is_followed(actor: Actor, tenant: Tenant) -> None:
    define_rollup(actor=actor, name="x_t", how="sum", of="amount", **TOTAL)
    account = create_record("account", actor=actor, values={"name": "Zagros"})
    language = organization(tenant).language
    with refilled("account"):
        change_organization(actor=actor, name="Company", language=language, preferences={"currency": "USD"})
    with tenant_context(as_it_is(tenant)):
        run_due()
        assert now(account, "x_t_currency") == "USD"


def test_an_engine_that_is_on_again_brings_what_was_missed(actor: Actor, tenant: Tenant) -> None:
    formula(actor, "x_where", "{account.city}")
    define_rollup(actor=actor, name="x_n", how="count", **TOTAL)
    account = create_record("account", actor=actor, values={"name": "Zagros", "city": "Ahvaz"})
    deal = create_record("deal", actor=actor, values={"account": account, "amount": Decimal(1)})
    run_due()
    disable_engine(actor=actor, name="sfa")
    with tenant_context(as_it_is(tenant)):
        update_record("account", account.pk, actor=replace(actor, engines=frozenset()), values={"city": "Tabriz"})
        with refilled("deal", "account"):
            enable_engine(actor=actor, name="sfa")
    with tenant_context(as_it_is(tenant)):
        assert now(deal, "x_where") == "Ahvaz"
        run_due()
        assert now(deal, "x_where") == "Tabriz"


def test_a_field_that_comes_back_is_calculated_anew(actor: Actor) -> None:
    made = formula(actor, "x_double", "{amount} * 2")
    deal = create_record("deal", actor=actor, values={"amount": Decimal(5)})
    run_due()
    services.deactivate_field(made.pk, actor=actor)
    update_record("deal", deal.pk, actor=actor, values={"amount": Decimal(7)})
    with refilled("deal"):
        services.restore_field(made.pk, actor=actor)
    run_due()
    assert now(deal, "x_double") == 14


def test_a_field_comes_back_only_if_it_works(actor: Actor) -> None:
    read = services.define_field(actor=actor, entity="deal", name="x_rate", kind="percent", label={"en": "Rate"})
    made = formula(actor, "x_net", "{amount} * {x_rate}")
    services.deactivate_field(made.pk, actor=actor)
    services.deactivate_field(read.pk, actor=actor)
    with pytest.raises(Invalid) as caught:
        services.restore_field(made.pk, actor=actor)
    assert problem(caught, "") == "broken"
    assert "x_net" not in registry.entity("deal").all_fields
    services.restore_field(read.pk, actor=actor)
    services.restore_field(made.pk, actor=actor)
    assert registry.entity("deal").all_fields["x_net"].derived


def test_an_object_is_kept_for_who_counts_it_and_comes_back_current(
    actor: Actor, sara: Any, actor_for: Callable[..., Actor]
) -> None:
    objects.define_object(actor=actor, name="visit", label={"en": "Visit"}, label_plural={"en": "Visits"})
    relations.define_relation(
        actor=actor, entity="x_visit", target="account", name="x_at", label={"en": "At"}, list_label={"en": "Visits"}
    )
    actor = actor_for(sara)
    total = define_rollup(actor=actor, name="x_n", how="count", **{**TOTAL, "child": "x_visit", "relation": "x_at"})
    with pytest.raises(Invalid) as caught:
        objects.deactivate_object("x_visit", actor=actor)
    assert "Total" in str(caught.value.problems[""][0])
    with pytest.raises(Invalid):
        objects.delete_object("x_visit", actor=actor, typed="x_visit")
    services.deactivate_field(total.pk, actor=actor)
    formula(actor, "x_city", "{x_at.city}", entity="x_visit")
    objects.deactivate_object("x_visit", actor=actor)
    with refilled("x_visit"):
        objects.restore_object("x_visit", actor=actor)


def test_a_field_of_another_kind_is_followed(actor: Actor) -> None:
    seats = services.define_field(actor=actor, entity="deal", name="x_seats", kind="text", label={"en": "Seats"})
    deal = create_record("deal", actor=actor, values={"amount": Decimal(5), "x_seats": "7"})
    formula(actor, "x_double", "{amount} * 2")
    run_due()
    with refilled("deal"):
        convert_field(seats.pk, "integer", actor=actor)
        run_due()
    assert now(deal, "x_seats") == 7


def test_the_labels_of_choices_are_followed(actor: Actor) -> None:
    grade = services.define_field(
        actor=actor, entity="deal", name="x_grade", kind="choice", label={"en": "Grade"},
        options={"choices": [{"key": "a", "label": "Good"}]},
    )  # fmt: skip
    formula(actor, "x_said", '"It is " & {x_grade}')
    deal = create_record("deal", actor=actor, values={"x_grade": "a"})
    with refilled("deal"):
        services.change_field(grade.pk, actor=actor, options={"choices": [{"key": "a", "label": "Splendid"}]})
    run_due()
    assert now(deal, "x_said") == "It is Splendid"


def test_a_record_that_comes_back_is_current(actor: Actor) -> None:
    formula(actor, "x_where", "{account.city}")
    define_rollup(actor=actor, name="x_n", how="count", **TOTAL)
    account = create_record("account", actor=actor, values={"name": "Zagros", "city": "Ahvaz"})
    deal = create_record("deal", actor=actor, values={"account": account, "amount": Decimal(1)})
    delete_record("deal", deal.pk, actor=actor)
    assert now(account, "x_n") == 0
    update_record("account", account.pk, actor=actor, values={"city": "Tabriz"})
    restore_record("deal", deal.pk, actor=actor)
    assert (now(account, "x_n"), now(deal, "x_where")) == (1, "Tabriz")
    delete_record("account", account.pk, actor=actor)
    create_record("deal", actor=actor, values={"account": account, "amount": Decimal(1)})
    restore_record("account", account.pk, actor=actor)
    assert now(account, "x_n") == 2


def test_a_workspace_out_of_an_archive_is_filled_and_waits_for_the_night(actor: Actor) -> None:
    formula(actor, "x_left", "{close_date} - TODAY()")
    with refilled("deal"):
        hear_restored(None)  # type: ignore[arg-type]  # it asks nothing of the event
    assert Job.objects.filter(kind=NIGHTLY).exists()


def test_what_is_calculated_takes_no_rules(actor: Actor) -> None:
    made = formula(actor, "x_f", "{name}")
    for said in ({"required": True}, {"unique": True}, {"default": "A"}):
        with pytest.raises(Invalid):
            services.change_field(made.pk, actor=actor, **said)
    services.change_field(made.pk, actor=actor, label={"en": "Called"}, options={"formula": "1", "indexed": False})
    kept = CustomField.objects.get(pk=made.pk)
    assert (kept.options["formula"], kept.options["indexed"], kept.label) == ("{name}", False, {"en": "Called"})


def test_another_workspaces_definitions_are_out_of_reach(actor: Actor, other_tenant: Tenant) -> None:
    define_rollup(actor=actor, name="x_t", how="count", **TOTAL)
    with tenant_context(other_tenant), pytest.raises(NotFound):
        change_rollup(actor=system_actor(), entity="account", name="x_t", how="count")
