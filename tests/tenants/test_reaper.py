"""The reaper removes what is ours, old and nobody's, and leaves everything else alone."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from kernel.context import Tenant, public_context, tenant_context
from kernel.ids import uuid7
from tenants import pool, reaper, roles, sql, tasks
from tenants.models import Organization, RetiredSchema, SpareSchema
from tenants.reaper import AGE, Find, born, find_ownerless, reap

LATER = AGE + timedelta(minutes=1)


@pytest.fixture
def nothing_lost(live_tenant: Tenant) -> Iterator[Tenant]:
    """What other tests left is none of ours: they clean up by their own means."""
    with public_context():
        assert [find for find in find_ownerless() if find.kind in ("schema", "retired")] == []
        yield live_tenant


def old_name(prefix: str = "t") -> str:
    """A name as it was given two hours ago."""
    milliseconds = int((timezone.now() - timedelta(hours=2)).timestamp() * 1000)
    return f"{prefix}_{milliseconds:012x}{uuid7().hex[12:]}"


def exists(schema: str) -> bool:
    with public_context():
        return sql.one("SELECT to_regnamespace(%s)", [schema]) is not None


def role_exists(name: str) -> bool:
    with public_context():
        return bool(sql.one("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]))


@given(st.text(max_size=40) | st.from_regex(re.compile(r"[ts]_[0-9a-f]{32}"), fullmatch=True))
def test_only_names_of_ours_have_an_age(name: str) -> None:
    at = born(name)
    if at is not None:
        assert re.fullmatch(r"[ts]_[0-9a-f]{32}", name)
        assert name[14] == "7"


def test_a_name_tells_when_it_was_made() -> None:
    at = born(pool.new_name())
    assert at is not None
    assert abs(datetime.now(UTC) - at) < timedelta(seconds=5)
    for name in (
        "public",
        "ext",
        "t_",
        "t_0198",
        f"x_{uuid7().hex}",
        f"t_{uuid7().hex}0",
        f"T_{uuid7().hex}",
        f"t_{'f' * 12}7{'f' * 3}8{'f' * 15}",
    ):
        assert born(name) is None


def test_a_schema_without_owner_goes_with_its_role_when_it_is_old(nothing_lost: Tenant) -> None:
    lost, young = old_name(), pool.new_name()
    for schema in (lost, young):
        pool.build_schema(schema)
    assert Find("schema", lost) in find_ownerless()
    assert Find("schema", lost) in reap()
    assert (exists(lost), role_exists(lost)) == (False, False)
    assert (exists(young), role_exists(young)) == (True, True)
    with public_context():
        assert Find("schema", young) in find_ownerless(timezone.now() + LATER)
        with transaction.atomic():
            pool.discard_schema(young)


def test_what_has_an_owner_stays_however_old(nothing_lost: Tenant) -> None:
    retired = pool.claim_schema()
    with public_context():
        row = Organization.objects.get(pk=nothing_lost.id)
        RetiredSchema.objects.create(
            schema_name=retired, organization=row, drop_after=timezone.now() + timedelta(days=400)
        )
        owned = {nothing_lost.schema, retired, *SpareSchema.objects.values_list("schema_name", flat=True)}
    (Path(settings.FILES_ROOT) / nothing_lost.schema).mkdir(parents=True, exist_ok=True)
    found = {find.name for find in find_ownerless(timezone.now() + timedelta(days=365))}
    assert not found & owned


def test_roles_and_folders_without_owner(nothing_lost: Tenant) -> None:
    role, folder, cached = old_name(), old_name(), old_name("s")
    with public_context(), transaction.atomic():
        sql.create_schema(role)
        roles.create_role(role)
        sql.drop_schema(role)
    for root, name in ((settings.FILES_ROOT, folder), (settings.CACHE_ROOT, cached), (settings.FILES_ROOT, "mine")):
        (Path(root) / name / "imports").mkdir(parents=True, exist_ok=True)
    assert {Find("role", role), Find("files", folder), Find("cache", cached)} <= set(reap())
    assert not role_exists(role)
    assert not (Path(settings.FILES_ROOT) / folder).exists()
    assert not (Path(settings.CACHE_ROOT) / cached).exists()
    assert (Path(settings.FILES_ROOT) / "mine").exists()


def test_schemas_that_are_not_ours_are_not_even_looked_at(nothing_lost: Tenant) -> None:
    others = ["t_", "tenant_of_somebody", f"t_{'a' * 32}", "s_1234"]  # the third is hexadecimal, and no UUIDv7
    with public_context():
        for schema in others:
            sql.create_schema(schema)
        try:
            assert not {find.name for find in find_ownerless(timezone.now() + timedelta(days=9999))} & set(others)
        finally:
            for schema in others:
                sql.drop_schema(schema)


def test_a_retired_schema_goes_when_its_time_is_over(nothing_lost: Tenant) -> None:
    gone, kept = pool.claim_schema(), pool.claim_schema()
    with public_context():
        row = Organization.objects.get(pk=nothing_lost.id)
        for schema, days in ((gone, -1), (kept, 1)):
            RetiredSchema.objects.create(
                schema_name=schema, organization=row, drop_after=timezone.now() + timedelta(days=days)
            )
    assert Find("retired", gone) in reap()
    assert (exists(gone), exists(kept)) == (False, True)
    with public_context():
        assert list(RetiredSchema.objects.values_list("schema_name", flat=True)) == [kept]


def test_one_that_cannot_be_removed_keeps_no_other(nothing_lost: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = sorted((old_name(), old_name()))
    for schema in (first, second):
        pool.build_schema(schema)
    real = reaper._REMOVERS["schema"]

    def stubborn(schema: str) -> None:
        if schema == first:
            raise RuntimeError("planted")
        real(schema)

    monkeypatch.setitem(reaper._REMOVERS, "schema", stubborn)
    assert [find.name for find in reap() if find.kind == "schema"] == [second]
    monkeypatch.undo()
    assert tasks.reap() >= 1
    assert not exists(first)


def test_it_stops_where_too_much_seems_to_be_nobody_s(nothing_lost: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """A restored database without its newest organizations, or the wrong one, beside everybody's files."""
    monkeypatch.setattr(reaper, "FEW", 0)
    folders = [Path(settings.FILES_ROOT) / old_name() for _n in range(200)]
    for folder in folders:
        folder.mkdir(parents=True)
    with pytest.raises(CommandError, match="Is this the right, whole database"):
        call_command("reap", stdout=StringIO())
    assert all(folder.exists() for folder in folders)
    for folder in folders:
        folder.rmdir()


def test_a_dry_run_only_says(nothing_lost: Tenant) -> None:
    lost, out = old_name(), StringIO()
    pool.build_schema(lost)
    call_command("reap", "--dry-run", stdout=out)
    assert f"schema {lost}" in out.getvalue()
    assert exists(lost)
    call_command("reap", stdout=out)
    assert not exists(lost)


def test_a_schema_that_found_an_owner_meanwhile_stays(nothing_lost: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = old_name()
    pool.build_schema(lost)
    found: list[Any] = find_ownerless()
    with public_context():
        Organization.objects.create(name="Late", subdomain="late", schema_name=lost)
    monkeypatch.setattr(reaper, "find_ownerless", lambda now=None: found)
    reap()
    assert exists(lost)
    with tenant_context(Tenant(schema=lost)), transaction.atomic():
        assert sql.one("SELECT count(*) FROM identity_user") == 0
