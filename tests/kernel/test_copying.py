"""COPY and UPDATE … FROM json keep every kind of value as INSERT and UPDATE would."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.models import Account, Contact
from kernel.context import Tenant
from kernel.copying import blank_maker, copy_rows, insert_alike, insert_records, update_records
from kernel.ids import uuid7
from kernel.models import AuditEntry
from modules.sfa.models import Deal, Stage

pytestmark = pytest.mark.django_db
_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20) | st.sampled_from(
    ["\\N", "\\.", "a\\tb", "a\tb", "a\nb", "a\r\nb", "\\", "'", '"', "NULL", ""]
)
AWKWARD = ('a\tb\\c\nd\r"e",f', r"\N", '"', "'", "NULL", "", " ", "پمپ‌سازان", "\\", "a\u2028b", "😀", "a\n\\.\nb")


def test_texts_come_back_as_they_went_in(tenant: Tenant) -> None:
    given = {uuid7(): text for text in AWKWARD}
    insert_records(Account, [Account(pk=pk, name="x", description=text) for pk, text in given.items()])
    assert dict(Account.objects.values_list("pk", "description")) == given
    records = list(Account.objects.all())
    for record in records:
        record.description, record.address = "", given[record.pk]
    update_records(Account, records)
    assert dict(Account.objects.values_list("pk", "address")) == given
    assert set(Account.objects.values_list("description", flat=True)) == {""}


def test_records_alike_are_what_records_made_one_by_one_are(tenant: Tenant) -> None:
    given = {uuid7(): text for text in AWKWARD}
    pattern = Account(name="x", city="Yazd", employees=7)
    insert_alike(Account, pattern, ("id", "description"), given.items())
    assert dict(Account.objects.values_list("pk", "description")) == given
    insert_records(Account, [one := Account(name="x", city="Yazd", employees=7)])
    apart = {"id", "description", "created_at", "updated_at"}
    names = [f.attname for f in Account._meta.concrete_fields if f.attname not in apart]
    rows = set(Account.objects.values_list(*[n for n in names if n not in ("extra", "tier_reason")]))
    assert len(rows) == 1
    assert Account.objects.get(pk=one.pk).created_at - Account.objects.get(pk=next(iter(given))).created_at < timedelta(
        minutes=1
    )


def test_every_kind_of_value(tenant: Tenant) -> None:
    parent = Account(name="پمپ‌سازان البرز", employees=7, revenue=Decimal("12345678901234567.89"))
    child = Account(name="Branch", parent=parent)
    insert_records(Account, [parent, child])
    assert not child._state.adding
    stage = Stage.objects.select_related("pipeline").first()
    assert stage is not None
    deal = Deal(
        name="D", account=child, pipeline=stage.pipeline, stage=stage, amount=Decimal("1E+3"),
        close_date=date(2026, 11, 23), closed_at=timezone.now(),
    )  # fmt: skip
    deal.probability = Decimal("60")  # type: ignore[assignment]  # as the reader of percentages gives it
    insert_records(Deal, [deal])
    read = Deal.objects.get()
    assert (read.amount, read.close_date, read.closed_at) == (1000, deal.close_date, deal.closed_at)
    assert read.probability == 60
    assert (read.account_id, read.contact_id, read.opened_on) == (child.pk, None, None)
    assert timezone.now() - read.created_at < timedelta(minutes=1)
    again = Account.objects.get(pk=parent.pk)
    assert (again.revenue, again.name_key, again.employees) == (parent.revenue, "پمپسازانالبرز", 7)
    read.amount, read.close_date, read.account, read.probability = None, None, None, Decimal("7E+1")
    update_records(Deal, [read], leave=("created_at",))
    changed = Deal.objects.get()
    assert (changed.amount, changed.close_date, changed.account_id, changed.probability) == (None, None, None, 70)
    assert changed.created_at == read.created_at


def test_json_and_addresses(tenant: Tenant) -> None:
    changes = {"name": [None, 'a "quoted"\n\\ name'], "tags": [[], ["x", None, 1.5]]}
    names = ("id", "at", "actor_label", "source", "ip", "request_id", "action", "entity", "record_label", "changes")
    now = timezone.now()
    rest = ("", "created", "copied", "", changes)
    copy_rows(AuditEntry, names, [(uuid7(), now, "Sara", "api", ip, *rest) for ip in ("::1", "", None)])
    rows = AuditEntry.objects.filter(entity="copied")
    assert sorted(rows.values_list("ip", flat=True), key=str) == ["::1", None, None]
    assert all(row.changes == changes for row in rows)


def test_nothing_is_a_statement_too_many(tenant: Tenant, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]  # pytest-django's fixture
        insert_records(Account, [])
        update_records(Account, [])
        copy_rows(AuditEntry, ("id",), [])


def test_a_value_that_cannot_be_written_says_so_itself_and_nothing_is_kept(tenant: Tenant) -> None:
    """Also far behind what has been sent already: the driver alone would say that reading failed."""
    accounts = [Account(name=f"Account {n}") for n in range(1_000)]
    accounts[-1].employees = "many"
    with pytest.raises(ValueError, match="employees"), transaction.atomic():
        insert_records(Account, accounts)
    assert not Account.objects.exists()


def test_blank_records_are_alike_and_share_nothing(tenant: Tenant) -> None:
    make = blank_maker(Account(name="x", city="Yazd"))
    one, other, plain = make(), make(), Account(name="x", city="Yazd")
    assert one.pk != other.pk
    assert one._state.adding
    one.extra["x_said"] = one.tier_reason["by"] = "hand"
    assert (other.extra, other.tier_reason) == ({}, {})
    apart = {"id", "search_text", "name_key"}
    names = [field.attname for field in Account._meta.concrete_fields if field.attname not in apart]
    assert [getattr(other, name) for name in names] == [getattr(plain, name) for name in names]
    insert_records(Account, [one, other])
    assert set(Account.objects.values_list("name_key", flat=True)) == {"x"}


def test_what_the_database_refuses_is_an_integrity_error(tenant: Tenant) -> None:
    account = Account(name="x")
    insert_records(Account, [account])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_records(Account, [Account(pk=account.pk, name="y")])
    assert Account.objects.get().name == "x"
    assert not Contact.objects.exists()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(_TEXT, min_size=25, max_size=25))
def test_every_text_comes_back(tenant: Tenant, texts: list[str]) -> None:
    accounts = [Account(name="x", address=text, revenue=Decimal("1.50"), employees=None) for text in texts]
    entries = [AuditEntry(action="a", actor_label="b", source="job", changes={"t": [None, text]}) for text in texts]
    insert_records(Account, accounts)
    insert_records(AuditEntry, entries)
    found = Account.objects.in_bulk([account.pk for account in accounts])
    assert [found[account.pk].address for account in accounts] == texts
    assert {(a.revenue, a.employees, a.version) for a in found.values()} == {(Decimal("1.50"), None, 1)}
    kept = AuditEntry.objects.in_bulk([entry.pk for entry in entries])
    assert [json.dumps(kept[entry.pk].changes) for entry in entries] == [json.dumps({"t": [None, t]}) for t in texts]
    assert not accounts[0]._state.adding


def test_few_rows_days_and_generated_columns(tenant: Tenant) -> None:
    for count in (0, 1, 40):
        people = [Contact(first_name="سارا", last_name=f"Ahmadi {n}", birthday=date(1990, 3, 21)) for n in range(count)]
        insert_records(Contact, people)
        for person in people:
            person.refresh_from_db()
            assert person.birthday == date(1990, 3, 21)
            assert person.created_at is not None
    companies = [Account(name=f"شرکت {n}") for n in range(40)]
    insert_records(Account, companies)
    assert Account.objects.get(pk=companies[7].pk).search_text.startswith("شرکت 7")
