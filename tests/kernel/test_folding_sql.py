import os
import re
from collections.abc import Iterator

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.extensions import cursor

from kernel.text.folding import fold, fold_table, match_key
from kernel.text.sql import FOLD_SQL, KEY_SQL

pytestmark = pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="needs a PostgreSQL named by DATABASE_URL")

# A schema of this process, never committed: tests in parallel do not wait for each other's `ext`.
SCHEMA = f"fold_probe_{os.getpid()}"

ANY_CHAR = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TELLING_CHAR = st.sampled_from([*fold_table(), *"ab ZپگچAé  12۳"])
TEXTS = st.lists(st.text(st.one_of(ANY_CHAR, TELLING_CHAR), max_size=30), min_size=1, max_size=40)


@pytest.fixture(scope="module")
def sql() -> Iterator[cursor]:
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    with connection.cursor() as cur:
        cur.execute(f"CREATE SCHEMA {SCHEMA}")
        for statement in (FOLD_SQL, KEY_SQL):
            cur.execute(re.sub(r"\bext\.", f"{SCHEMA}.", statement))
        yield cur
    connection.rollback()
    connection.close()


def both(sql: cursor, texts: list[str]) -> list[tuple[str, str]]:
    sql.execute(
        f"SELECT {SCHEMA}.pv_fold(t), {SCHEMA}.pv_key(t) FROM unnest(%s::text[]) WITH ORDINALITY AS u(t, n) ORDER BY n",
        [texts],
    )
    rows: list[tuple[str, str]] = sql.fetchall()
    return rows


def test_every_single_character_is_equal(sql: cursor) -> None:
    chars = [chr(code) for code in range(1, 0x110000) if not 0xD800 <= code <= 0xDFFF]
    texts = [f"x{ch}y" for ch in chars]
    expected = [(fold(text), match_key(text)) for text in texts]
    differing = [t for t, got, want in zip(texts, both(sql, texts), expected, strict=True) if got != want]
    assert differing == []


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=TEXTS)
def test_any_text_is_equal(sql: cursor, texts: list[str]) -> None:
    assert both(sql, texts) == [(fold(text), match_key(text)) for text in texts]


def test_null_stays_null_and_search_path_does_not_matter(sql: cursor) -> None:
    sql.execute("SET LOCAL search_path = ''")
    sql.execute(f"SELECT {SCHEMA}.pv_fold(NULL), {SCHEMA}.pv_key('پمپ‌سازان GTX')")
    assert sql.fetchone() == (None, "پمپسازانgtx")
    sql.execute("RESET search_path")


def test_usable_in_a_generated_column_of_persian_collation(sql: cursor) -> None:
    sql.execute(
        'CREATE TEMP TABLE fold_probe (name text COLLATE "fa-x-icu",'
        f" folded text GENERATED ALWAYS AS ({SCHEMA}.pv_fold(name)) STORED)"
    )
    sql.execute("INSERT INTO fold_probe VALUES ('ﺷﺮﻛﺖ آریا') RETURNING folded")
    assert sql.fetchone() == ("شرکت اریا",)


def test_functions_are_what_indexes_need(sql: cursor) -> None:
    sql.execute(
        "SELECT provolatile, proparallel, proisstrict FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace"
        " WHERE nspname = %s",
        [SCHEMA],
    )
    assert sql.fetchall() == [("i", "s", True)] * 2
