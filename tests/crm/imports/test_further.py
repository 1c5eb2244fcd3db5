"""Rows are recognised by further e-mail addresses and numbers as well."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.imports.further import meet_by_further
from crm.models import Contact, ContactPoint
from kernel.access import system_actor
from kernel.context import Tenant
from kernel.records import create_record
from kernel.registry import registry
from tests.crm.imports.conftest import Import, counts

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")


@pytest.fixture
def actor(tenant: Tenant, sara: Any, actor_for: Callable[..., Any]) -> Any:
    return actor_for(sara)


def person(last: str, email: str, *further: str, **values: Any) -> Any:
    made = create_record("contact", actor=SYSTEM, values={"last_name": last, "email": email, **values})
    for value in further:
        kind = "email" if "@" in value else "mobile"
        create_record("contact_point", actor=SYSTEM, values={"contact": made, "kind": kind, "value": value})
    return made


def test_a_row_meets_its_customer_by_any_address(actor: Any, do_import: Import) -> None:
    mina = person("Karimi", "mina@work.example", "mina@home.example", "+989121234567")
    rows = [["last_name", "email", "job_title"], ["Karimi", "MINA@home.example", "Buyer"], ["New", "new@x.example", ""]]
    run = do_import(actor, "contact", rows, match="email")
    assert counts(run) == (1, 1, 0, 0)
    mina.refresh_from_db()
    assert (mina.job_title, mina.email) == ("Buyer", "mina@work.example")
    assert ContactPoint.objects.filter(contact=mina, kind="email").count() == 2
    again = do_import(actor, "contact", rows, match="email")
    assert counts(again) == (0, 0, 2, 0)


def test_what_several_share_tells_nobody_apart(actor: Any, do_import: Import) -> None:
    person("A", "a@x.example", "office@x.example")
    person("B", "b@x.example", "office@x.example")
    run = do_import(actor, "contact", [["last_name", "email"], ["C", "office@x.example"]], match="email")
    assert counts(run) == (1, 0, 0, 0)
    assert Contact.objects.get(last_name="C").email == "office@x.example"


def test_a_first_address_comes_before_anothers_further_one(actor: Any, do_import: Import) -> None:
    person("Own", "office@x.example")
    person("Other", "other@x.example", "office@x.example")
    rows = [["last_name", "email", "job_title"], ["Own", "office@x.example", "Head"]]
    assert counts(do_import(actor, "contact", rows, match="email")) == (0, 1, 0, 0)
    assert Contact.objects.get(last_name="Own").job_title == "Head"


def test_two_questions_whatever_the_rows(actor: Any) -> None:
    kind = registry.entity("contact")
    for n in range(5):
        person(f"P{n}", f"p{n}@x.example", f"h{n}@x.example")

    def asked(number: int) -> int:
        rows = [{"email": f"h{n}@x.example"} for n in range(number)]
        with CaptureQueriesContext(connection) as queries:
            meet_by_further(kind, ("email",), rows, actor=actor)
        assert rows == [{"email": f"p{n}@x.example"} for n in range(number)]
        return len(queries)

    assert asked(1) == asked(5)
