"""Searching the database: what comes first, typos, permissions, and a plain loop as the reference."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.customization.services import define_field
from crm.models import Contact
from kernel import access
from kernel.access import Actor
from kernel.context import Tenant, tenant_context
from kernel.jobs import run_due
from kernel.models import Job, SearchWord
from kernel.query import select
from kernel.records import delete_record, update_record
from kernel.registry import Entity, registry
from kernel.search.find import find
from kernel.search.gathering import forget_words
from kernel.search.matching import judge, said_by
from kernel.search.typed import read
from modules.sfa.models import Stage

pytestmark = pytest.mark.django_db
examples = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

NAMES = st.sampled_from(["سارا احمدی", "Sara Ahmadi", "علی‌پور كريمي", "Olga", "آب", "Rosara X", "Ali Reza Nouri"])
PEOPLE = st.lists(
    st.fixed_dictionaries({
        "name": NAMES, "email": st.sampled_from(["", "sara.a@acme.com", "info@nordic.io"]),
        "mobile": st.sampled_from(["", "+989121234567", "+442079460018"]),
    }), max_size=10,
)  # fmt: skip
TYPED = st.sampled_from(
    [
        "sara",
        "سارا",
        "كریمی",
        "پور",
        "ا",
        "x",
        "sa ah",
        "acme",
        "0912",
        "۴۵۶۷",
        "020 7946 0018",
        "ali nou",
        "olga@",
        "io",
    ]
)


@examples
@given(people=PEOPLE, typed=TYPED)
def test_it_finds_what_a_plain_loop_finds(admin: Actor, people: list[dict[str, str]], typed: str) -> None:
    Contact.everything.all()._raw_delete("default")
    Contact.objects.bulk_create(Contact(**row) for row in people)
    kind, asked = registry.entity("contact"), read(typed)
    wanted = {c.pk for c in Contact.objects.all() if judge(asked, said_by(kind, c), "name")}
    hits = find(typed, actor=admin, entities=[kind], most=50)
    assert {hit.id for hit in hits if hit.verdict.tier.name != "NEAR"} == wanted


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("zagros steel", "Zagros Steel"), ("zag", "Zagros Steel"), ("steel", "Steel of Ahvaz"),
        ("sara zagros", "Sara Ahmadi"), ("info@zagros.ir", "Zagros Steel"), ("021-8800 0012", "Zagros Steel"),
        ("D77", "Pumps"),
    ],
)  # fmt: skip
def test_the_likeliest_stands_first(
    make: Any, titles: Callable[..., list[str]], admin: Actor, typed: str, first: str
) -> None:
    house = make("account", name="Zagros Steel", email="info@zagros.ir", phone="+982188000012")
    make("account", name="Steel of Ahvaz")
    make("account", name="Mizagros")
    make("contact", name="Sara Ahmadi", account=house)
    make("deal", name="Pumps", reference="D77", stage=Stage.objects.order_by("position")[0], account=house)
    assert titles(typed, admin)[0] == first


def test_what_one_has_opened_comes_before_its_equals(make: Any, titles: Any, admin: Actor) -> None:
    first, _second = make("contact", name="Sara A"), make("contact", name="Sara B")
    assert titles("sara", admin) == ["Sara B", "Sara A"]
    assert titles("sara", admin, fresh={"contact": {first.pk: 9}}) == ["Sara A", "Sara B"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("zagrus", "Zagros Steel"), ("zargos", "Zagros Steel"), ("zagos", "Zagros Steel"), ("پورحسنی", "مریم پورحسینی"),
        ("پورهسینی", "مریم پورحسینی"), ("مریک", "مریم پورحسینی"), ("lvdl", "مریم پورحسینی"), ("ظشلقخس", "Zagros Steel"),
        ("مريم", "مریم پورحسینی"), ("ZAGROS", "Zagros Steel"),
    ],
)  # fmt: skip
def test_slips_of_the_finger(make: Any, titles: Any, admin: Actor, typed: str, meant: str) -> None:
    make("account", name="Zagros Steel")
    make("contact", name="مریم پورحسینی")
    assert titles(typed, admin) == [meant]


def test_a_mistake_is_not_looked_for_where_the_word_exists(make: Any, titles: Any, admin: Actor) -> None:
    make("account", name="Steal")
    make("account", name="Steel")
    assert titles("steal", admin) == ["Steal"]
    assert titles("xq", admin) == []


def test_words_of_titles_are_read_once_and_then_kept(make: Any, titles: Any, admin: Actor, tenant: Tenant) -> None:
    house = make("account", name="Zagros Steel")
    forget_words()
    assert titles("zagrus", admin) == []
    assert [job.kind for job in Job.objects.all()] == ["crm.search_words"]
    assert titles("zagrus", admin) == []
    assert Job.objects.count() == 1
    assert run_due() == 1
    assert titles("zagrus", admin) == ["Zagros Steel"]
    update_record("account", house.pk, actor=access.system_actor(), values={"name": "Nordlys"})
    assert titles("nordlis", admin) == ["Nordlys"]
    assert SearchWord.objects.filter(word="nordlys").count() == 1


def test_nobody_finds_what_is_not_theirs(
    make: Any, titles: Any, member: Actor, actor_for: Any, olga: Any, other_tenant: Tenant
) -> None:
    make("deal", name="Secret pumps", stage=Stage.objects.order_by("position")[0])
    gone = make("account", name="Secret house")
    delete_record("account", gone.pk, actor=access.system_actor())
    assert titles("secret", member) == []
    with tenant_context(other_tenant):
        assert titles("secret", actor_for(olga, other_tenant), "account", "contact") == []


def test_a_hidden_field_finds_nothing(make: Any, titles: Any, admin: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    make("contact", name="Sara Ahmadi", email="boss@acme.com", mobile="+989121234567")
    for n in range(3):
        make("contact", name=f"Acme {n}")
    assert "Sara Ahmadi" in titles("acme", admin)

    def without_email(_actor: Actor, entity: str | Entity) -> Entity:
        kind = registry.entity(entity)
        kept = tuple(f for f in kind.all_fields.values() if f.name != "email")
        return replace(kind, fields=kept, cut=True)

    for place in ("kernel.search.find.entity_for", "kernel.search.shown.entity_for"):
        monkeypatch.setattr(place, without_email)
    assert sorted(titles("acme", admin)) == ["Acme 0", "Acme 1", "Acme 2"]
    assert titles("boss@acme", admin) == []
    assert titles("09121234567", admin) == ["Sara Ahmadi"]


def test_names_of_accounts_that_one_may_not_see_find_nothing(make: Any, titles: Any, member: Actor) -> None:
    house = make("account", name="Zagros Steel")
    make("contact", name="Sara Ahmadi", account=house)
    assert titles("sara zagros", member, "contact") == ["Sara Ahmadi"]
    blind = replace(member, levels={**member.levels, "crm.account.view": "none"})
    assert titles("sara zagros", blind, "contact") == []


def test_questions_do_not_grow_with_records(make: Any, found: Any, admin: Actor) -> None:
    def asked(number: int) -> int:
        for n in range(number):
            make("contact", name=f"Sara {n}", account=make("account", name=f"Sara's {n}"))
        with CaptureQueriesContext(connection) as queries:
            assert found("sara", admin)
        return len(queries)

    asked(3)
    assert asked(1) == asked(6)


def test_what_is_written_in_an_own_text_field_is_found(make: Any, titles: Any, admin: Actor) -> None:
    define_field(actor=admin, entity="account", name="x_motto", kind="text", label={"en": "Motto"}, options={})
    make("account", name="Zagros Steel", x_motto="همیشه استوار")
    make("account", name="Nordlys")
    assert titles("استوار", admin) == ["Zagros Steel"]
    assert titles("zagros همیشه", admin) == ["Zagros Steel"]
    assert titles("اس", admin) == titles("ه", admin) == ["Zagros Steel"], "a word begins so"
    assert titles("تو", admin) == [], "two letters within a word are no word of it"
    assert [str(one) for one in select("account", actor=admin, q="هم")] == ["Zagros Steel"]
    assert not select("account", actor=admin, q="تو").exists()
