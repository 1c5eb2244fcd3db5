"""Behind PgBouncer in transaction mode every read and write reaches its own workspace; the library's default does not.

Eight threads share two server connections, so each statement of one may follow anybody's.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections, transaction
from django.test import Client
from django_tenants.postgresql_backend.base import DatabaseWrapper as LibraryWrapper

from identity.models import Team, User
from kernel.context import Tenant, public_context, tenant_context
from kernel.copying import insert_records
from tenants import releases, sql
from tenants.direct import PooledConnection, direct_connection, is_pooled
from tenants.models import Organization
from tests.factories import api_client, make_workspace, page_client
from tests.factories.pooler import PROGRAM, pooled, raw

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="PgBouncer is not installed (Debian: apt install pgbouncer).")

THREADS, STEPS, SERVERS = 8, 40, 2


@pytest.fixture
def tenants(stage: Any, transactional_db: None) -> list[Tenant]:
    """Five workspaces, each with a team whose name says where it belongs."""
    made = [make_workspace(engines=())[0].as_tenant() for _n in range(5)]
    for tenant in made:
        with tenant_context(tenant), transaction.atomic():
            Team.objects.create(name=f"{tenant.schema} first")
    return made


def run_threads(work: Callable[[int], None], count: int = THREADS) -> list[str]:
    """All at once; what went wrong in any of them."""
    wrong: list[str] = []
    start = threading.Barrier(count)

    def one(number: int) -> None:
        try:
            start.wait()
            work(number)
        except Exception as error:
            wrong.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


class Crowd:
    """What everybody does, and what must be true of every row they see."""

    def __init__(self, tenants: list[Tenant]) -> None:
        self.tenants = tenants
        #: What is committed for certain, by schema. A set only grows, so a copy taken before a read must be in it.
        self.kept = {tenant.schema: {f"{tenant.schema} first"} for tenant in tenants}
        self.done: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.login = str(connection.settings_dict["USER"])

    def work(self, number: int) -> None:
        chance = random.Random(number)
        actions = [
            self.read, self.write, self.copy, self.savepoint, self.roll_back, self.time_out, self.visit,
            self.ask_public, self.break_off,
        ]  # fmt: skip
        for step in range(STEPS):
            tenant = chance.choice(self.tenants)
            action = chance.choice(actions)
            action(tenant, f"{tenant.schema} {number}.{step}")
            self.done[action.__name__] += 1
            self.read(tenant, "")

    def check(self, tenant: Tenant, also: str = "") -> None:
        """Inside a transaction: all that was committed here is seen, and nothing of anybody else's."""
        known = set(self.kept[tenant.schema]) | ({also} if also else set())
        found = set(Team.objects.values_list("name", flat=True))
        foreign = {name for name in found if not name.startswith(tenant.schema)}
        if foreign or not known <= found:
            self.wrong.append(f"{tenant.schema}: foreign {foreign}, missing {known - found}")
        self.done["reads"] += 1

    def read(self, tenant: Tenant, _label: str) -> None:
        with tenant_context(tenant), transaction.atomic():
            self.check(tenant)

    def write(self, tenant: Tenant, label: str) -> None:
        with tenant_context(tenant), transaction.atomic():
            Team.objects.create(name=label)
            self.check(tenant, label)
        self.kept[tenant.schema].add(label)

    def copy(self, tenant: Tenant, label: str) -> None:
        with tenant_context(tenant), transaction.atomic():
            insert_records(Team, [Team(name=label)])
            self.check(tenant, label)
        self.kept[tenant.schema].add(label)

    def savepoint(self, tenant: Tenant, label: str) -> None:
        """The binding happens inside the savepoint that fails, and is undone with it."""
        with tenant_context(tenant), transaction.atomic():
            with pytest.raises(DatabaseError):
                _spoil(f"{label} undone")
            Team.objects.create(name=label)
            self.check(tenant, label)
        self.kept[tenant.schema].add(label)

    def roll_back(self, tenant: Tenant, label: str) -> None:
        with tenant_context(tenant), transaction.atomic():
            Team.objects.create(name=f"{label} undone")
            self.check(tenant)
            transaction.set_rollback(True)

    def time_out(self, tenant: Tenant, label: str) -> None:
        """The server ends the statement; the limit must not stay behind on the connection either."""
        with pytest.raises(OperationalError, match="timeout"), tenant_context(tenant):
            _sleep_too_long(f"{label} undone")

    def visit(self, tenant: Tenant, label: str) -> None:
        """Two workspaces and public in one transaction, as a provider's job has them."""
        other = self.tenants[self.tenants.index(tenant) - 1]
        with tenant_context(tenant), transaction.atomic():
            Team.objects.create(name=label)
            with tenant_context(other):
                self.check(other)
                with public_context():
                    assert Organization.objects.filter(schema_name=tenant.schema).exists()
            self.check(tenant, label)
        self.kept[tenant.schema].add(label)

    def ask_public(self, tenant: Tenant, _label: str) -> None:
        """In autocommit: nothing of anybody's transaction may be left."""
        with public_context():
            assert Organization.objects.get(pk=tenant.id).schema_name == tenant.schema
            found = sql.rows(
                "SELECT current_setting('search_path'), current_user::text, current_setting('statement_timeout'),"
                " current_setting('TimeZone')"
            )
        if found != [("public, ext", self.login, "0", "UTC")]:
            self.wrong.append(f"left behind: {found}")

    def break_off(self, tenant: Tenant, label: str) -> None:
        """The client vanishes in the middle of a transaction, and with it what it had done."""
        with pytest.raises((InterfaceError, OperationalError)), tenant_context(tenant):
            _vanish(f"{label} undone")
        connection.close()


