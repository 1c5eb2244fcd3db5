"""SQL twins of `fold` and `match_key`, written from the same table.

`ext.pv_fold(text)` and `ext.pv_key(text)` are IMMUTABLE, so they may feed generated columns and indexes. Every name
in the bodies is qualified and every comparison is by code point (COLLATE "C"): neither search_path nor the
server's locale or Unicode version can change a stored key. The bodies are PL/pgSQL because a translate() over the
whole table walks 1,800 entries for every letter; here a clean text costs one regular expression, and each *distinct*
letter that changes costs one replace.
"""

from __future__ import annotations

import json

from kernel.text.folding import as_ranges, fold_table, sign_ranges

EXTENSIONS_SQL = "CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA ext;"

# The usual Persian suspects, done by one short translate() before the general loop.
_COMMON = "يكآئ\u200cأ"


def _char_class(ranges: tuple[tuple[int, int], ...]) -> str:
    def esc(code: int) -> str:
        return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"

    return "[" + "".join(esc(low) if low == high else f"{esc(low)}-{esc(high)}" for low, high in ranges) + "]"


def _fold_body() -> str:
    table = {ch: to for ch, to in fold_table().items() if not "A" <= ch <= "Z"}
    changing = _char_class(as_ranges({ord(ch) for ch in table}))
    common_to = "".join(table[ch] for ch in _COMMON)
    return f"""
DECLARE
  r text COLLATE pg_catalog."C" := pg_catalog.lower(s COLLATE pg_catalog."C");
  c text COLLATE pg_catalog."C" := pg_catalog.substring(r, '{changing}');
BEGIN
  IF c IS NOT NULL THEN
    r := pg_catalog.translate(r, '{_COMMON}', '{common_to}');
    LOOP
      c := pg_catalog.substring(r, '{changing}');
      EXIT WHEN c IS NULL;
      r := pg_catalog.replace(r, c, '{json.dumps(table).replace("'", "''")}'::pg_catalog.jsonb
                                    OPERATOR(pg_catalog.->>) c);
    END LOOP;
  END IF;
  IF pg_catalog.strpos(r, '  ') OPERATOR(pg_catalog.>) 0 THEN
    r := pg_catalog.regexp_replace(r, ' {{2,}}', ' ', 'g');
  END IF;
  RETURN pg_catalog.btrim(r, ' ');
END"""


def _key_body() -> str:
    signs = _char_class(sign_ranges())
    return f"""
DECLARE
  r text COLLATE pg_catalog."C" := pg_catalog.translate(ext.pv_fold(s), ' -.', '');
BEGIN
  IF r OPERATOR(pg_catalog.~) '{signs}' THEN
    r := pg_catalog.regexp_replace(r, '{signs}+', '', 'g');
  END IF;
  RETURN r;
END"""


def _function(name: str, body: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION ext.{name}(s text) RETURNS text\n"
        f"LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $pv${body}\n$pv$;"
    )


FOLD_SQL = _function("pv_fold", _fold_body())
KEY_SQL = _function("pv_key", _key_body())

# Schema `ext` must exist. Run in this order.
ALL_SQL = (EXTENSIONS_SQL, FOLD_SQL, KEY_SQL)
DROP_SQL = "DROP FUNCTION IF EXISTS ext.pv_key(text); DROP FUNCTION IF EXISTS ext.pv_fold(text);"
