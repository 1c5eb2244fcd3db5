"""Indexes on big tables are built beside the people's work, everywhere else within the workspace's transaction."""

import pytest
from django.db import IntegrityError, transaction

from kernel.context import tenant_context
from tenants import sql
from tenants.releases import Options, release, running, targets
from tests.factories.fleet import SIZE, Fleet, everybody, fresh, has_nickname, hire, inside
from tests.factories.newer import COLUMN_THEN_INDEX, newer

NOW = Options(pool=0, pauses=())
ALL = (True, True, True)


@pytest.fixture
def big(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> str:
    """Ship 4 has many contacts, by the measure of this test."""
    monkeypatch.setattr(targets, "BIG_ROWS", 100)
    one = fresh("ship04")
    with tenant_context(one.as_tenant()), transaction.atomic():
        hire("of the many", 200)
    sql.run(f'ANALYZE "{one.schema_name}".crm_contact')
    return "ship04"


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that ran on their own."""
    seen: list[str] = []
    honest = running._build_alone

    def build(schema: str, name: str, statement: str) -> None:
        seen.append(statement)
        honest(schema, name, statement)

    monkeypatch.setattr(running, "_build_alone", build)
    return seen


def test_only_the_big_one_is_built_without_locking(big: str, built: list[str]) -> None:
    with newer(COLUMN_THEN_INDEX):
        assert release(NOW).done == SIZE
    schema = fresh(big).schema_name
    assert len(built) == 1
    assert built[0].startswith(
        f'CREATE INDEX CONCURRENTLY IF NOT EXISTS "contact_nickname" ON "{schema}"."crm_contact" ("nickname")'
    )
    assert all(has_nickname(one) == ALL for one in everybody())


def test_an_index_is_dropped_without_locking(big: str, built: list[str]) -> None:
    with newer({**COLUMN_THEN_INDEX, "gone": 'RemoveIndexConcurrently("contact", "contact_nickname"),'}):
        assert release(NOW).done == SIZE
    assert [statement.partition(" INDEX")[0] for statement in built] == ["CREATE", "DROP"]
    assert all(has_nickname(one)[1] is False for one in everybody())


def test_what_a_killed_attempt_left_is_made_anew(big: str, built: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The index is there but its migration not noted; then there is but an invalid stump of it."""

    def killed(*_args: object) -> None:
        raise KeyboardInterrupt

    honest = running._at_once
    with newer(COLUMN_THEN_INDEX):
        calls: list[bool] = []

        def once(*args: object, last: bool) -> None:
            if last and calls:
                killed()
            calls.append(last)
            honest(*args, last=last)  # type: ignore[arg-type]  # passed on as they came

        monkeypatch.setattr(running, "_at_once", once)
        with pytest.raises(KeyboardInterrupt):
            release(Options(pool=0, pauses=(), tenants=(big,)))
        monkeypatch.setattr(running, "_at_once", honest)
        one = fresh(big)
        assert has_nickname(one)[1] is True
        assert "nickname_index" not in str(inside(one, "SELECT name FROM django_migrations"))
        _make_invalid(one.schema_name)
        assert has_nickname(one)[1] is False
        assert release(NOW).done == SIZE
        assert has_nickname(fresh(big)) == ALL


def _make_invalid(schema: str) -> None:
    """A unique index over equal values, built without locking, fails and leaves itself behind."""
    sql.run(f'DROP INDEX "{schema}".contact_nickname')
    with pytest.raises(IntegrityError):
        sql.run(f'CREATE UNIQUE INDEX CONCURRENTLY contact_nickname ON "{schema}".crm_contact (nickname)')