@transaction.atomic
def _spoil(name: str) -> None:
    Team.objects.create(name=name)
    sql.run("SELECT 1 / 0")


@transaction.atomic
def _sleep_too_long(name: str) -> None:
    Team.objects.create(name=name)
    sql.run("SET LOCAL statement_timeout = 5; SELECT pg_sleep(10)")


@transaction.atomic
def _vanish(name: str) -> None:
    Team.objects.create(name=name)
    connection.connection.close()
    Team.objects.count()


def in_truth(tenant: Tenant) -> set[str]:
    with tenant_context(tenant), transaction.atomic():
        return set(Team.objects.values_list("name", flat=True))


def test_a_crowd_reads_and_writes_only_what_is_its_own(tenants: list[Tenant]) -> None:
    crowd = Crowd(tenants)
    with pooled(SERVERS):
        failures = run_threads(crowd.work)
    assert failures == []
    assert crowd.wrong == []
    assert crowd.done["reads"] >= THREADS * STEPS
    assert all(crowd.done[action] for action in ("write", "copy", "savepoint", "roll_back", "time_out", "break_off"))
    for tenant in tenants:
        assert in_truth(tenant) == crowd.kept[tenant.schema]


def test_pages_and_programs_of_many_workspaces_are_each_their_own(tenants: list[Tenant]) -> None:
    """The whole way of a request, from the host to the answer, for eight people who are signed in here and there."""
    people = [_signed_in(tenants[number % len(tenants)]) for number in range(THREADS)]

    def work(number: int) -> None:
        tenant, browser, program = people[number]
        others = [one for one in tenants if one != tenant]
        for turn in range(6):
            label = f"{tenant.schema} {number}.{turn}"
            made = program.post("/api/v1/accounts/", {"name": label})
            assert made.status_code == 201, made.content
            pages = [browser.get(path) for path in ("/settings/people/", "/accounts/", "/accounts/export/?format=csv")]
            pages.append(program.get("/api/v1/accounts/"))
            assert [page.status_code for page in pages] == [200] * 4
            texts = [page.getvalue().decode() for page in pages]
            assert all(label in text for text in texts[1:])
            assert not [one.schema for one in others for text in texts if one.schema in text]

    with pooled(SERVERS):
        assert run_threads(work) == []


def _signed_in(tenant: Tenant) -> tuple[Tenant, Client, Client]:
    with tenant_context(tenant), transaction.atomic():
        sara = User.objects.get()
    return tenant, page_client(sara, tenant), api_client(sara, tenant)


