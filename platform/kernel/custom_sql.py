"""SQL functions that turn what `extra` holds into typed values, immutable so that an index may hold the result.

A cast from text to a date depends on the server's DateStyle for ambiguous writings only; ours are always ISO 8601.
"""


def _function(name: str, returns: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION ext.{name}(s text) RETURNS {returns}\n"
        f"LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $pv$BEGIN RETURN s::pg_catalog.{returns}; END$pv$;"
    )


ALL_SQL = (_function("pv_date", "date"), _function("pv_moment", "timestamptz"))
