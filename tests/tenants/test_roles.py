"""A workspace's role: what the database itself refuses, whoever wrote the code."""

from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from crm.models import Account
from kernel.context import Tenant, operator_context, public_context, tenant_context
from tenants import roles, sql
from tenants.models import Organization
from tenants.pool import build_schema, discard_schema, new_name


def role() -> str:
    return str(sql.one("SELECT current_user"))


def exists(name: str) -> bool:
    return sql.one("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]) is not None


def test_a_workspace_acts_in_its_own_role(tenant: Tenant, other_tenant: Tenant) -> None:
    login = sql.one("SELECT session_user")
    assert role() == tenant.schema
    with tenant_context(other_tenant):
        assert role() == other_tenant.schema
        with public_context():
            assert role() == login
    with operator_context():
        assert role() == login
        with tenant_context(other_tenant):
            assert role() == other_tenant.schema, "the operator's rights end where another workspace begins"
    assert role() == tenant.schema


def test_a_role_nobody_can_log_in_with(tenant: Tenant) -> None:
    found = sql.rows(
        "SELECT rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = %s",
        [tenant.schema],
    )
    assert found == [(False,) * 5]


@pytest.mark.parametrize("statement", [
    'SELECT count(*) FROM "{other}".crm_account', 'DELETE FROM "{other}".crm_account',
    "INSERT INTO \"{other}\".django_session VALUES ('x', '', now())", "UPDATE \"{other}\".identity_user SET name = 'x'",
    "SELECT count(*) FROM public.tenants_organization", "UPDATE public.tenants_organization SET state = 'active'",
    "CREATE TABLE mine (id int)", "DROP TABLE crm_account CASCADE", "TRUNCATE crm_account CASCADE",
    "ALTER TABLE crm_account ADD COLUMN mine int", "CREATE INDEX mine ON crm_account (id)", "CREATE SCHEMA mine",
    'DROP SCHEMA "{other}" CASCADE', "CREATE ROLE mine", 'GRANT "{other}" TO "{own}"', "SELECT * FROM pg_authid",
    'COPY "{other}".crm_account TO STDOUT', "COPY crm_account TO '/tmp/away'", "COPY crm_account TO PROGRAM 'true'",
])  # fmt: skip
def test_the_database_refuses(statement: str, tenant: Tenant, other_tenant: Tenant) -> None:
    text = statement.format(other=other_tenant.schema, own=tenant.schema)
    with pytest.raises(ProgrammingError, match=r"permission denied|must (be|have)"), transaction.atomic():
        sql.run(text)


def test_what_a_workspace_does_all_day_is_allowed(tenant: Tenant) -> None:
    account = Account.objects.create(name="Ours")
    Account.objects.filter(pk=account.pk).update(name="Still ours")
    assert Account.objects.select_for_update().get(pk=account.pk).name == "Still ours"
    Account.objects.filter(pk=account.pk)._raw_delete(connection.alias)


def test_tables_that_come_later_are_within_its_rights(stage: Any, db: None) -> None:
    schema = new_name()
    build_schema(schema)
    with tenant_context(Tenant(schema=schema)):
        with operator_context(), transaction.atomic():
            sql.run("CREATE TABLE later (id int)")
        sql.run("INSERT INTO later VALUES (1)")
        assert sql.one("SELECT count(*) FROM later") == 1


def test_a_schema_and_its_role_go_together(stage: Any, public: None) -> None:
    schema = new_name()
    build_schema(schema)
    assert exists(schema)
    assert schema in roles.roles_of_this_database()
    discard_schema(schema)
    assert not exists(schema)
    assert sql.one("SELECT to_regnamespace(%s)", [schema]) is None


def test_a_missing_role_is_made_good(stage: Any, public: None) -> None:
    """A dump of the database holds no roles."""
    schema = new_name()
    build_schema(schema)
    Organization.objects.create(name="Dumped", subdomain="dumped", schema_name=schema)
    assert schema not in roles.schemas_without_role()
    for statement in (
        'REVOKE ALL ON ALL TABLES IN SCHEMA "{0}" FROM "{0}"', 'REVOKE ALL ON SCHEMA "{0}" FROM "{0}"',
        'ALTER DEFAULT PRIVILEGES IN SCHEMA "{0}" REVOKE ALL ON TABLES FROM "{0}"', 'DROP ROLE "{0}"',
    ):  # fmt: skip
        sql.run(statement.format(schema))
    assert roles.schemas_without_role() == [schema]
    assert roles.ensure_role(schema)
    assert not roles.ensure_role(schema)
    with tenant_context(Tenant(schema=schema)):
        assert Account.objects.count() == 0
        assert role() == schema


def test_roles_of_a_database_that_is_gone_are_found(stage: Any, public: None) -> None:
    name = new_name()
    sql.run(f'CREATE ROLE "{name}"; COMMENT ON ROLE "{name}" IS \'Peyvand workspace in no_such_database\'')
    assert name in roles.roles_of_lost_databases()
    assert name not in roles.roles_of_this_database()


def test_no_table_of_a_workspace_is_everybodys(tenant: Tenant) -> None:
    """Every right in every schema of ours is its own role's or the owner's."""
    with public_context():
        wrong = sql.rows(r"""
            SELECT n.nspname, c.relname, g.rolname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL aclexplode(c.relacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee
            WHERE n.nspname ~ '^t_[0-9a-f]{32}$' AND a.grantee <> c.relowner
              AND g.rolname IS DISTINCT FROM n.nspname""")
    assert wrong == []
