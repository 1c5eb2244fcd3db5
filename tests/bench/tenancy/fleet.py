"""The other workspaces: the tables of the core and of Sales, and the rows that a sign-up and a first switch-on leave.

One is made by the services. The rest get their tables from the same templates and that one's rows, which is what the
services would have written, without hashing a thousand passwords. A database server makes tables as fast as it has
processors: nearly all of the time is the server's, so there is one thread for each.
"""

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from identity.models import User
from kernel import jobs, outbox, sealing
from kernel.context import Tenant, public_context, tenant_context
from kernel.ids import uuid7
from tenants import sql
from tenants.models import Organization
from tenants.pool import build_schema
from tenants.templates import replay
from tests.bench.measure import Reading, progress
from tests.bench.sizes import Size
from tests.factories import make_workspace

_PATTERN, _PREFIX = "pattern", "neighbour-"


@dataclass(frozen=True)
class Fleet:
    """`admin` is in every one of the workspaces."""

    tenants: list[Tenant]
    admin: User
    #: Workspaces made now, and the seconds that took; none where a kept database had them.
    made: int
    seconds: float
    threads: int

    def readings(self) -> Iterator[Reading]:
        if self.made:
            each = round(self.seconds * 1000 / self.made, 1)
            context = {"threads": self.threads, "engines": ["sfa"], "ms_each": each}
            yield Reading("tenancy", "building", self.seconds, "s", self.made, context)


class _Builder:
    """Hands out numbers to the threads until all are made or the time is over."""

    def __init__(self, pattern: Organization, wanted: int, until: float) -> None:
        self.pattern, self.until = pattern, until
        self.rows_sql = _rows_as_sql(pattern.schema_name)
        self.present = present()
        self.missing = iter(range(self.present, wanted))
        self.made = 0
        self.errors: list[BaseException] = []
        self.lock = threading.Lock()

    def work(self) -> None:
        try:
            while (number := self._next()) is not None:
                self._make(number)
        except BaseException as error:  # told by the thread that waits for this one
            self.errors.append(error)
        finally:
            connection.close()

    def _next(self) -> int | None:
        with self.lock:
            return None if self.errors or time.monotonic() > self.until else next(self.missing, None)

    def _make(self, number: int) -> None:
        pk = uuid7()
        row = Organization(
            id=pk, name=f"Neighbour {number}", subdomain=f"{_PREFIX}{number}", schema_name=f"t_{pk.hex}",
            engines=self.pattern.engines, releases=self.pattern.releases, preferences=self.pattern.preferences,
            trial_ends_on=self.pattern.trial_ends_on,
        )  # fmt: skip
        with public_context(), transaction.atomic():
            sql.run("SET LOCAL synchronous_commit = off")
            build_schema(row.schema_name)
            with tenant_context(Tenant(schema=row.schema_name, operator=True)):
                replay("sfa")
                sql.run(self.rows_sql)
            row.save(force_insert=True)
        with self.lock:
            self.made += 1
            if (self.present + self.made) % 100 == 0:
                progress(f"… {self.present + self.made}")


def make_fleet(size: Size) -> Fleet:
    pattern, admin = _pattern()
    begin = time.monotonic()
    builder = _Builder(pattern, size.tenants, begin + size.building)
    threads = [threading.Thread(target=builder.work) for _ in range(os.cpu_count() or 1)]
    progress(f"Building {max(0, size.tenants - builder.present)} workspaces (at most {size.building:.0f} s)")
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if builder.errors:
        raise builder.errors[0]
    seconds = time.monotonic() - begin
    _settle()
    with public_context():
        rows = Organization.objects.filter(subdomain__startswith=_PREFIX, state=Organization.State.TRIAL)
        tenants = [row.as_tenant() for row in rows.order_by("created_at")]
    return Fleet(tenants, admin, builder.made, seconds, len(threads))


def _pattern() -> tuple[Organization, User]:
    """A workspace as people have it on their first day; the one before where the database was kept."""
    with public_context():
        kept: Organization | None = Organization.objects.filter(subdomain=_PATTERN).first()
    if kept is None:
        organization, admin = make_workspace(_PATTERN)
        with tenant_context(organization.as_tenant()):
            # its neighbours are not to start with something waiting in each of them
            outbox.relay()
            jobs.run_due()
            sealing.seal_lines()
        return organization, admin
    with tenant_context(kept.as_tenant()), transaction.atomic():
        return kept, User.objects.get()


def present() -> int:
    with public_context():
        found: int = Organization.objects.filter(subdomain__startswith=_PREFIX).count()
    return found


def _rows_as_sql(schema: str) -> str:
    """Statements that copy every row of this schema into the one that is bound."""
    source = sql.quoted(schema)
    columns = sql.rows(
        "SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)"
        " FROM information_schema.columns WHERE table_schema = %s AND is_generated = 'NEVER'"
        " AND table_name <> 'django_migrations' GROUP BY table_name ORDER BY table_name",
        [schema],
    )
    filled = [(table, names) for table, names in columns if sql.one(f'SELECT 1 FROM {source}."{table}" LIMIT 1')]
    copies = [f'INSERT INTO "{table}" ({names}) SELECT {names} FROM {source}."{table}";' for table, names in filled]
    return "\n".join([*copies, *_counters(schema, {table for table, _names in filled})])


def _counters(schema: str, tables: set[str]) -> Iterator[str]:
    """Statements by which numbers go on after those that were copied."""
    numbered = sql.rows(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = %s AND is_identity = 'YES'",
        [schema],
    )
    for table, column in numbered:
        if table in tables:
            yield f"""SELECT setval(pg_get_serial_sequence('"{table}"', '{column}'), max("{column}")) FROM "{table}";"""


def _settle() -> None:
    """What autovacuum would have done some minutes later, so that plans are those of a server that has been up."""
    with public_context():
        sql.run("ANALYZE pg_catalog.pg_class, pg_catalog.pg_attribute, pg_catalog.pg_index, pg_catalog.pg_constraint,"
                " pg_catalog.pg_depend, pg_catalog.pg_namespace, public.tenants_organization")  # fmt: skip
