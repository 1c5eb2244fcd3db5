"""Spare schemas: claimed once each, whoever asks at the same time."""

import threading

import pytest
from django.db import connection, transaction

from kernel.context import Tenant, public_context, tenant_context
from tenants import sql
from tenants.models import SpareSchema
from tenants.pool import claim_schema, drop_stale, refill_pool
from tenants.versions import CORE, version_of


@pytest.fixture
def pool(stage: object, transactional_db: None) -> None:
    refill_pool(2)


def spare() -> int:
    with public_context():
        return SpareSchema.objects.filter(version=version_of(CORE)).count()


def test_refilling_makes_what_is_missing_and_no_more(pool: None) -> None:
    assert spare() >= 2
    before = spare()
    assert refill_pool(before + 1) == 1
    assert refill_pool(before + 1) == 0


def test_two_refills_at_once_do_not_overfill(pool: None) -> None:
    target = spare() + 2

    def work() -> None:
        refill_pool(target)
        connection.close()

    threads = [threading.Thread(target=work) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert spare() == target


def test_each_claim_gets_a_schema_of_its_own_ready_or_not(pool: None) -> None:
    """Two are ready and five ask: nobody waits for the other, nobody gets the same."""
    refill_pool(2)
    ready: set[str] = set()
    names: list[str] = []
    failures: list[str] = []
    with public_context():
        ready |= set(SpareSchema.objects.values_list("schema_name", flat=True))
    start = threading.Barrier(len(ready) + 3)

    def claim() -> None:
        try:
            start.wait()
            names.append(claim_schema())
        except Exception as error:
            failures.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=claim) for _n in range(start.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(set(names)) == start.parties
    assert ready < set(names)
    for name in names:
        with tenant_context(Tenant(schema=name)), transaction.atomic():
            assert sql.one("SELECT count(*) FROM identity_user") == 0


def test_a_claim_that_is_rolled_back_returns_the_schema(pool: None) -> None:
    before = spare()
    with transaction.atomic():
        claim_schema()
        transaction.set_rollback(True)
    assert spare() == before


def test_schemas_of_an_older_version_are_dropped_and_never_claimed(pool: None) -> None:
    with public_context():
        old = SpareSchema.objects.first()
        assert old is not None
        SpareSchema.objects.update(version="old")
        assert claim_schema() != old.schema_name
        refill_pool(2)
        assert SpareSchema.objects.filter(version="old").exists()  # a worker of that version may be filling them
        drop_stale()
        assert not SpareSchema.objects.filter(version="old").exists()
        assert sql.one("SELECT to_regnamespace(%s)", [old.schema_name]) is None
