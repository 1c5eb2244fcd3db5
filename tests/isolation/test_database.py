"""What the catalogue says of every workspace at once: whose rights, whose functions, which constraints.

What single statements are refused is tested with the roles (tests/tenants/test_roles.py); that nothing points out of
a schema, with the design (tests/tenants/test_design.py).
"""

from typing import Any

import pytest
from django.conf import settings
from django.db import ProgrammingError, transaction

from kernel.context import Tenant, public_context, tenant_context
from tenants import sql
from tests.isolation.probes import strange_rights
from tests.isolation.walk import Secret

SCHEMAS = r"'^t_[0-9a-f]{32}$'"
#: Extensions that read no file and open no connection.
HARMLESS = {"plpgsql", "pg_trgm", "unaccent", "citext", "btree_gist", "btree_gin", "fuzzystrmatch"}


@pytest.fixture
def catalogue(secret: Secret, public: None) -> Any:
    """Rows of a query that the operator asks."""
    return sql.rows


def test_every_workspace_has_its_role(catalogue: Any) -> None:
    schemas = {name for (name,) in catalogue(f"SELECT nspname FROM pg_namespace WHERE nspname ~ {SCHEMAS}")}
    told = f"Peyvand workspace in {settings.DATABASES['default']['NAME']}"
    roles = {
        name
        for (name,) in catalogue("SELECT rolname FROM pg_roles WHERE shobj_description(oid, 'pg_authid') = %s", [told])
    }
    assert schemas <= roles
    assert len(schemas) >= 2


def test_nobody_but_its_role_has_a_right_in_a_workspace(catalogue: Any) -> None:
    assert strange_rights() == []
    later = catalogue(f"""
        SELECT n.nspname, coalesce(g.rolname, 'PUBLIC')
        FROM pg_default_acl d JOIN pg_namespace n ON n.oid = d.defaclnamespace
        CROSS JOIN LATERAL aclexplode(d.defaclacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee
        WHERE n.nspname ~ {SCHEMAS} AND a.grantee <> d.defaclrole AND g.rolname IS DISTINCT FROM n.nspname""")
    assert later == []


def test_a_role_may_use_its_own_schema_and_the_extensions(catalogue: Any) -> None:
    """Of all schemas there are; and make something in none of them."""
    usable = catalogue(f"""
        SELECT r.rolname, n.nspname FROM pg_roles r CROSS JOIN pg_namespace n
        WHERE r.rolname ~ {SCHEMAS} AND has_schema_privilege(r.oid, n.oid, 'USAGE') AND n.nspname <> r.rolname
          AND r.rolname IN (SELECT nspname FROM pg_namespace)""")
    assert {schema for _role, schema in usable} <= {"ext", "pg_catalog", "information_schema"}
    making = catalogue(f"""
        SELECT r.rolname, n.nspname FROM pg_roles r CROSS JOIN pg_namespace n
        WHERE r.rolname ~ {SCHEMAS} AND has_schema_privilege(r.oid, n.oid, 'CREATE')""")
    assert making == []


def test_roles_are_members_of_nothing_and_inherited_by_nobody(catalogue: Any) -> None:
    version = int(catalogue("SHOW server_version_num")[0][0])
    inherits = "m.inherit_option" if version >= 160000 else "false"
    found = catalogue(f"""
        SELECT r.rolname, u.rolname, {inherits} FROM pg_auth_members m
        JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles u ON u.oid = m.member
        WHERE r.rolname ~ {SCHEMAS} OR u.rolname ~ {SCHEMAS}""")
    login = settings.DATABASES["default"]["USER"]
    for role, member, inherited in found:
        assert role.startswith("t_"), f"{member} is a member of {role}"
        assert member == login or _is_superuser(catalogue, member), f"{member} may act as {role}"
        if member == login:
            assert not inherited or _grantor_only(version), f"{login} has the rights of {role} without taking it on"


