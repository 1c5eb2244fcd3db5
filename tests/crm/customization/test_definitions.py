"""Definitions: what is refused, what other people's records stand against, numbers, kinds that change."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from crm.customization import kinds, services
from crm.customization.converting import convert_field, preview_conversion, run_convert
from crm.customization.duplicates import duplicates_of
from crm.customization.jobs import run_number, run_purge
from crm.customization.layouts import save_layout
from crm.customization.names import suggest_name
from crm.models import Account, CustomField, FieldCounter
from kernel.access import system_actor
from kernel.clean import clean_many, clean_values
from kernel.context import Tenant
from kernel.errors import Denied, Invalid
from kernel.jobs import JobRun
from kernel.models import AuditEntry, Job, OutboxMessage
from kernel.records import (
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

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor(tenant: Tenant, sara: Any, actor_for: Callable[..., Any]) -> Any:
    return actor_for(sara)


@pytest.fixture
def define(actor: Any) -> Callable[..., CustomField]:
    def make(kind: str, name: str = "", **more: Any) -> CustomField:
        said = {"label": {"en": name.removeprefix("x_") or kind}, **more}
        return services.define_field(actor=actor, entity="account", kind=kind, name=name, **said)

    return make


def problems_of(act: Callable[[], Any]) -> dict[str, Any]:
    with pytest.raises(Invalid) as caught:
        act()
    return {name: [p.code for p in several] for name, several in caught.value.problems.items()}


def take(kind: str) -> JobRun:
    """The latest job of this kind, in a worker's hands."""
    job = Job.objects.filter(kind=kind).latest("created_at")
    Job.objects.filter(pk=job.pk).update(state="running", attempts=1)
    job.refresh_from_db()
    return JobRun(job)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("بودجه", "x_budje"),
        ("Budget", "x_budget"),
        ("1st offer", "x_f_1st_offer"),
        ("😀", "x_field"),
        ("کد ملی", "x_kd_mli"),
    ],
)
def test_a_key_comes_out_of_the_label(label: str, name: str) -> None:
    assert suggest_name({"fa": label}, ()) == name
    assert suggest_name({"fa": label}, {name}) == f"{name}_2"


def test_keys_never_meet(actor: Any, define: Callable[..., CustomField]) -> None:
    define("money", "x_price")
    services.deactivate_field(define("text", "x_gone").pk, actor=actor)
    define("relation", "x_rival", options={"target": "account"})
    for name in ("x_price", "x_price_currency", "x_gone", "x_rival_id", "x_rival_label"):
        assert problems_of(partial(define, "text", name)) == {"name": ["taken"]}, name
    for name in ("x_A", "x_a__b", "x_", "x_1", f"x_{'a' * 41}", "x_a-b", "x_é"):
        assert problems_of(partial(define, "text", name)) == {"name": ["bad_name"]}, name


