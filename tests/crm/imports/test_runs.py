"""What becomes of rows: every one is counted once, whatever is wrong with it, whoever asks, however often."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.imports import services
from crm.imports.export import error_rows
from crm.models import Account, Contact, ImportMapping, ImportProblem, ImportRun
from identity.models import User
from kernel.context import Tenant
from kernel.errors import Conflict, Denied, Invalid, NotFound
from kernel.jobs import cancel_job, run_job
from kernel.models import AuditEntry
from modules.sfa.models import Deal, Pipeline, Stage
from tests.crm.imports.conftest import Import, begin, counts, finish

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor(tenant: Tenant, sara: Any, actor_for: Callable[..., Any]) -> Any:
    return actor_for(sara)


def problems(run: ImportRun) -> list[tuple[int, str, str]]:
    return list(ImportProblem.objects.filter(run=run).order_by("row", "id").values_list("row", "column", "code"))


def test_a_bad_row_never_stops_the_rest(actor: Any, do_import: Import) -> None:
    rows = (
        "name,employees,email,website\nA,12,a@x.example,x.example\nB,many,b@x.example,\n"
        ",3,,\nC,3,nobody,\nD,1,2,3,4,5\nE,۱۲,,\n"
    )
    run = do_import(actor, "account", rows)
    assert counts(run) == (2, 0, 0, 4)
    assert problems(run) == [
        (3, "employees", "number_format"), (4, "name", "required"), (5, "email", "email"), (6, "", "row_too_long"),
    ]  # fmt: skip
    assert Account.objects.get(name="E").employees == 12


def test_reasons_are_said_in_the_readers_language(actor: Any, do_import: Import) -> None:
    run = do_import(actor, "deal", [["name", "stage", "lost_reason"], ["x", "!!!", ""], ["y", "", "r" * 201]])
    assert counts(run)[3] == 2
    english = [row[3] for row in error_rows(run)]
    assert all(english)
    assert "200" in english[1]
    with override("fa"):
        persian = [row[3] for row in error_rows(run)]
    assert len(persian) == 2


def test_again_changes_nothing_and_new_values_change(actor: Any, do_import: Import) -> None:
    rows = [["name", "city", "employees"], ["Zagros", "Ahvaz", "12"], ["Nordlys", "Oslo", ""]]
    assert counts(do_import(actor, "account", rows)) == (2, 0, 0, 0)
    versions = list(Account.objects.values_list("version", flat=True))
    assert counts(do_import(actor, "account", rows)) == (0, 0, 2, 0)
    assert list(Account.objects.values_list("version", flat=True)) == versions
    rows[2] = ["Nordlys", "", "7"]  # a blank cell leaves what is there
    assert counts(do_import(actor, "account", rows)) == (0, 1, 1, 0)
    assert Account.objects.filter(name="Nordlys", city="Oslo", employees=7).exists()


def test_the_same_record_twice_in_a_file(actor: Any, do_import: Import) -> None:
    run = do_import(actor, "account", [["name", "city"], ["Zagros", "Ahvaz"], ["zagros", "Karaj"], ["ZAGROS", "Karaj"]])
    assert (run.made, run.refused) == (1, 0)
    assert run.changed + run.unchanged == 2
    assert Account.objects.get().city == "Karaj"


def test_without_a_match_key_every_row_is_new(actor: Any, do_import: Import) -> None:
    run = do_import(actor, "account", [["name"], ["Zagros"], ["Zagros"]], match=[])
    assert counts(run) == (2, 0, 0, 0)


def test_what_belongs_to_a_later_row(actor: Any, do_import: Import) -> None:
    rows = [["name", "subsidiary of"], ["Leaf", "Branch"], ["Branch", "Root"], ["Root", ""], ["Other", "Elsewhere"]]
    run = do_import(actor, "account", rows)
    assert counts(run) == (4, 0, 0, 0)
    assert run.related_made == {"account": 1}
    leaf = Account.objects.select_related("parent__parent").get(name="Leaf")
    assert leaf.parent is not None
    assert leaf.parent.parent is not None
    assert leaf.parent.parent.name == "Root"
    assert counts(do_import(actor, "account", rows)) == (0, 0, 4, 0)


def test_a_parent_met_as_a_row_in_a_later_batch(actor: Any, do_import: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.imports.run.job.BATCH_ROWS", 1)
    run = do_import(actor, "account", [["name", "subsidiary of", "city"], ["Leaf", "Root", ""], ["Root", "", "Ahvaz"]])
    assert counts(run) == (1, 1, 0, 0)
    assert run.related_made == {"account": 1}
    assert Account.objects.count() == 2


def test_circles_are_refused(actor: Any, do_import: Import) -> None:
    rows = [["name", "subsidiary of"], ["A", "B"], ["B", "A"], ["C", "C"], ["D", ""]]
    run = do_import(actor, "account", rows)
    assert counts(run) == (1, 0, 0, 3)
    assert {code for _row, _column, code in problems(run)} == {"circle"}


def test_columns_of_related_records(actor: Any, do_import: Import) -> None:
    Account.objects.create(name="Zagros Steel", city="Ahvaz")
    rows = [
        ["deal", "account", "sector", "account city"],
        ["x", "zagros steel", "steel", "Karaj"],
        ["y", "New Co", "trade", ""],
    ]
    run = do_import(
        actor, "deal", rows,
        {"deal": "name", "account": "account", "sector": "account.sector", "account city": "account.city"}, match=[],
    )  # fmt: skip
    assert counts(run) == (2, 0, 0, 0)
    assert run.related_made == {"account": 1}
    assert set(Account.objects.values_list("name", "sector", "city")) == {
        ("Zagros Steel", "steel", "Karaj"), ("New Co", "trade", ""),
    }  # fmt: skip
    assert AuditEntry.objects.filter(entity="account", action="changed", batch=run.batch).count() == 1


def test_a_column_may_go_to_two_places(actor: Any, do_import: Import) -> None:
    mapping = {"agent": "name", "manager": ["team", "team.manager"], "office": "team.region"}
    rows = [["agent", "manager", "office"], ["Anna", "Dustin", "East"], ["Moses", "Dustin", "East"]]
    run = do_import(actor, "user", rows, mapping)
    assert counts(run) == (2, 0, 0, 0)
    assert run.related_made == {"team": 1, "user": 1}
    anna = User.objects.select_related("team__manager").get(name="Anna")
    assert anna.team is not None
    assert (anna.team.name, anna.team.region, str(anna.team.manager)) == ("Dustin", "East", "Dustin")


def test_names_meet_by_letters_and_doubt_is_refused(actor: Any, do_import: Import) -> None:
    for name in ("GTX Pro", "Mirage", "mi rage"):
        Account.objects.create(name=name)
    rows = [["name", "account"], ["a", "GTXPro"], ["b", "Mirage"], ["c", "MIRAGE!"], ["d", "MiRage"]]
    run = do_import(actor, "contact", rows, {"name": "last_name", "account": "account"}, match=[])
    assert dict(Contact.objects.values_list("last_name", "account__name")) == {
        "a": "GTX Pro", "b": "Mirage", "d": "Mirage",
    }  # fmt: skip
    assert [code for _row, _column, code in problems(run)] == ["ambiguous"]


def test_missing_records_are_made_only_where_allowed(actor: Any, do_import: Import) -> None:
    rows = [["name", "account"], ["x", "Nobody yet"], ["y", ""]]
    run = do_import(actor, "deal", rows, create_related=False)
    assert counts(run) == (1, 0, 0, 1)
    assert problems(run) == [(2, "account", "not_found")]
    assert not Account.objects.exists()


def test_a_managers_import_makes_no_more_than_a_manager_may(
    tenant: Tenant, mina: Any, nima: Any, reza: Any, actor_for: Callable[..., Any], do_import: Import
) -> None:
    run = do_import(
        actor_for(mina), "account", [["name", "owner"], ["Zagros", "Nima Rezaei"], ["Nordlys", "Someone New"]]
    )
    assert counts(run) == (2, 0, 0, 0)
    assert Account.objects.get(name="Zagros").owner_id == nima.pk
    assert User.objects.get(name="Someone New").state == User.State.PLACEHOLDER
    for person in (nima, reza):
        with pytest.raises(Denied):
            begin(actor_for(person), "account", [["name"], ["x"]])


def test_rights_taken_away_stop_the_job(tenant: Tenant, mina: Any, actor_for: Callable[..., Any]) -> None:
    run = services.start_import(begin(actor_for(mina), "account", [["name"], ["x"]]).pk, actor=actor_for(mina))
    User.objects.filter(pk=mina.pk).update(state=User.State.DEACTIVATED)
    assert run.job_id is not None
    run_job(run.job_id)
    run.refresh_from_db()
    assert (run.state, run.rows) == ("failed", 0)
    assert run.problem["code"] == "denied"


def test_stages_are_found_by_key_and_made_in_the_default_pipeline(actor: Any, do_import: Import) -> None:
    other = Pipeline.objects.create(name="Second")
    Stage.objects.create(pipeline=other, name="Won", key="won", kind="won")
    run = do_import(actor, "deal", [["name", "stage"], ["x", "won"], ["y", "Pilot"], ["z", "pilot"], ["u", ""]])
    assert counts(run) == (4, 0, 0, 0)
    default = Pipeline.objects.get(is_default=True)
    assert Deal.objects.get(name="x").kind == "won"
    assert set(Deal.objects.values_list("pipeline", flat=True)) == {default.pk}
    pilot = Stage.objects.get(name="Pilot")
    assert (pilot.pipeline_id, pilot.kind, run.related_made) == (default.pk, "open", {"stage": 1})
    second = do_import(actor, "deal", [["name", "pipeline", "stage"], ["v", "Second", "Won"]])
    assert counts(second) == (1, 0, 0, 0)
    assert Deal.objects.get(name="v").pipeline_id == other.pk


def test_dates_in_every_order_and_calendar(actor: Any, do_import: Import) -> None:
    rows = [["name", "close date"], ["a", "۱۴۰۴/۰۷/۳۰"], ["b", "2025-10-22"], ["c", "03/04/2025"], ["d", "31/1404/07"]]
    run = do_import(actor, "deal", rows)
    assert counts(run) == (2, 0, 0, 2)
    assert next(code for _row, _column, code in problems(run)) == "date_ambiguous"
    assert Deal.objects.get(name="a").close_date == Deal.objects.get(name="b").close_date
    chosen = do_import(actor, "deal", rows, columns={"close date": {"date_order": "DMY"}})
    assert counts(chosen) == (1, 0, 2, 1)
    assert str(Deal.objects.get(name="c").close_date) == "2025-04-03"


def test_only_changes_where_a_required_column_is_missing(actor: Any, do_import: Import) -> None:
    Account.objects.create(name="Zagros", email="a@x.example")
    run = do_import(
        actor, "account", [["email", "city"], ["a@x.example", "Ahvaz"], ["b@x.example", "Oslo"]], match="email"
    )
    assert counts(run) == (0, 1, 0, 1)
    assert Account.objects.get().city == "Ahvaz"


def test_formulas_are_text_and_neutral_in_the_error_file(actor: Any, do_import: Import) -> None:
    run = do_import(actor, "account", [["name", "employees"], ["=1+1", "=cmd()"], ["@x", "1"]])
    assert next(iter(error_rows(run)))[2] == "'=cmd()"
    assert Account.objects.get().name == "@x"


def test_stopping_keeps_what_is_done(actor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.imports.run.job.BATCH_ROWS", 2)
    run = services.start_import(begin(actor, "account", [["name"], *[[f"n{i}"] for i in range(9)]]).pk, actor=actor)
    assert run.job_id is not None
    from crm.imports.run import job as module

    write, job_id = module.write_batch, run.job_id

    def stop_after_one(*args: Any) -> Any:
        cancel_job(job_id, actor=actor)
        return write(*args)

    monkeypatch.setattr(module, "write_batch", stop_after_one)
    run_job(job_id)
    run.refresh_from_db()
    assert (run.state, run.made, run.rows) == ("cancelled", 2, 2)
    assert Account.objects.count() == 2


def test_choices_after_the_start_and_foreign_runs(
    actor: Any, olga: Any, other_tenant: Tenant, actor_for: Callable[..., Any]
) -> None:
    run = finish(begin(actor, "account", [["name"], ["x"]]), actor)
    with pytest.raises(Conflict):
        services.choose(run.pk, actor=actor, mapping={"name": "name"}, match=[])
    with pytest.raises(Conflict):
        services.start_import(run.pk, actor=actor)
    with pytest.raises(NotFound):
        services.start_import("nonsense", actor=actor)
    with pytest.raises(Invalid):
        begin(actor, "account", [["name"], ["x"]], {"name": "owner.nothing"})


def test_mappings_are_remembered_by_their_headings(actor: Any, do_import: Import) -> None:
    do_import(actor, "account", [["Firm", "Where"], ["x", "y"]], {"Firm": "name", "Where": "country"}, match="name")
    again = begin(actor, "account", [["Firm", "Where"], ["z", "u"]])
    assert (again.mapping, again.match) == ({"Firm": "name", "Where": "country"}, ["name"])
    assert again.table["remembered"]
    ImportMapping.objects.update(mapping={"Firm": "gone"})
    assert begin(actor, "account", [["Firm", "Where"], ["z", "u"]]).mapping == {}


def test_preview_tells_and_writes_nothing(actor: Any) -> None:
    Account.objects.create(name="Zagros", city="Ahvaz", employees=3)
    rows = [
        ["name", "city", "employees", "parent"],
        ["zagros", "Karaj", "1250", "Holding"],
        ["New", "Oslo", "x", ""],
        ["Also", "", "", ""],
    ]
    run = services.prepare_preview(begin(actor, "account", rows, match="name").pk, actor=actor)
    preview = run.preview
    assert {k: preview[k] for k in ("made", "changed", "unchanged", "refused", "complete")} == {
        "made": 1, "changed": 1, "unchanged": 0, "refused": 1, "complete": True,
    }  # fmt: skip
    assert preview["related_made"] == {"account": 1}
    changed = preview["samples"][0]
    assert changed["result"] == "changed"
    assert {"field": "parent", "old": None, "new": "Holding"} in changed["changes"]
    assert preview["problems"][0]["column"] == "employees"
    assert Account.objects.count() == 1
    assert not AuditEntry.objects.filter(entity="account").exists()


_NAME = st.sampled_from(["Zagros", "zagros ", "Nordlys", "Karun", "", "!!", "=x", "\u200c", "Ａcme", "شرکت", "شركت"])
_CELLS = st.tuples(
    _NAME, _NAME, st.sampled_from(["", "12", "-3", "many", "۱۲", "1e99", "\x00"]),
    st.sampled_from(["", "a@x.example", "no"]),
    st.sampled_from(["", "", "", "extra"]),
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(_CELLS, min_size=1, max_size=12), match=st.sampled_from([[], ["name"], ["email"]]), made=st.booleans()
)
def test_every_row_in_comes_out_once(actor: Any, rows: list[tuple[str, ...]], match: list[str], made: bool) -> None:
    given_rows = [list(row) if row[4] else list(row[:4]) for row in rows]
    filled = [row for row in given_rows if any(cell.strip(" \u200c") or cell == "\u200c" for cell in row)]
    if not filled:
        return
    before = Account.objects.count()
    run = begin(
        actor, "account", [["name", "parent", "employees", "email"], ["Anchor", "", "", ""], *given_rows],
        match=match, create_related=made,
    )  # fmt: skip
    run = finish(run, actor)
    assert run.state == "done"
    assert run.made + run.changed + run.unchanged + run.refused == run.rows == run.rows_total == len(filled) + 1
    assert Account.objects.count() - before == run.made + run.related_made.get("account", 0)
    assert ImportProblem.objects.filter(run=run).values("row").distinct().count() == run.refused
