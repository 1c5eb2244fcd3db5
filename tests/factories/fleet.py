"""Many workspaces in a database of their own, for tests of what happens to all of them."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction

from kernel.context import Tenant, public_context, tenant_context
from kernel.ids import uuid7
from tenants import hosts, sql
from tenants.models import Organization
from tenants.pool import build_schema
from tenants.templates import replay
from tenants.versions import CORE, version_of

#: Workspaces with and without Sales, so that there are two groups.
SIZE, WITH_SALES = 14, 9
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Fleet:
    database: str

    @property
    def url(self) -> str:
        parts = urlsplit(os.environ["DATABASE_URL"])
        return parts._replace(path=f"/{self.database}").geturl()

    @property
    def environment(self) -> dict[str, str]:
        """For a process of its own, with the engine from outside as the tests have it."""
        outside = next(path for path in sys.path if "peyvand-outside-" in path)
        path = os.pathsep.join([str(ROOT / "platform"), str(ROOT), outside])
        return {
            **os.environ,
            "DATABASE_URL": self.url,
            "PYTHONPATH": path,
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
        }

    @contextmanager
    def beside(self) -> Iterator[Any]:
        """A cursor on a connection of its own, in a transaction that is rolled back."""
        other = psycopg2.connect(self.url)
        try:
            with other.cursor() as cursor:
                yield cursor
        finally:
            other.close()


def fresh(subdomain: str) -> Organization:
    with public_context():
        found: Organization = Organization.objects.get(subdomain=subdomain)
        return found


def everybody() -> list[Organization]:
    with public_context():
        return list(Organization.objects.order_by("created_at", "id"))


def inside(organization: Organization, query: str, *params: Any) -> list[tuple[Any, ...]]:
    """Read (or break) something in a workspace, as the operator."""
    bound = Tenant(schema=organization.schema_name, operator=True)
    with tenant_context(bound), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(query, list(params) or None)
        return list(cursor.fetchall()) if cursor.description else []


def has_nickname(organization: Organization) -> tuple[bool, bool, bool]:
    """Whether the newer column, its index and its note are there."""
    return tuple(bool(row[0]) for row in inside(  # type: ignore[return-value]  # three of them
        organization,
        "SELECT count(*) FROM pg_attribute WHERE attrelid = 'crm_contact'::regclass AND attname = 'nickname'"
        " UNION ALL SELECT count(*) FROM pg_index WHERE indexrelid = to_regclass('contact_nickname') AND indisvalid"
        " UNION ALL SELECT count(*) FROM django_migrations WHERE app = 'crm' AND name LIKE '%nickname%'",
    ))  # fmt: skip


def hire(last_name: str, many: int) -> None:
    """Contacts, in the workspace that is bound."""
    sql.run(
        "INSERT INTO crm_contact (id, version, created_at, updated_at, first_name, last_name, name, job_title,"
        " email, phone, mobile, city, preferred_channel, description)"
        " SELECT gen_random_uuid(), 1, now(), now(), 'Sailor', %s, '', '', '', '', '', '', '', ''"
        " FROM generate_series(1, %s)",
        [last_name, many],
    )


def build_ship(number: int) -> None:
    parts = (CORE, "sfa") if number < WITH_SALES else (CORE,)
    row = Organization(
        name=f"Ship {number}", subdomain=f"ship{number:02}", schema_name=f"t_{uuid7().hex}",
        engines=list(parts[1:]), releases={part: version_of(part) for part in parts},
    )  # fmt: skip
    build_schema(row.schema_name)
    with tenant_context(Tenant(schema=row.schema_name, operator=True)), transaction.atomic():
        for part in parts[1:]:
            replay(part)
        hire(f"of {number}", 3)
    with public_context():
        row.save(force_insert=True)


@contextmanager
def switched_to(name: str) -> Iterator[None]:
    usual = settings.DATABASES["default"]["NAME"]

    def switch(to: str) -> None:
        connection.close()
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = to
        hosts.forget_all()
        cache.clear()

    switch(name)
    try:
        yield
    finally:
        switch(usual)
