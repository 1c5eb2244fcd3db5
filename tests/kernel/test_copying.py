"""COPY writes exactly what INSERT would, whatever the text."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.models import Account, Contact
from kernel.context import Tenant
from kernel.copying import insert_records
from kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20) | st.sampled_from(
    ["\\N", "\\.", "a\\tb", "a\tb", "a\nb", "a\r\nb", "\\", "'", '"', "NULL", ""]
)


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
