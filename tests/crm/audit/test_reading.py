"""Lines that are rare among many are found by another way, and are the same by either."""

from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from crm.audit import reading
from crm.audit.asking import read_question
from crm.audit.reading import newest_lines
from kernel.access import system_actor
from kernel.audit import record_act
from kernel.context import door
from kernel.query import counting
from kernel.query.counting import within

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("Robot")
QUESTIONS: tuple[dict[str, str], ...] = (
    {}, {"source": "import"}, {"source": "import", "action": "sign_in"}, {"source": "web", "category": "changes"},
    {"source": "api", "category": "sign_ins", "entity": "user"}, {"category": "reads", "since": "2020-01-01"},
    {"action": "deleted", "until": "2020-01-01"},
)  # fmt: skip


@pytest.fixture
def lines(tenant: Any) -> None:
    for n in range(60):
        with door(("web", "api", "import")[n % 3]):
            action = ("changed", "sign_in", "deleted", "export")[n % 4]
            record_act(action, actor=SYSTEM, entity=("user", "account")[n % 2], label=str(n))


def impatient(_budget: int) -> Any:
    raise OperationalError("canceling statement due to statement timeout")


@pytest.mark.parametrize("given", QUESTIONS, ids=str)
@pytest.mark.parametrize("cost", [0, 10**9])
def test_both_ways_find_the_same(
    lines: None, sara: Any, actor_for: Any, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], cost: int
) -> None:
    actor, asked = actor_for(sara), read_question(given)
    usual = newest_lines(actor, asked, most=7)
    older = newest_lines(actor, asked, most=7, before=usual[-1].pk) if usual else []
    monkeypatch.setattr(reading, "within", impatient)
    monkeypatch.setattr(reading, "COST", cost)
    assert newest_lines(actor, asked, most=7) == usual
    if usual:
        assert newest_lines(actor, asked, most=7, before=usual[-1].pk) == older
        assert [line.pk for line in usual] == sorted((line.pk for line in usual), reverse=True)


def test_a_statement_that_takes_too_long_is_given_up_and_the_transaction_goes_on(tenant: Any) -> None:
    with pytest.raises(OperationalError), within(20), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")
    record_act("changed", actor=SYSTEM)


def test_time_that_is_over_when_the_limit_is_taken_back_spoils_nothing(
    tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine even that statement may come too late."""
    real = counting.within._limit

    def late(self: Any, most: str) -> str:
        if most != "1000":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 20")
                cursor.execute("SELECT pg_sleep(5)")
        return real(self, most)

    monkeypatch.setattr(counting.within, "_limit", late)
    with transaction.atomic():
        with pytest.raises(OperationalError), within(1000):
            pass
        record_act("changed", actor=SYSTEM)
