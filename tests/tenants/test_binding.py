"""The backend's promise: a statement runs in the workspace that is bound, or not at all."""

import threading
from typing import Any, cast

import pytest
from django.db import DatabaseError, connection, transaction

from identity.models import User
from kernel.context import Tenant, public_context, tenant_context
from tenants.models import Organization
from tenants.postgresql.base import UnboundStatement


def path() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        return str(cursor.fetchone()[0])


def names() -> set[str]:
    return set(User.objects.values_list("name", flat=True))


def test_a_workspaces_path_leaves_public_out(tenant: Tenant) -> None:
    assert path() == f"{tenant.schema}, ext" or path() == f'"{tenant.schema}", ext'


def test_the_librarys_own_way_of_entering_a_workspace_is_refused(tenant: Tenant) -> None:
    """Of 6,000 exits of `with tenant:` in threads, 5,882 restored another thread's."""
    with public_context():
        organization = Organization.objects.get(pk=tenant.id)
    for enter in (organization.__enter__, organization.activate):
        with pytest.raises(RuntimeError, match="tenant_context"):
            enter()


def test_an_absent_table_is_an_error_and_not_somebody_elses(tenant: Tenant) -> None:
    with pytest.raises(DatabaseError, match="does not exist"), transaction.atomic():
        Organization.objects.count()


def test_the_binding_follows_the_context_inside_one_transaction(tenant: Tenant, other_tenant: Tenant) -> None:
    assert "Nima Rezaei" in names()
    with tenant_context(other_tenant):
        assert names() == {"Olga Petrova"}
        with public_context():
            assert Organization.objects.count() >= 2
            assert path() == "public, ext"
        assert names() == {"Olga Petrova"}
    assert "Nima Rezaei" in names()


def test_a_binding_made_inside_a_savepoint_survives_its_rollback(tenant: Tenant, other_tenant: Tenant) -> None:
    with public_context():
        Organization.objects.count()
    # Public is bound when the savepoint begins; the workspace is bound inside it and undone with it.
    with transaction.atomic():
        assert "Nima Rezaei" in names()
        transaction.set_rollback(True)
    assert "Nima Rezaei" in names()


def test_after_an_error_inside_a_savepoint_the_right_workspace_holds(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_context(other_tenant), pytest.raises(DatabaseError), transaction.atomic():
        User.objects.extra(where=["nothing"]).count()
    assert "Nima Rezaei" in names()
    with tenant_context(other_tenant):
        assert names() == {"Olga Petrova"}


def test_leaving_a_broken_savepoint_in_another_context_still_rolls_back(tenant: Tenant, other_tenant: Tenant) -> None:
    """ROLLBACK TO runs while another workspace is bound than the one whose statement failed."""
    with pytest.raises(DatabaseError), transaction.atomic(), tenant_context(other_tenant):
        User.objects.extra(where=["nothing"]).count()
    assert "Nima Rezaei" in names()


def test_a_cursor_kept_across_workspaces_is_bound_at_each_statement(tenant: Tenant, other_tenant: Tenant) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM identity_user")
        assert cursor.fetchone()[0] == 4
        with tenant_context(other_tenant):
            cursor.execute("SELECT count(*) FROM identity_user")
            assert cursor.fetchone()[0] == 1


def test_binding_costs_no_counted_query(tenant: Tenant, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def] # fixtures of the suite
    with django_assert_num_queries(1):
        names()


def test_connections_have_no_tenant_of_their_own(tenant: Tenant) -> None:
    bound: Any = connection  # a DatabaseWrapper of ours
    assert bound.schema_name == tenant.schema
    with pytest.raises(RuntimeError, match="tenant_context"):
        bound.set_schema("public")


def test_an_organization_is_no_context_manager(tenant: Tenant, stage) -> None:  # type: ignore[no-untyped-def] # fixtures of the suite
    with pytest.raises(RuntimeError, match="thread-safe"), stage.organization:
        pass


def test_outside_a_transaction_a_workspaces_statement_is_refused(live_tenant: Tenant) -> None:
    with pytest.raises(UnboundStatement, match=r"transaction\.atomic"):
        names()
    with transaction.atomic():
        assert names() == {"Sara Ahmadi"}
    with pytest.raises(UnboundStatement):
        names()


def test_outside_a_transaction_public_never_runs_with_a_workspaces_path(live_tenant: Tenant) -> None:
    with transaction.atomic():
        names()
    with public_context():
        assert path() == "public, ext"
        assert Organization.objects.filter(schema_name=live_tenant.schema).exists()


def test_a_rolled_back_transaction_leaves_nothing_bound(live_tenant: Tenant) -> None:
    with transaction.atomic():
        names()
        transaction.set_rollback(True)
    with public_context():
        assert path() == "public, ext"
    with transaction.atomic():
        assert names() == {"Sara Ahmadi"}


def test_a_new_connection_starts_unbound(live_tenant: Tenant) -> None:
    with transaction.atomic():
        names()
    connection.close()
    with transaction.atomic():
        assert names() == {"Sara Ahmadi"}


def test_threads_do_not_share_a_binding(live_tenant: Tenant, stage) -> None:  # type: ignore[no-untyped-def] # fixtures of the suite
    other = stage.other.as_tenant()
    wrong: list[str] = []
    start = threading.Barrier(4)

    def work(where: Tenant, expected: str) -> None:
        try:
            start.wait()
            for _round in range(60):
                with tenant_context(where), transaction.atomic():
                    if expected not in names():
                        wrong.append(where.schema)
        except Exception as error:
            wrong.append(repr(error))
        finally:
            connection.close()

    jobs = [(live_tenant, "Sara Ahmadi"), (other, "Olga Petrova")] * 2
    threads = [threading.Thread(target=work, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_new_thread_is_in_no_workspace(live_tenant: Tenant) -> None:
    seen: list[str] = []
    thread = threading.Thread(target=lambda: seen.append(cast(Any, connection).schema_name))
    thread.start()
    thread.join()
    assert seen == ["public"]
