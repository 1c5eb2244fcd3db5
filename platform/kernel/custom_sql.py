"""SQL functions that turn what `extra` holds into typed values, immutable so that an index may hold the result.

A cast from text to a date depends on the server's DateStyle for ambiguous writings only; ours are always ISO 8601.
"""

DATE_SQL = """CREATE OR REPLACE FUNCTION ext.pv_date(s text) RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $pv$BEGIN RETURN s::pg_catalog.date; END$pv$;"""
MOMENT_SQL = """CREATE OR REPLACE FUNCTION ext.pv_moment(s text) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $pv$BEGIN RETURN s::pg_catalog.timestamptz; END$pv$;"""
#: What is written in an organization's own fields, folded, for a trigram index: only searching calls it.
SAID_SQL = """CREATE OR REPLACE FUNCTION ext.pv_said(o jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $pv$BEGIN
  RETURN ext.pv_fold((SELECT pg_catalog.string_agg(e.value OPERATOR(pg_catalog.#>>) '{}', ' ')
    FROM pg_catalog.jsonb_each(o) e WHERE pg_catalog.jsonb_typeof(e.value) OPERATOR(pg_catalog.=) 'string'));
END$pv$;"""

ALL_SQL = (DATE_SQL, MOMENT_SQL, SAID_SQL)
