"""Nothing of an erased organization is left, wherever one looks; and a kill on the way only delays it."""

import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from identity.models import User
from kernel import files
from kernel.access import system_actor
from kernel.bucket import Bucket
from kernel.context import Tenant, public_context, tenant_context
from kernel.errors import KernelError
from tenants import erasure, pool, sql, tasks, templates
from tenants.celery import NoWorkspace, tenant_of
from tenants.lifecycle import IllegalMove
from tenants.models import Domain, HandOver, Organization, RetiredSchema, StateChange
from tenants.services.handover import offer_hand_over
from tests.factories import make_workspace, page_client
from tests.factories.buckets import own_bucket
from tests.isolation.planting import MARK, plant

DAY = timedelta(days=1)
ENGINES = ("sfa", "machines")


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    """A var/ of the test's own: the run's is where PostgreSQL keeps its pages and log, and other tests their files."""
    settings.VAR = tmp_path
    settings.FILES_ROOT, settings.CACHE_ROOT = tmp_path / "files", tmp_path / "cache"


@pytest.fixture(params=["kernel.cache.FileCache", "kernel.cache.MemoryCache"])
def _cache(request: pytest.FixtureRequest, settings: Any, _folders: None) -> None:
    one = {**settings.CACHES["default"], "BACKEND": request.param, "LOCATION": str(settings.CACHE_ROOT)}
    settings.CACHES = {"default": one}


@pytest.fixture
def marked(stage: Any, transactional_db: None) -> Organization:
    """A workspace with a mark in every word of it, two schemas, files, cache, a session, a hand-over; due today."""
    organization, sara = make_workspace(f"{MARK}-home", name=f"{MARK} Home", engines=ENGINES)
    retired = pool.claim_schema()
    with tenant_context(Tenant(schema=retired, operator=True)), transaction.atomic():
        for engine in ENGINES:
            templates.replay(engine)
    with public_context():
        RetiredSchema.objects.create(schema_name=retired, organization=organization, drop_after=timezone.now() + DAY)
        Domain.objects.create(domain=f"crm.{MARK}.example", tenant=organization)
        StateChange.objects.create(organization=organization, old="trial", new="active", actor_label=f"{MARK} Sara")
        organization.preferences = {"currency": f"{MARK}"}
        organization.quarantine_error = f"{MARK} does not fit"
        organization.save()
    for schema in (organization.schema_name, retired):
        with tenant_context(Tenant(schema=schema)), transaction.atomic():
            plant()
            files.save("imports", [f"{MARK} in a file".encode()])
            cache.set(f"{MARK}-key", f"{MARK}-value", timeout=3600)
    page_client(sara, organization.as_tenant()).get("/")
    with tenant_context(organization.as_tenant()):
        offer_hand_over(organization, sara)
    return due(organization)


def due(organization: Organization, **values: Any) -> Organization:
    wanted = {"state": "suspended", "state_reason": "closed_by_admin", "erase_after": timezone.now(), **values}
    with public_context():
        Organization.objects.filter(pk=organization.pk).update(**wanted)
        now: Organization = Organization.objects.get(pk=organization.pk)
        return now


def traces(*needles: str) -> list[str]:
    """Where any of these words stands: every table, the catalog, every file below var/, the cache."""
    return [f"{where}: {needle}" for needle in needles for where in (*_in_database(needle), *_in_folders(needle))]


#: Of the catalog, what could hold a name or words; roles and their comments belong to the whole server.
CATALOG = (
    "pg_namespace", "pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_type", "pg_index", "pg_sequence",
    "pg_proc", "pg_trigger", "pg_description", "pg_shdescription", "pg_default_acl", "pg_init_privs", "pg_roles",
    "pg_auth_members", "pg_tables", "pg_views",
)  # fmt: skip