@pytest.fixture
def library(tenants: list[Tenant]) -> Callable[[Tenant], Any]:
    """The library's own backend, bound to a workspace as the library binds: once for the connection."""

    def bound(tenant: Tenant) -> Any:
        own = {**connections.settings["default"], "ENGINE": "django_tenants.postgresql_backend"}
        wrapper = LibraryWrapper(own, "default")
        wrapper.set_schema(tenant.schema)
        return wrapper

    return bound


def names_by(wrapper: Any) -> set[str]:
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT name FROM identity_team")
        return {name for (name,) in cursor.fetchall()}


def test_the_librarys_default_reads_other_peoples_rows(tenants: list[Tenant], library: Callable[[Tenant], Any]) -> None:
    """The same crowd, so that we know that it can find something."""
    right: list[bool] = []

    def work(number: int) -> None:
        tenant = tenants[number % len(tenants)]
        wrapper = library(tenant)
        try:
            for _turn in range(30):
                right.append(names_by(wrapper) == {f"{tenant.schema} first"})
        finally:
            wrapper.close()

    with pooled(SERVERS):
        assert run_threads(work) == []
    assert len(right) == THREADS * 30
    assert right.count(False) > 0


def test_the_librarys_default_is_wrong_whenever_two_take_turns(
    tenants: list[Tenant], library: Callable[[Tenant], Any]
) -> None:
    """No luck in it: one server connection, the second sets its path between the first's path and statement."""
    with pooled(1):
        one, two = library(tenants[0]), library(tenants[1])
        try:
            mine = one.cursor()
            two.cursor()
            mine.execute("SELECT name FROM identity_team")
            assert mine.fetchall() == [(f"{tenants[1].schema} first",)]
        finally:
            one.close()
            two.close()


def test_ours_takes_turns_on_one_connection(tenants: list[Tenant]) -> None:
    """The same order of things through our backend: each waits for the other's transaction and sees its own."""
    with pooled(1):
        for tenant in (*tenants, *reversed(tenants)):
            assert in_truth(tenant) == {f"{tenant.schema} first"}


def test_the_pooler_is_the_real_one_in_transaction_mode(tenants: list[Tenant]) -> None:
    with pooled(SERVERS):
        assert in_truth(tenants[0])
        console = raw(connections.settings["default"], "pgbouncer")
        with console.cursor() as cursor:
            cursor.execute("SHOW CONFIG")
            found = {row[0]: row[1] for row in cursor.fetchall()}
            cursor.execute("SHOW DATABASES")
            sizes = [dict(zip([c[0] for c in cursor.description], row, strict=True)) for row in cursor.fetchall()]
        console.close()
    assert found["pool_mode"] == "transaction"
    assert found["auth_type"] == "scram-sha-256"
    assert {int(one["pool_size"]) for one in sizes if one["name"] == settings.DATABASES["default"]["NAME"]} == {SERVERS}


def test_a_release_passes_the_pooler_by(tenants: list[Tenant], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DIRECT_DATABASE", dict(connections.settings["default"]))
    with pooled(SERVERS):
        assert is_pooled()
        with direct_connection():
            assert not is_pooled()
            releases.release(releases.Options(pool=0))
        assert is_pooled()


def test_a_release_that_only_has_a_pooler_is_refused(tenants: list[Tenant], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DIRECT_DATABASE", None)
    with direct_connection():
        assert not is_pooled()
    refused = pytest.raises(PooledConnection, match="PEYVAND_DIRECT_DATABASE_URL")
    with pooled(SERVERS), refused, direct_connection():
        pytest.fail("It was let through.")


@pytest.fixture
def no_default_path(stage: Any, transactional_db: None) -> Iterator[None]:
    """The database as it was before its first release."""
    name = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
    sql.run(f"ALTER DATABASE {name} RESET search_path")
    yield
    sql.run(f"ALTER DATABASE {name} SET search_path = public, ext")


def test_connections_from_before_the_first_release_look_in_the_right_place(no_default_path: None) -> None:
    with pooled(1), public_context():
        assert sql.one("SELECT current_setting('search_path')") == "public, ext"