def _is_superuser(catalogue: Any, name: str) -> bool:
    return bool(catalogue("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [name])[0][0])


def _grantor_only(version: int) -> bool:
    """Before 16 who makes a role has it."""
    return version < 160000


#: What acts with the operator's rights whoever calls it, and why that opens nothing.
LENT = {"ext.note_work": "writes the caller's own name, whatever name it is given (tests/tenants/test_waiting.py)"}


def test_no_function_acts_with_another_ones_rights(catalogue: Any) -> None:
    found = catalogue("""
        SELECT n.nspname || '.' || p.proname, p.proconfig FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')""")
    assert {name for name, _settings in found} == set(LENT)
    for name, settings_of in found:
        assert "search_path=pg_catalog" in settings_of, f"{name} finds its tables by the caller's path"


def test_no_extension_opens_files_or_connections(catalogue: Any) -> None:
    assert {name for (name,) in catalogue("SELECT extname FROM pg_extension")} <= HARMLESS


@pytest.mark.parametrize("statement", [
    "SELECT pg_read_file('/etc/hostname')", "SELECT pg_ls_dir('.')", "SELECT lo_import('/etc/hostname')",
    "CREATE EXTENSION dblink", "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TEMPORARY TABLE crm_account (id int)",
    "CREATE TABLE public.mine (id int)", "CREATE TABLE ext.mine (id int)", 'CREATE TABLE "{other}".mine (id int)',
    'TRUNCATE "{other}".crm_account CASCADE', 'ALTER TABLE "{other}".crm_account ADD COLUMN mine int',
    'DROP TABLE "{other}".crm_account CASCADE', 'LOCK TABLE "{other}".crm_account',
    "LOCK TABLE public.tenants_organization",
    'SELECT last_value FROM "{other}".account_emailaddress_id_seq', 'ALTER ROLE "{other}" LOGIN', 'DROP ROLE "{other}"',
    "ALTER DEFAULT PRIVILEGES FOR ROLE {login} GRANT SELECT ON TABLES TO PUBLIC",
    "COMMENT ON TABLE crm_account IS 'mine'", "ALTER TABLE crm_account OWNER TO \"{own}\"",
    "SELECT * FROM public.django_session", "SELECT * FROM public.identity_user", "REFRESH MATERIALIZED VIEW mine",
])  # fmt: skip
def test_the_database_refuses_what_no_workspace_needs(statement: str, secret: Secret, tenant: Tenant) -> None:
    login = settings.DATABASES["default"]["USER"]
    text = statement.format(other=secret.tenant.schema, own=tenant.schema, login=login)
    with pytest.raises(Exception, match=r"permission denied|must (be|have)|does not exist"), transaction.atomic():
        sql.run(text)


def test_what_a_role_gives_away_it_does_not_have(secret: Secret, tenant: Tenant) -> None:
    """PostgreSQL warns and grants nothing."""
    sql.run("GRANT SELECT ON crm_account TO PUBLIC")
    assert strange_rights() == []


def test_what_the_planner_knows_of_others_is_hidden(secret: Secret, tenant: Tenant) -> None:
    """pg_stats quotes values of columns."""
    assert sql.one("SELECT count(*) FROM pg_stats WHERE schemaname = %s", [secret.tenant.schema]) == 0
    assert (
        sql.one("SELECT count(*) FROM information_schema.tables WHERE table_schema = %s", [secret.tenant.schema]) == 0
    )


def test_where_the_second_lock_ends(secret: Secret, tenant: Tenant) -> None:
    """Whoever can send any SQL at all can lay the role down: it stops mistakes, not an injection. That there is no SQL
    from input is the answer to those (tests/architecture)."""
    with transaction.atomic():
        sql.run("RESET ROLE")
        assert sql.one("SELECT current_user") == settings.DATABASES["default"]["USER"]
        transaction.set_rollback(True)
    assert sql.one("SELECT current_user") == tenant.schema


def test_a_role_is_laid_down_with_its_transaction(secret: Secret, tenant: Tenant) -> None:
    with tenant_context(secret.tenant):
        assert sql.one("SELECT current_user") == secret.tenant.schema
    with public_context():
        assert sql.one("SELECT current_user") == settings.DATABASES["default"]["USER"]


def test_a_statement_that_names_another_schema_is_an_error_and_breaks_nothing(secret: Secret, tenant: Tenant) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        sql.run(f"SELECT count(*) FROM {sql.quoted(secret.tenant.schema)}.crm_account")
    assert sql.one("SELECT current_schema()") == tenant.schema