@pytest.mark.parametrize(
    ("kind", "more", "where"),
    [
        ("choice", {}, "choices"),
        ("choice", {"options": {"choices": [{"label": "A", "key": "a"}, {"label": "B", "key": "a"}]}}, "choices"),
        ("choice", {"options": {"choices": [{"label": "A", "colour": "mauve"}]}}, "choices"),
        ("choice", {"options": {"choices": [{"label": f"{i}"} for i in range(301)]}}, "choices"),
        ("text", {"options": {"max_length": 501}}, "max_length"),
        ("text", {"options": {"pattern": "(b+)+$"}}, "pattern"),
        ("text", {"options": {"choices": []}}, "choices"),
        ("integer", {"options": {"lowest": 5, "highest": 4}}, "highest"),
        ("integer", {"default": "many"}, "default"),
        ("integer", {"default": "5", "options": {"highest": 4}}, "default"),
        ("text", {"default": "x", "unique": True}, "default"),
        ("bool", {"required": True}, "required"),
        ("longtext", {"unique": True}, "unique"),
        ("autonumber", {"options": {"format": "PR"}}, "format"),
        ("relation", {"options": {"target": "nothing"}}, "target"),
        ("text", {"label": {}}, "label"),
        ("text", {"label": {"en": "A\x00"}}, "label"),
        ("text", {"label": {"en": "x" * 121}}, "label"),
        ("text", {"label": {"de": "x"}}, "label"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(
    define: Callable[..., CustomField], kind: str, more: dict[str, Any], where: str
) -> None:
    assert where in problems_of(lambda: define(kind, "x_a", **more))
    assert not CustomField.objects.exists()


def test_there_is_a_limit(define: Callable[..., CustomField], actor: Any) -> None:
    CustomField.objects.bulk_create(
        CustomField(entity="account", name=f"x_f{i}", kind="text", label={"en": "F"}) for i in range(kinds.MOST_FIELDS)
    )
    assert problems_of(lambda: define("text", "x_more")) == {"": ["too_many_fields"]}


def test_indexes_have_a_limit_of_their_own(define: Callable[..., CustomField], actor: Any) -> None:
    CustomField.objects.bulk_create(
        CustomField(entity="account", name=f"x_f{i}", kind="text", label={"en": "F"}) for i in range(kinds.MOST_INDEXED)
    )
    more = define("text", "x_more")
    assert more.options == {"indexed": False}
    again = problems_of(lambda: services.change_field(more.pk, actor=actor, options={"indexed": True}))
    assert again == {"indexed": ["too_many_indexed"]}


def test_only_who_may_defines(tenant: Tenant, nima: Any, actor_for: Callable[..., Any]) -> None:
    for act in (
        lambda: services.define_field(actor=actor_for(nima), entity="account", kind="text", label={"en": "A"}),
        lambda: services.order_fields("account", [], actor=actor_for(nima)),
        lambda: save_layout("account", actor=actor_for(nima), columns=["name"]),
    ):
        with pytest.raises(Denied):
            act()


def test_every_change_is_told(define: Callable[..., CustomField], actor: Any) -> None:
    field = define("text", "x_motto")
    services.change_field(field.pk, actor=actor, label={"fa": "شعار"}, required=True)
    services.change_field(field.pk, actor=actor, required=True)
    row = AuditEntry.objects.filter(entity="custom_field").latest("id")
    assert row.action == "changed"
    assert row.changes == {"label": [{"en": "motto"}, {"fa": "شعار"}], "required": [False, True]}
    names = list(OutboxMessage.objects.order_by("id").values_list("name", flat=True))
    assert [n for n in names if n.startswith("crm.field")] == ["crm.field_defined", "crm.field_changed"]


BIG, ODD = "x" * 2_000_000, "a\u200f\u202e😀\u200cb"


def test_bad_texts(define: Callable[..., CustomField], actor: Any) -> None:
    define("text", "x_short")
    define("longtext", "x_long")
    for value, ok in (
        (BIG, False),
        ("a\x00b", False),
        ("\ud800", False),
        (ODD, True),
        ("😀" * 500, True),
        ("😀" * 501, False),
    ):
        found, problems = clean_many("account", [{"name": "A", "x_short": value}], actor=actor)[0]
        assert (not problems) == ok, value[:20]
        if ok:
            made = create_record("account", actor=actor, values=found)
            assert registry.entity("account").records().get(pk=made.pk).x_short == value
    assert set(clean_many("account", [{"name": "A", "x_long": BIG}], actor=actor)[0][1]) == {"x_long"}


def test_patterns_and_limits(define: Callable[..., CustomField], actor: Any) -> None:
    define("text", "x_code", options={"pattern": "AA-9999"})
    define("decimal", "x_weight", options={"places": 2, "lowest": "0.5", "highest": "10"})
    good = clean_values("account", {"name": "A", "x_code": "AB-۱۲۳۴", "x_weight": "۱٫۲۵"}, actor=actor)
    assert (good["x_code"], good["x_weight"]) == ("AB-1234", Decimal("1.25"))
    bad = {"name": "A", "x_code": "AB-12345", "x_weight": "0.25"}
    assert problems_of(lambda: clean_values("account", bad, actor=actor)) == {
        "x_code": ["pattern"], "x_weight": ["min_value"],
    }  # fmt: skip


def test_unique_holds_in_every_way_of_writing(define: Callable[..., CustomField], actor: Any) -> None:
    define("text", "x_code", unique=True)
    one = create_record("account", actor=actor, values={"name": "One", "x_code": "1"})
    two = create_record("account", actor=actor, values={"name": "Two", "x_code": "2"})
    taken = {"x_code": ["taken"]}
    assert problems_of(lambda: create_record("account", actor=actor, values={"name": "B", "x_code": "1"})) == taken
    assert problems_of(lambda: update_record("account", two.pk, actor=actor, values={"x_code": "1"})) == taken
    assert problems_of(lambda: bulk_update("account", [one, two], actor=actor, values={"x_code": "3"})) == taken
    rows = [{"name": "C", "x_code": "1"}, {"name": "D", "x_code": "4"}, {"name": "E", "x_code": "4"}]
    results = upsert_records("account", rows, actor=actor, match=["name"])
    assert [r.kind for r in results] == ["refused", "made", "refused"]
    assert set(results[0].problems) == {"x_code"}
    assert change_records("account", {two.pk: {"x_code": "4"}}, actor=actor)[two.pk].kind == "refused"
    assert update_record("account", one.pk, actor=actor, values={"x_code": "1", "city": "Tehran"}).city == "Tehran"
    deleted = delete_record("account", one.pk, actor=actor)
    create_record("account", actor=actor, values={"name": "F", "x_code": "1"})
    assert problems_of(lambda: restore_record("account", one.pk, actor=actor)) == taken
    assert undo_batch(deleted.audit_id, actor=actor).refused == 1


def test_unique_is_refused_where_records_share_a_value(define: Callable[..., CustomField], actor: Any) -> None:
    field = define("text", "x_code")
    for name, code in (("A", "1"), ("B", "1"), ("C", "2")):
        create_record("account", actor=actor, values={"name": name, "x_code": code})
    assert problems_of(lambda: services.change_field(field.pk, actor=actor, unique=True)) == {"unique": ["duplicates"]}
    found = duplicates_of(field)
    assert found.count == 1
    assert [(v, [r.name for r in rs]) for v, rs in found.groups] == [("1", ["A", "B"])]


def test_numbers_are_given_once_each(define: Callable[..., CustomField], actor: Any) -> None:
    old = create_record("account", actor=actor, values={"name": "Old"})
    define("autonumber", "x_no", options={"format": "PR-{0007}"})
    made = create_record("account", actor=actor, values={"name": "A"})
    upsert_records(
        "account", [{"name": "B"}, {"name": "C"}, {"name": "A", "city": "Tehran"}], actor=actor, match=["name"]
    )
    run_number(take(services.NUMBER_JOB))
    found = {r.name: r.x_no for r in registry.entity("account").records().filter(name__in="ABC")}
    assert found == {"A": "PR-0007", "B": "PR-0008", "C": "PR-0009"}
    assert made.x_no == "PR-0007"
    assert registry.entity("account").records().get(pk=old.pk).x_no == "PR-0010"
    assert FieldCounter.objects.get().next == 7 + Account.objects.count()
    assert problems_of(lambda: clean_values("account", {"name": "D", "x_no": "PR-1"}, actor=actor)) == {
        "x_no": ["read_only"]
    }


def test_a_choice_that_records_have_is_retired_not_lost(define: Callable[..., CustomField], actor: Any) -> None:
    choices = [{"key": k, "label": k.title(), "colour": "red"} for k in ("a", "b", "c")]
    field = define("choice", "x_grade", options={"choices": choices})
    create_record("account", actor=actor, values={"name": "A", "x_grade": "b"})
    services.change_field(field.pk, actor=actor, options={"choices": choices[:1]})
    field.refresh_from_db()
    assert [(c["key"], c.get("retired", False)) for c in field.options["choices"]] == [("a", False), ("b", True)]


def test_deleted_for_good_frees_the_name_when_values_are_gone(define: Callable[..., CustomField], actor: Any) -> None:
    field = define("money", "x_price")
    made = create_record("account", actor=actor, values={"name": "A", "x_price": Decimal(5), "x_price_currency": "IRR"})
    assert problems_of(lambda: services.delete_field(field.pk, actor=actor, typed="no")) == {"typed": ["not_typed"]}
    services.delete_field(field.pk, actor=actor, typed="x_price")
    assert "x_price" not in registry.entity("account").all_fields
    assert problems_of(lambda: define("text", "x_price")) == {"name": ["taken"]}
    run = take(services.PURGE_JOB)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crm.customization.jobs.drop_all", lambda _definition: None)
        run_purge(run)
    made.refresh_from_db()
    assert made.extra == {}
    assert define("text", "x_price").name == "x_price"


def test_another_kind(define: Callable[..., CustomField], actor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.customization.converting.drop_all", lambda _definition: None)
    field = define("text", "x_size")
    held = ["12", "۱۳", "about 14", "1,500"]
    made = [create_record("account", actor=actor, values={"name": f"A{i}", "x_size": v}) for i, v in enumerate(held)]
    preview = preview_conversion(field.pk, "integer", actor=actor)
    assert (preview.total, preview.converted, preview.lost) == (4, 3, 1)
    assert preview.losses[0][0] == "about 14"
    assert problems_of(lambda: convert_field(field.pk, "integer", actor=actor)) == {"lose": ["would_lose"]}
    assert problems_of(lambda: convert_field(field.pk, "file", actor=actor)) == {"kind": ["no_way"]}
    convert_field(field.pk, "integer", actor=actor, lose=1)
    assert "x_size" not in registry.entity("account").all_fields
    run_convert(take("crm.field_convert"))
    values = [registry.entity("account").records().get(pk=m.pk).x_size for m in made]
    assert values == [12, 13, None, 1500]
    made[2].refresh_from_db()
    assert made[2].extra["x_size__was"] == "about 14"


def test_text_to_choices_and_back(
    define: Callable[..., CustomField], actor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.customization.converting.drop_all", lambda _definition: None)
    field = define("text", "x_where")
    for name, value in (("A", "تهران"), ("B", "تهران"), ("C", "Rey")):
        create_record("account", actor=actor, values={"name": name, "x_where": value})
    convert_field(field.pk, "choice", actor=actor)
    run_convert(take("crm.field_convert"))
    one = registry.entity("account").field("x_where")
    assert sorted(str(label) for _key, label in one.choices) == ["Rey", "تهران"]
    assert registry.entity("account").records().filter(x_where=one.choices[0][0]).count() in (1, 2)
    convert_field(field.pk, "text", actor=actor)
    run_convert(take("crm.field_convert"))
    texts = [account.x_where for account in registry.entity("account").records().exclude(x_where=None)]
    assert sorted(texts) == ["Rey", "تهران", "تهران"]


def test_a_form_must_ask_for_what_is_needed(define: Callable[..., CustomField], actor: Any) -> None:
    define("text", "x_motto", required=True)
    assert problems_of(lambda: save_layout("account", actor=actor, hidden=["x_motto"])) == {"hidden": ["needed"]}
    assert problems_of(lambda: save_layout("account", actor=actor, columns=["nothing"])) == {
        "columns": ["unknown_field"]
    }


def test_defaults_that_move(define: Callable[..., CustomField], actor: Any) -> None:
    define("date", "x_since", default="@today")
    define("person", "x_who", default="@me")
    define("text", "x_word", default="a.b")
    made = create_record("account", actor=actor, values={"name": "A"})
    assert made.x_since is not None
    assert (made.x_who_id, made.x_word) == (actor.user_id, "a.b")
    assert system_actor().user_id is None
