"""SQL functions that turn what `extra` holds into typed values, immutable so that an index may hold the result.

A cast from text to a date depends on the server's DateStyle for ambiguous writings only; ours are always ISO 8601.
"""

DATE_SQL = """CREATE OR REPLACE FUNCTION ext.pv_date(s text) RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $pv$BEGIN RETURN s::pg_catalog.date; END$pv$;"""
MOMENT_SQL = """CREATE OR REPLACE FUNCTION ext.pv_moment(s text) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $pv$BEGIN RETURN s::pg_catalog.timestamptz; END$pv$;"""

ALL_SQL = (DATE_SQL, MOMENT_SQL)