def _in_database(needle: str) -> Iterator[str]:
    tables = sql.rows(
        "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    for name in [*CATALOG, *(row[0] for row in tables)]:
        # Names are the catalog's own, quoted by it.
        if sql.one(f"SELECT 1 FROM {name} AS t WHERE position(%s IN lower(t::text)) > 0 LIMIT 1", [needle.lower()]):
            yield name


def _in_folders(needle: str) -> Iterator[str]:
    sought = needle.lower().encode()
    for path in Path(settings.VAR).rglob("*"):
        named = sought in str(path.relative_to(settings.VAR)).lower().encode()
        if named or (path.is_file() and any(sought in text.lower() for text in _texts(path))):
            yield str(path)
    memory = getattr(cache, "_cache", {})
    yield from (key for key, value in dict(memory).items() if sought in key.lower().encode() or sought in value)


def _texts(path: Path) -> Iterator[bytes]:
    raw = path.read_bytes()
    yield raw
    for start in (at for at in range(min(len(raw), 64)) if raw[at] == 0x78):  # the cache's values are zlib's
        try:
            yield zlib.decompress(raw[start:])
        except zlib.error:
            continue


def needles(organization: Organization) -> list[str]:
    with public_context():
        retired = RetiredSchema.objects.filter(organization=organization).values_list("schema_name", flat=True)
        return [MARK, organization.schema_name, *retired]


@pytest.fixture
def bucket(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with own_bucket(settings, monkeypatch) as made:
        yield made


def test_nothing_is_left_in_a_bucket(bucket: Bucket, marked: Organization) -> None:
    assert {key.partition("/")[0] for key, _written in bucket.listed()} == set(needles(marked)[1:])
    assert tasks.lives() == 1
    assert list(bucket.listed()) == []


@pytest.mark.usefixtures("_cache")
def test_nothing_is_left_wherever_one_looks(marked: Organization) -> None:
    sought, host = needles(marked), marked.host
    with public_context():
        before = traces(*sought)
        # The test can fail: everything it looks for is there, in each kind of place.
        for place in ("tenants_organization", "tenants_domain", "pg_namespace", "pg_roles", "identity_user", "files"):
            assert any(place in where for where in before), place
        assert any("cache" in where or "-key" in where for where in before)
        assert HandOver.objects.filter(organization=marked).exists()
    assert tasks.lives() == 1
    with public_context():
        assert traces(*sought) == []
        assert not HandOver.objects.filter(organization=marked).exists()
        row = Organization.objects.get(pk=marked.pk)
        assert (row.state, row.name, row.preferences, row.erase_after) == ("erased", "", {}, None)
        assert [change.new for change in row.state_changes.order_by("id")] == ["active", "erased"]
    assert Client(HTTP_HOST=host).get("/").status_code == 404
    assert Client(HTTP_HOST=row.host).get("/").status_code == 404
    with pytest.raises(NoWorkspace):
        tenant_of(row.schema_name)
    assert tasks.lives() == 0


def test_its_name_can_be_had_by_somebody_else(marked: Organization) -> None:
    erasure.erase(marked)
    again, _sara = make_workspace(marked.subdomain)
    assert again.pk != marked.pk


@pytest.mark.parametrize(
    "values",
    [{"erase_after": None}, {"erase_after": timezone.now() + DAY}, {"state": "active"}, {"state": "read_only"}],
)
def test_nobody_is_erased_before_time_or_from_another_state(live_tenant: Tenant, values: dict[str, Any]) -> None:
    with public_context():
        organization = due(Organization.objects.get(pk=live_tenant.id), **values)
        assert organization not in erasure.due_erasures()
    with pytest.raises((IllegalMove, KernelError)):
        erasure.erase(organization)
    with transaction.atomic():
        assert User.objects.count() == 1


class Killed(BaseException):
    """What no handler of ours catches, as a kill would not be."""


def killed_at(number: int) -> Callable[..., Any]:
    """An execute wrapper under which the connection works for so many statements."""
    left = [number]

    def wrapper(execute: Any, query: Any, params: Any, many: bool, context: Any) -> Any:
        left[0] -= 1
        if left[0] <= 0:
            raise Killed
        return execute(query, params, many, context)

    return wrapper


def test_killed_at_every_statement_in_turn_it_is_finished_by_a_later_run(
    marked: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "PIECE", 15)
    sought, seen, kills = needles(marked), set(), 0
    while True:
        kills += 1
        assert kills < 200
        try:
            with connection.execute_wrapper(killed_at(kills)):
                erasure.erase(Organization(pk=marked.pk))
        except Killed:
            seen.add(where_it_stands(marked))
            continue
        break
    assert seen == {"suspended", "half"}
    assert kills > 15
    with public_context():
        assert traces(*sought) == []


def where_it_stands(marked: Organization) -> str:
    """Untouched and usable, or closed to everybody and found by the next run. Nothing between."""
    with public_context():
        row = Organization.objects.get(pk=marked.pk)
        assert row in erasure.due_erasures()
        if row.state == "erased":
            assert Client(HTTP_HOST=marked.host).get("/").status_code == 404
            return "half"
    with tenant_context(Tenant(schema=row.schema_name)), transaction.atomic():
        assert User.objects.exists()
    return str(row.state)


def test_somebody_who_still_reads_delays_it(live_tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    import psycopg2

    monkeypatch.setattr(erasure, "_PATIENCE", "SET LOCAL lock_timeout = '50ms'")
    known = connection.settings_dict
    with public_context():
        organization = due(Organization.objects.get(pk=live_tenant.id))
    reader = psycopg2.connect(
        dbname=known["NAME"], user=known["USER"], password=known["PASSWORD"], host=known["HOST"], port=known["PORT"]
    )
    try:
        reader.cursor().execute(f"SELECT count(*) FROM {sql.quoted(live_tenant.schema)}.crm_contact")
        assert tasks.lives() == 0
    finally:
        reader.close()
    assert tasks.lives() == 1
    with public_context():
        assert Organization.objects.get(pk=organization.pk).schema_name.startswith("erased_")


def test_a_schema_of_hundreds_of_tables_never_holds_many_locks(live_tenant: Tenant) -> None:
    """One DROP SCHEMA of these would hold more locks than a server has in reserve for all of its connections."""
    schema, held = sql.quoted(live_tenant.schema), []
    with tenant_context(Tenant(schema=live_tenant.schema, operator=True)), transaction.atomic():
        for start in range(0, 400, 100):
            tables = (f"{schema}.big_{n} (id serial PRIMARY KEY, word text UNIQUE)" for n in range(start, start + 100))
            sql.run(";".join(f"CREATE TABLE {table}" for table in tables))

    def count_locks(execute: Any, query: Any, params: Any, many: bool, context: Any) -> Any:
        result = execute(query, params, many, context)
        if str(query).startswith(("DROP", "DELETE")):
            with context["connection"].connection.cursor() as own:
                own.execute("SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid()")
                held.append(own.fetchone()[0])
        return result

    with public_context():
        organization = due(Organization.objects.get(pk=live_tenant.id))
    with connection.execute_wrapper(count_locks):
        erasure.erase(organization)
    assert len(held) > 10
    assert max(held) < 500
    with public_context():
        assert sql.one("SELECT to_regnamespace(%s)", [live_tenant.schema]) is None


def test_the_actor_of_an_erasure_is_kept_nowhere(live_tenant: Tenant) -> None:
    with public_context():
        organization = due(Organization.objects.get(pk=live_tenant.id))
    erasure.erase(organization, actor=system_actor(f"{MARK} of the provider"))
    with public_context():
        assert traces(MARK) == []
