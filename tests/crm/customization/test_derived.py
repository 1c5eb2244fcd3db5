"""Formulas and roll-ups are current after every way of writing, and cost nobody a conflict."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from crm.customization.derived import (
    change_formula,
    change_rollup,
    deactivate_field,
    define_formula,
    define_rollup,
)
from crm.customization.services import define_field
from crm.models import Account
from kernel import jobs
from kernel.access import Actor
from kernel.clean import clean_values
from kernel.context import Tenant
from kernel.derived.refilling import NIGHTLY, REFILL
from kernel.errors import Denied, Invalid
from kernel.formula import FormulaError
from kernel.models import AuditEntry, Job
from kernel.query import parse_filters, select, sums
from kernel.records import (
    bulk_delete,
    bulk_update,
    change_records,
    create_record,
    delete_record,
    restore_record,
    undo_batch,
    update_record,
    upsert_records,
)
from kernel.registry import registry
from modules.sfa.models import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor(tenant: Tenant, sara: Any, actor_for: Callable[..., Actor]) -> Actor:
    return actor_for(sara)


def formula(actor: Actor, name: str, source: str, entity: str = "deal", **more: Any) -> None:
    define_formula(actor=actor, entity=entity, name=name, label={"en": name}, source=source, **more)


def total(actor: Actor, name: str, how: str = "sum", of: str = "amount", **more: Any) -> None:
    given = {"entity": "account", "child": "deal", "relation": "account", **more}
    define_rollup(actor=actor, name=name, label={"en": name}, how=how, of=of, **given)


def deal(actor: Actor, account: Any, amount: Any, **more: Any) -> Any:
    values = {"account": account, "amount": Decimal(amount), "currency": "EUR", **more}
    return create_record("deal", actor=actor, values=values)


def account(actor: Actor, name: str = "Zagros", **values: Any) -> Any:
    return create_record("account", actor=actor, values={"name": name, **values})


def now(record: Any, name: str) -> Any:
    return getattr(registry.entity(record.entity_name).records(everything=True).get(pk=record.pk), name)


# ── formulas ──
def test_formulas_follow_every_write_in_their_order(actor: Actor) -> None:
    define_field(actor=actor, entity="deal", name="x_discount", kind="percent", label={"en": "Discount"})
    formula(actor, "x_net", "{amount} * (1 - COALESCE({x_discount}, 0))")
    formula(actor, "x_tax", "{x_net} * 9%")
    formula(actor, "x_gross", "{x_net} + {x_tax}")
    made = deal(actor, None, 1000, x_discount=Decimal(10))
    assert [now(made, n) for n in ("x_net", "x_tax", "x_gross")] == [900, 81, 981]
    assert now(made, "x_gross_currency") == "EUR"
    changed = update_record("deal", made.pk, actor=actor, values={"x_discount": Decimal(50)})
    assert now(made, "x_gross") == 545
    undo_batch(changed.audit_id, actor=actor)
    assert now(made, "x_gross") == 981
    outcome = bulk_update("deal", [made.pk], actor=actor, values={"amount": Decimal(100)})
    assert now(made, "x_gross") == Decimal("98.1")
    undo_batch(outcome.batch, actor=actor)
    change_records("deal", {made.pk: {"amount": Decimal(2000)}}, actor=actor)
    assert now(made, "x_gross") == 1962
    rows = [{"reference": "R1", "amount": Decimal(10), "currency": "EUR"}] * 2
    upsert_records("deal", rows, actor=actor, match=["reference"])
    assert select("deal", actor=actor, filters=parse_filters("deal", {"x_gross": "10.9"})).count() == 1
    assert sums("deal", select("deal", actor=actor), ["x_gross"]) == {"x_gross": {"EUR": Decimal("1972.9")}}


def test_what_is_derived_is_no_change_of_its_own(actor: Actor) -> None:
    formula(actor, "x_double", "{amount} * 2")
    total(actor, "x_total")
    zagros = account(actor)
    made = deal(actor, zagros, 5)
    assert "x_double" not in AuditEntry.objects.get(record_id=made.pk).changes
    assert AuditEntry.objects.filter(record_id=zagros.pk).count() == 1
    assert now(zagros, "version") == zagros.version
    assert now(zagros, "updated_at") == zagros.updated_at
    with pytest.raises(Invalid):
        clean_values("deal", {"x_double": 3}, actor=actor)
    update_record("account", zagros.pk, actor=actor, values={"city": "Ahvaz"}, version=zagros.version)
    assert now(zagros, "x_total") == 5


def test_a_formula_looks_one_relation_far(actor: Actor) -> None:
    formula(actor, "x_where", '{account.city} & " / " & {name}')
    formula(actor, "x_twice", "UPPER({x_where})")
    zagros, other = account(actor, city="Ahvaz"), account(actor, "Alborz", city="Karaj")
    made = deal(actor, zagros, 1, name="Pump")
    assert now(made, "x_twice") == "AHVAZ / PUMP"
    update_record("account", zagros.pk, actor=actor, values={"city": "Dezful"})
    assert now(made, "x_twice") == "DEZFUL / PUMP"
    update_record("deal", made.pk, actor=actor, values={"account": other})
    assert now(made, "x_twice") == "KARAJ / PUMP"
    delete_record("account", other.pk, actor=actor)
    assert now(made, "x_twice") == "KARAJ / PUMP"


def test_many_that_look_at_one_follow_by_a_job(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel.derived.writing.FEW", 2)
    formula(actor, "x_where", "{account.city}")
    zagros = account(actor, city="Ahvaz")
    made = [deal(actor, zagros, n) for n in range(3)]
    jobs.run_due()
    update_record("account", zagros.pk, actor=actor, values={"city": "Dezful"})
    assert {now(one, "x_where") for one in made} == {"Ahvaz"}
    assert jobs.run_due() == 1
    assert {now(one, "x_where") for one in made} == {"Dezful"}


def test_records_that_were_there_are_filled_by_a_job(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel.derived.refilling.BATCH", 2)
    zagros = account(actor)
    made = [deal(actor, zagros, n) for n in range(5)]
    delete_record("deal", made[4].pk, actor=actor)
    formula(actor, "x_double", "{amount} * 2")
    total(actor, "x_total", of="x_double")
    jobs.run_due()
    assert [now(one, "x_double") for one in made] == [0, 2, 4, 6, 8]
    assert now(zagros, "x_total") == 12
    job = Job.objects.filter(kind=REFILL).earliest("id")
    assert (job.state, job.done, job.total) == (Job.State.DONE, 5, 5)
    change_formula(actor=actor, entity="deal", name="x_double", source="{amount} * 3")
    jobs.run_due()
    assert now(zagros, "x_total") == 18


def test_todays_formulas_are_calculated_every_night(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    formula(actor, "x_age", 'DATEDIF({opened_on}, TODAY(), "day")')
    formula(actor, "x_old", "{x_age} > 30")
    made = deal(actor, None, 1, opened_on=date(2020, 1, 1))
    age = now(made, "x_age")
    nightly = Job.objects.get(kind=NIGHTLY)
    jobs.run_due()
    assert Job.objects.get(kind=NIGHTLY) == nightly
    later = nightly.next_at
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    jobs.run_due()
    assert now(made, "x_age") > age
    assert Job.objects.get(kind=NIGHTLY, state=Job.State.WAITING).next_at > later


# ── refusals ──
def test_what_does_not_work_is_not_kept(actor: Actor, member: Any) -> None:
    with pytest.raises(FormulaError):
        formula(actor, "x_bad", "{amuont} * 2")
    with pytest.raises(Invalid) as caught:
        formula(actor, "x_bad", "{amount} * 2", kind="date")
    assert "kind" in caught.value.problems
    with pytest.raises(Denied):
        formula(member, "x_ok", "1")
    with pytest.raises(Invalid):
        total(actor, "x_bad", of="name")
    with pytest.raises(Invalid):
        total(actor, "x_bad", relation="contact")
    with pytest.raises(Invalid):
        total(actor, "x_bad", filters={"owner": "me"})
    with pytest.raises(Invalid):
        total(actor, "x_bad", filters={"nothing": "1"})
    assert not registry.entity("deal").own_fields
    assert not registry.entity("account").own_fields


@pytest.fixture
def member(tenant: Tenant, actor_for: Callable[..., Actor], nima: Any) -> Actor:
    return actor_for(nima)


def test_circles_are_refused_by_name(actor: Actor) -> None:
    formula(actor, "x_a", "{amount} * 1")
    formula(actor, "x_b", "{x_a} * 2")
    with pytest.raises(Invalid) as caught:
        change_formula(actor=actor, entity="deal", name="x_a", source="{x_b} + 1")
    assert "Deal › x_a ← Deal › x_b ← Deal › x_a" in str(caught.value.problems["source"][0])
    total(actor, "x_total", of="x_b")
    with pytest.raises(Invalid) as caught:
        change_formula(actor=actor, entity="deal", name="x_a", source="{account.x_total} + 1")
    assert "Account › x_total" in str(caught.value.problems["source"][0])
    assert now(deal(actor, None, 3), "x_b") == 6


def test_what_others_need_stays(actor: Actor) -> None:
    define_field(actor=actor, entity="deal", name="x_rate", kind="decimal", label={"en": "Rate"})
    formula(actor, "x_net", "{amount} * {x_rate}")
    total(actor, "x_total", of="x_net")
    for name, needer in (("x_rate", "x_net"), ("x_net", "x_total")):
        with pytest.raises(Invalid) as caught:
            deactivate_field(actor=actor, entity="deal", name=name)
        assert needer in str(caught.value.problems[""][0])
    for entity, name in (("account", "x_total"), ("deal", "x_net"), ("deal", "x_rate")):
        deactivate_field(actor=actor, entity=entity, name=name)
    assert not registry.entity("deal").own_fields


# ── roll-ups ──
def test_rollups_follow_every_write(actor: Actor) -> None:
    total(actor, "x_total")
    total(actor, "x_deals", "count", "")
    total(actor, "x_best", "max")
    total(actor, "x_mean", "average")
    total(actor, "x_last", "max", "close_date")
    formula(actor, "x_points", "{x_total} / 100", entity="account", kind="decimal")
    zagros, alborz = account(actor), account(actor, "Alborz")

    def state(record: Any) -> tuple[Any, ...]:
        return tuple(now(record, f"x_{name}") for name in ("total", "deals", "best", "mean", "points"))

    nothing = (0, 0, None, None, 0)
    assert state(zagros) == nothing
    one = deal(actor, zagros, 100, close_date=date(2026, 1, 1))
    two = deal(actor, zagros, 300)
    assert state(zagros) == (400, 2, 300, 200, 4)
    assert now(zagros, "x_last") == date(2026, 1, 1)
    update_record("deal", two.pk, actor=actor, values={"amount": Decimal(500)})
    assert state(zagros) == (600, 2, 500, 300, 6)
    moved = update_record("deal", two.pk, actor=actor, values={"account": alborz})
    assert (state(zagros), state(alborz)) == ((100, 1, 100, 100, 1), (500, 1, 500, 500, 5))
    undo_batch(moved.audit_id, actor=actor)
    assert (state(zagros), state(alborz)) == ((600, 2, 500, 300, 6), nothing)
    delete_record("deal", one.pk, actor=actor)
    assert state(zagros) == (500, 1, 500, 500, 5)
    restore_record("deal", one.pk, actor=actor)
    assert state(zagros) == (600, 2, 500, 300, 6)
    outcome = bulk_update("deal", [one.pk, two.pk], actor=actor, values={"account": alborz})
    assert (state(zagros), state(alborz)) == (nothing, (600, 2, 500, 300, 6))
    undo_batch(outcome.batch, actor=actor)
    gone = bulk_delete("deal", [one.pk, two.pk], actor=actor)
    assert state(zagros) == nothing
    undo_batch(gone.batch, actor=actor)
    rows = [{"reference": "R1", "amount": Decimal(9), "currency": "EUR", "account": alborz} for _ in range(3)]
    upsert_records("deal", rows, actor=actor, match=[])
    assert state(alborz)[:2] == (27, 3)
    found = select("account", actor=actor, filters=parse_filters("account", {"x_deals__gte": "3"}))
    assert [row.pk for row in found] == [alborz.pk]


def test_a_rollup_counts_what_its_filter_lets_through(actor: Actor) -> None:
    total(actor, "x_won", filters={"kind": "won"})
    zagros = account(actor)
    made = deal(actor, zagros, 100)
    assert now(zagros, "x_won") == 0
    won = Stage.objects.get(pipeline=made.pipeline, kind="won")
    update_record("deal", made.pk, actor=actor, values={"stage": won})
    assert now(zagros, "x_won") == 100
    change_rollup(actor=actor, entity="account", name="x_won", how="sum", of="amount", filters={"kind": "lost"})
    jobs.run_due()
    assert now(zagros, "x_won") == 0


def test_rollups_and_formulas_reach_the_parents_parent(actor: Actor) -> None:
    define_field(
        actor=actor, entity="account", name="x_group", kind="relation", label={"en": "G"}, options={"target": "contact"}
    )
    total(actor, "x_total")
    formula(actor, "x_thousands", "{x_total} / 1000", entity="account", kind="decimal", places=3)
    define_rollup(
        actor=actor, entity="contact", name="x_all", label={"en": "All"}, child="account", relation="x_group",
        how="sum", of="x_thousands",
    )  # fmt: skip
    mina = create_record("contact", actor=actor, values={"name": "Mina"})
    zagros, alborz = account(actor, x_group=mina), account(actor, "Alborz", x_group=mina)
    deal(actor, zagros, 1000)
    deal(actor, alborz, 2500)
    assert now(mina, "x_all") == Decimal("3.5")
    update_record("account", zagros.pk, actor=actor, values={"x_group": None})
    assert now(mina, "x_all") == Decimal("2.5")


def test_money_of_several_currencies_is_not_added_up(
    actor: Actor, sara: Any, tenant: Tenant, client_for: Callable[..., Any]
) -> None:
    total(actor, "x_total")
    zagros = account(actor)
    deal(actor, zagros, 5)
    other = deal(actor, zagros, 7, currency="IRR")
    assert (now(zagros, "x_total"), now(zagros, "x_total_currency")) == (None, "XXX")
    assert "x_total_currency" not in [n for s in registry.entity("account").sections for n in s.fields]
    for address in ("/accounts/?columns=name,x_total", f"/accounts/{zagros.pk}/"):
        assert "several currencies" in client_for(sara, tenant).get(address).content.decode()
    found = select("account", actor=actor, filters=parse_filters("account", {"x_total_currency": "XXX"}))
    assert [row.pk for row in found] == [zagros.pk]
    update_record("deal", other.pk, actor=actor, values={"currency": ""})  # the workspace's own is EUR
    assert (now(zagros, "x_total"), now(zagros, "x_total_currency")) == (12, "EUR")


def test_another_workspace_calculates_nothing(actor: Actor, other_tenant: Tenant) -> None:
    from kernel.context import tenant_context
    from kernel.derived import current_plans

    total(actor, "x_total")
    assert current_plans().anything
    with tenant_context(other_tenant):
        assert not current_plans().anything
    assert Account.objects.count() == 0
