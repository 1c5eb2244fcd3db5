"""Awkward values out and in again, bit by bit; and a table larger than what may be held in memory."""

import tracemalloc
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.context import Tenant, operator_context
from tenants import sql
from tenants.archive.connections import snapshot, writer
from tenants.archive.contents import Table
from tenants.archive.csvtext import as_text, ends_early
from tenants.archive.loading import _load
from tenants.archive.writing import new_archive, write_table

TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=20)
AWKWARD = st.sampled_from(
    [
        "",
        "\\N",
        "\\.",
        '"',
        '""',
        ",",
        "\n",
        "\r\n",
        "\t",
        " ",
        "NULL",
        "پیوند‌ها",
        "🙂",
        "\ufeff",
        "'",
        "a\n\\.\nb",
        "\r\\.\r",
    ]
)
ROW = st.tuples(
    st.none() | TEXT | AWKWARD, st.none() | st.binary(max_size=20), st.none() | st.lists(TEXT | AWKWARD, max_size=3),
    st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=10, min_value=-(10**25), max_value=10**25),
    st.none() | st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)),
    st.none() | st.floats(allow_nan=True, allow_infinity=True), st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.dates(), st.none() | st.timedeltas(),
)  # fmt: skip
KINDS = ("text", "bytea", "text[]", "numeric", "timestamptz", "double precision", "bigint", "date", "interval")


@pytest.fixture
def table(live_tenant: Tenant) -> Table:
    columns = ", ".join(f'"Column {n}" {kind}' for n, kind in enumerate(KINDS))
    with operator_context(), transaction.atomic():
        sql.run(f'CREATE TABLE "A table" ({columns}, "a json" jsonb)')
        sql.run('CREATE TABLE "b" (LIKE "A table")')
    return Table("A table", (*(f"Column {n}" for n in range(len(KINDS))), "a json"))


@pytest.mark.parametrize("old_server", [False, True])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, max_size=6), told=st.lists(TEXT | AWKWARD, max_size=3))
def test_nothing_is_lost_on_the_way(old_server: bool, table: Table, rows: list[Any], told: list[str]) -> None:
    """Also by the way that PostgreSQL before 18 needs for some tables."""
    marks = ", ".join(f"CAST(%s AS {kind})" for kind in KINDS)
    with operator_context(), transaction.atomic():
        sql.run('TRUNCATE "A table", b')
        for row in rows:
            sql.run(f'INSERT INTO "A table" VALUES ({marks}, to_jsonb(%s::text[]))', [*row, told])
    target = BytesIO()
    with snapshot() as cursor, new_archive(target) as archive:
        part = write_table(archive, cursor, table, lambda _rows: None)
    assert part.rows == len(rows)
    here = (operator_context(), ZipFile(target), writer(), pytest.MonkeyPatch.context())
    with here[0], here[1] as archive, here[2] as begin, begin() as cursor, here[3] as patch:
        patch.setattr("tenants.archive.loading._misread", lambda *_: old_server)
        moved = type(part)(**{**part.__dict__, "table": "b"})
        _load(cursor, archive, moved, Table("b", table.columns), lambda _rows: None)
    with transaction.atomic():
        assert sql.rows('TABLE "A table" EXCEPT ALL TABLE b') == sql.rows('TABLE b EXCEPT ALL TABLE "A table"') == []
        assert sql.one("SELECT count(*) FROM b") == len(rows)


def test_memory_does_not_grow_with_rows(live_tenant: Tenant, tmp_path: Path) -> None:
    with transaction.atomic():
        sql.run(
            "INSERT INTO kernel_audit (id, at, actor_label, source, request_id, action, entity, record_label, changes)"
            " SELECT gen_random_uuid(), now(), 'x', 'web', '', 'created', 'account', repeat(md5(n::text), 9), '{}'"
            " FROM generate_series(1, 100000) n"
        )
    table = Table("kernel_audit", ("id", "at", "record_label"))
    tracemalloc.start()
    try:
        with snapshot() as cursor, (tmp_path / "a.zip").open("wb") as target, new_archive(target) as archive:
            part = write_table(archive, cursor, table, lambda _rows: None)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert part.rows > 100_000
    assert part.size > 30_000_000
    assert peak < 5_000_000


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
def test_a_line_that_older_servers_take_for_the_end(size: int) -> None:
    def blocks(text: bytes) -> list[bytes]:
        return [text[at : at + size] for at in range(0, len(text), size)]

    written = b'a,b\n1,"x\n\\.\ny""z"\n,""\n'
    assert ends_early(blocks(written))
    assert not ends_early(blocks(b"a,b\n1,2\n3,\\..\n")) or size == 1  # at worst the slower way is taken
    assert b"".join(as_text(blocks(written))) == b'a\tb\n1\tx\\n\\\\.\\ny"z\n\\N\t\n'
    with pytest.raises(ValueError, match="middle"):
        list(as_text(blocks(b'a\n"x')))
