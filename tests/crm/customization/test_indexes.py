"""Indexes of fields of one's own: known to the planner, built beside the people's work, found again after a kill."""

import re
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.db.models import Q

from crm.customization import indexes, services
from crm.customization.objects import define_object
from crm.models import Account, CustomField
from kernel.access import system_actor
from kernel.context import Tenant, public_context
from kernel.errors import Invalid
from kernel.jobs import run_due
from kernel.models import Job
from kernel.query import page, parse_filters, select
from kernel.records import create_record
from tenants import sql
from tenants.services.indexes import build_indexes, drop_indexes, standing_indexes

ACTOR = system_actor("test")


@pytest.fixture
def live(live_tenant: Tenant) -> Iterator[Tenant]:
    yield live_tenant
    connection.close()


def define(kind: str, name: str, **more: Any) -> CustomField:
    with transaction.atomic():
        return services.define_field(actor=ACTOR, entity="account", kind=kind, name=name, label={"en": name}, **more)


def names_of(field: CustomField) -> list[str]:
    with transaction.atomic():
        return indexes.all_names(field)


def plan_of(rows: Any) -> str:
    """What the planner does when a table is not worth reading from end to end."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        text, params = rows.query.sql_with_params()
        cursor.execute(f"EXPLAIN {text}", params)
        return "\n".join(row[0] for row in cursor.fetchall())


def expected(ask: dict[str, str]) -> int:
    """Accounts that the planner expects to answer."""
    with transaction.atomic():
        return rows_of(select("account", actor=ACTOR, filters=parse_filters("account", ask)))


def rows_of(rows: Any) -> int:
    found = re.search(r"rows=(\d+)", plan_of(rows.order_by().select_related(None)))
    assert found
    return int(found[1])


CHOICES = {"choices": [{"key": "red", "label": "Red"}]}


@pytest.mark.parametrize(
    ("kind", "ask", "sorts", "options"),
    [
        ("text", {"x_a": "one"}, ("x_a",), {}),
        ("text", {"x_a__eq": "one"}, (), {}),
        ("integer", {"x_a__gte": "5"}, ("x_a", "-x_a"), {}),
        ("decimal", {"x_a": "5"}, ("-x_a",), {}),
        ("date", {"x_a__when": "this_month"}, ("x_a", "-x_a"), {}),
        ("datetime", {"x_a__gte": "2026-01-01"}, ("-x_a",), {}),
        ("choice", {"x_a": "red"}, ("x_a",), CHOICES),
        ("multichoice", {"x_a": "red"}, (), CHOICES),
        ("address", {"x_a__contains": "tehran"}, (), {}),
        ("email", {"x_a__eq": "a@x.example"}, ("x_a",), {}),
        ("relation", {"x_a": "0199c2d4-7b1e-7c3a-9f00-5a1b2c3d4e5f"}, (), {"target": "account"}),
        ("rating", {"x_a__gte": "4"}, ("-x_a",), {}),
    ],
)
def test_the_planner_knows_them(
    live: Tenant, kind: str, ask: dict[str, str], sorts: tuple[str, ...], options: dict[str, Any]
) -> None:
    with transaction.atomic():
        Account.objects.bulk_create(Account(name=f"A{number}") for number in range(2000))
    field = define(kind, "x_a", options=options)
    run_due()
    with transaction.atomic():
        field.refresh_from_db()
        assert field.indexed_at is not None
        filtered = select("account", actor=ACTOR, filters=parse_filters("account", ask)).order_by()
        filtered = filtered.select_related(None)
        ordered = [select("account", actor=ACTOR, sort=sort).select_related(None) for sort in sorts]
    assert "cf_crm_account_" in plan_of(filtered), plan_of(filtered)
    for rows in ordered:
        plan = plan_of(rows[:50])
        assert "cf_crm_account_" in plan, plan
        assert "Sort" not in plan, plan


def test_what_a_killed_worker_left_is_done_again(live: Tenant) -> None:
    field = define("integer", "x_a")
    with transaction.atomic():
        _entity, (one, *rest) = indexes.indexes_for(field)
        for name in "AB":
            create_record("account", actor=ACTOR, values={"name": name})
    with public_context(), pytest.raises(IntegrityError):
        # What a build that broke off leaves: an index of this name that serves nobody.
        sql.run(f'CREATE UNIQUE INDEX CONCURRENTLY "{one.name}" ON "{live.schema}".crm_account ((version))')
    assert standing_indexes(names_of(field)) == {one.name: False}
    run_due()
    assert standing_indexes(names_of(field)) == {one.name: True, **{index.name: True for index in rest}}
    assert build_indexes(Account, [one, *rest]).made == []


def test_the_planner_knows_how_values_are_spread(live: Tenant) -> None:
    with transaction.atomic():
        Account.objects.bulk_create(Account(name=f"A{n}", extra={"x_a": n % 5}) for n in range(2000))
    define("integer", "x_a")
    run_due()
    assert 300 < expected({"x_a": "3"}) < 500, "it would guess 10, half a per cent"


def test_the_planner_knows_letters_that_nobody_wrote(live: Tenant) -> None:
    with transaction.atomic():
        Account.objects.bulk_create(Account(name=f"A{n}", extra={"x_a": f"word {n}"}) for n in range(2000))
    define("text", "x_a")
    run_due()
    assert expected({"x_a__contains": "qxz"}) < 20, "it would guess 80, any three letters in every 25th record"


def test_the_planner_knows_letters_that_nobody_wrote_in_any_field(live: Tenant) -> None:
    with transaction.atomic():
        Account.objects.bulk_create(
            Account(name=f"A{n}", extra={f"x_{m}": f"word {n}" for m in "abcd"}) for n in range(2000)
        )
    for m in "abcd":
        define("text", f"x_{m}")
    run_due()
    with transaction.atomic():
        assert rows_of(select("account", actor=ACTOR, q="zz")) < 20, (
            "it would guess 84, and walk a list of a million in its order to meet them"
        )


def test_an_empty_field_reads_nothing(live: Tenant) -> None:
    define("text", "x_a")
    with transaction.atomic():
        Account.objects.bulk_create([Account(name="Empty"), Account(name="Other", extra={"x_a": "a zebra"})])
        rows = select("account", actor=ACTOR)
        reads = [{row.name for row in rows.filter(one)} for one in (Q(x_a__reads="ze"), ~Q(x_a__reads="ze"))]
    assert reads == [{"Other"}, {"Empty"}], "unknown is neither, and makes the server ask further"


def test_what_few_records_have_is_found_in_an_index_of_those_few(live: Tenant) -> None:
    with transaction.atomic():
        Account.objects.bulk_create(
            Account(name=f"A{n}", more_text="" if n % 100 else f"person{n}@zagros.example") for n in range(5000)
        )
    with public_context():
        sql.run(f'VACUUM ANALYZE "{live.schema}".crm_account')  # words that wait to be sorted in cost the planner more
    with transaction.atomic():
        plan = plan_of(select("account", actor=ACTOR, q="person700").order_by().select_related(None))
    assert "account_further" in plan
    assert "account_search" in plan


def test_two_conditions_read_what_both_find(live: Tenant) -> None:
    with transaction.atomic():
        Account.objects.bulk_create(Account(name=f"A{n}", extra={"x_a": n % 50, "x_b": n % 53}) for n in range(5000))
    for name in ("x_a", "x_b"):
        define("integer", name)
    run_due()
    with transaction.atomic():
        rows = select("account", actor=ACTOR, filters=parse_filters("account", {"x_a": "7", "x_b": "9"}))
    assert "BitmapAnd" in plan_of(rows.order_by().select_related(None))


def test_objects_share_a_table_and_know_their_own_spread(live: Tenant) -> None:
    with transaction.atomic():
        label = {"en": "Pump"}
        define_object(actor=ACTOR, name="x_pump", plural="x_pumps", label=label, label_plural=label)
        field = services.define_field(actor=ACTOR, entity="x_pump", kind="integer", name="x_a", label=label)
        entity, wanted = indexes.indexes_for(field)
    assert all(index.condition == Q(**entity.narrow) for index in wanted)
    assert [index.method for index in wanted] == ["btree", "btree", "statistics"]


def test_they_go_with_the_field(live: Tenant) -> None:
    field = define("text", "x_a", unique=True)
    run_due()
    assert len(standing_indexes(names_of(field))) == 3
    with transaction.atomic():
        services.change_field(field.pk, actor=ACTOR, unique=False, options={"indexed": False})
    run_due()
    assert standing_indexes(names_of(field)) == {}
    with transaction.atomic():
        services.change_field(field.pk, actor=ACTOR, options={"indexed": True})
    run_due()
    with transaction.atomic():
        services.delete_field(field.pk, actor=ACTOR, typed="x_a")
    run_due()
    assert standing_indexes(names_of(field)) == {}
    with transaction.atomic():
        assert not CustomField.objects.exists()
        assert not Job.objects.exclude(state="done").exists()


def test_two_at_once_leave_one(live: Tenant) -> None:
    """Both look and find nothing; the index refuses the second, and it is told at the field."""
    define("text", "x_code", unique=True)
    run_due()
    told: list[Any] = []

    def second() -> None:
        from kernel.context import tenant_context

        try:
            with tenant_context(live), transaction.atomic():
                create_record("account", actor=ACTOR, values={"name": "B", "x_code": "1"})
        except Invalid as error:
            told.append({name: [p.code for p in several] for name, several in error.problems.items()})
        finally:
            connections.close_all()

    with transaction.atomic():
        create_record("account", actor=ACTOR, values={"name": "A", "x_code": "1"})
        thread = Thread(target=second)
        thread.start()
        thread.join(0.5)  # it waits at the index for us: whichever way it goes, one of them is refused
    thread.join(20)
    assert told == [{"x_code": ["taken"]}]


def test_a_value_written_twice_before_the_index_was_there(live: Tenant) -> None:
    field = define("text", "x_code", unique=True)
    with transaction.atomic():
        for name in "AB":
            Account.objects.create(name=name, extra={"x_code": "1"})
    run_due()
    with transaction.atomic():
        field.refresh_from_db()
        assert (field.index_problem, field.unique) == ("duplicates", False)


def test_readers_and_writers_go_on_meanwhile(live: Tenant) -> None:
    """Beside an open transaction that writes, the index waits; whoever writes then does not wait for it."""
    field = define("integer", "x_a")
    with transaction.atomic():
        create_record("account", actor=ACTOR, values={"name": "A"})
        done: list[str] = []

        def build() -> None:
            from kernel.context import tenant_context

            try:
                with tenant_context(live):
                    run_due()
                    done.append("built")
            except DatabaseError as error:
                done.append(str(error))
            finally:
                connections.close_all()

        thread = Thread(target=build)
        thread.start()
        thread.join(0.5)
        create_record("account", actor=ACTOR, values={"name": "B"})
    thread.join(30)
    assert done == ["built"]
    assert len(standing_indexes(names_of(field))) == 2


def test_two_that_build_on_one_table_take_turns(live: Tenant) -> None:
    """They waited for each other without end, and the server ended one of them."""
    first, second = define("integer", "x_a"), define("integer", "x_b")
    told: list[str] = []

    def build(field: CustomField) -> None:
        from kernel.context import tenant_context

        try:
            with tenant_context(live):
                with transaction.atomic():
                    entity, wanted = indexes.indexes_for(field)
                told.extend(build_indexes(entity.model_class, wanted).made)
        finally:
            connections.close_all()

    for _round in range(3):
        threads = [Thread(target=build, args=(field,)) for field in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        names = [*names_of(first), *names_of(second)]
        assert (len(told), len(standing_indexes(names))) == (4, 4)
        told.clear()
        drop_indexes(names)


def test_pages_with_gaps_follow_each_other(live: Tenant) -> None:
    define("integer", "x_a")
    with transaction.atomic():
        for number in range(30):
            Account.objects.create(name=f"A{number}", extra={"x_a": number % 7} if number % 3 else {})
        for sort in ("x_a", "-x_a"):
            everything = list(select("account", actor=ACTOR, sort=sort))
            seen, cursor = [], None
            while True:
                found = page(select("account", actor=ACTOR, sort=sort), "account", sort=sort, size=4, cursor=cursor)
                seen += found.rows
                if not (cursor := found.next):
                    break
            assert seen == everything
            back: list[Any] = []
            cursor = found.previous
            while cursor:
                found = page(select("account", actor=ACTOR, sort=sort), "account", sort=sort, size=4, cursor=cursor)
                back = [*found.rows, *back]
                cursor = found.previous
            assert back == everything[: len(back)]


def test_only_a_builder_of_indexes_reaches_the_server() -> None:
    from kernel.errors import KernelError
    from tenants.services.indexes import drop_indexes

    with pytest.raises(KernelError):
        drop_indexes(["account_name"])
