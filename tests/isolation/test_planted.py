"""Bugs planted on purpose. Each is reported by the walk or stopped by the database; without it nothing is reported.

The product has two locks, the path and the role: with either broken, the other holds.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from crm.models import Account
from identity.services.tokens import issue_token
from kernel.access import system_actor
from kernel.context import Tenant, tenant_context
from tenants.postgresql.base import OPERATOR
from tenants.services.workspaces import drop_workspace
from tests.factories import make_workspace
from tests.isolation import bugs, probes
from tests.isolation.bugs import ABSENT, BUGS, Bug
from tests.isolation.probes import Scene, Side
from tests.isolation.walk import Secret, fingerprint

#: Walks that need real commits.
LIVE = (probes.bindings,)
ON_A_SCENE = [one for one in BUGS if one.probe not in LIVE]
ON_A_PAIR = [one for one in BUGS if one.probe in LIVE]


@pytest.fixture
def scene(
    secret: Secret, tenant: Tenant, sara: Any, olga: Any, client_for: Any, api_for: Any, actor_for: Any
) -> Iterator[Scene]:
    from tenants import hosts

    yield Scene(tenant, secret, sara, olga, client_for, api_for, actor_for)
    hosts.forget_all()


@pytest.fixture(scope="module")
def _pair(stage: Any, django_db_blocker: Any) -> Iterator[tuple[Side, Side]]:
    with django_db_blocker.unblock():
        made = [make_workspace(name=name) for name in ("First", "Second")]
        yield _side(made[0], "onlyfirst"), _side(made[1], "onlysecond")
        for organization, _admin in made:
            drop_workspace(organization)


def _side(made: Any, word: str) -> Side:
    organization, admin = made
    with tenant_context(organization.as_tenant()) as bound, transaction.atomic():
        Account.objects.create(name=word)
        _token, secret = issue_token(actor=system_actor("test"), user=admin, name="test")
    return Side(bound, word, secret)


@pytest.fixture
def pair(_pair: tuple[Side, Side], django_db_blocker: Any) -> Iterator[tuple[Side, Side]]:
    """Two workspaces with real commits, on a connection that nobody used before or uses after."""
    with django_db_blocker.unblock():
        connection.close()
        yield _pair
        connection.close()


def check(bug: Bug, where: Any, patch: pytest.MonkeyPatch) -> None:
    with patch.context() as planted:
        bug.plant(planted, where)
        found = bug.probe(where)
    assert any(re.search(bug.caught, line) for line in found), found


@pytest.mark.parametrize("bug", ON_A_SCENE, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(bug: Bug, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    check(bug, scene, monkeypatch)


@pytest.mark.parametrize("bug", ON_A_PAIR, ids=lambda bug: bug.name)
def test_a_bug_of_the_binding_is_caught(bug: Bug, pair: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch) -> None:
    check(bug, pair, monkeypatch)


@pytest.mark.parametrize("probe", sorted({one.probe for one in ON_A_SCENE}, key=str), ids=lambda probe: probe.__name__)
def test_without_a_bug_nothing_is_reported(probe: Any, scene: Scene) -> None:
    assert probe(scene) == []


def test_without_a_bug_the_binding_holds(pair: tuple[Side, Side]) -> None:
    assert probes.bindings(pair) == []


def test_there_are_as_many_as_were_asked_for() -> None:
    assert len(BUGS) >= 20
    assert len({bug.name for bug in BUGS}) == len(BUGS)


def test_with_the_path_gone_the_role_still_holds(pair: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every statement looks into the first one's schema: whoever is not the first finds nothing there."""
    first, second = pair
    wrong = f'"{first.tenant.schema}", ext'
    bugs.rebound(monkeypatch, path=lambda _schema: wrong)
    with tenant_context(second.tenant), pytest.raises(ProgrammingError, match=ABSENT), transaction.atomic():
        Account.objects.count()
    assert not [line for line in probes.bindings(pair) if "onlyfirst" in line and line.startswith("onlysecond")]
    bugs.rebound(monkeypatch, path=lambda _schema: wrong, role=lambda _schema: OPERATOR)
    assert [line for line in probes.bindings(pair) if "{'onlyfirst'} instead of {'onlysecond'}" in line], (
        "with both locks broken it leaks: it was the role that held"
    )


def test_with_the_role_gone_the_path_still_holds(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody has the operator's rights: the walk finds nothing all the same, only the check of the role does."""
    bugs.rebound(monkeypatch, role=lambda _schema: OPERATOR)
    before = fingerprint(scene.secret.tenant)
    assert probes.neighbours(scene) == []
    assert probes.things(scene) == []
    assert fingerprint(scene.secret.tenant) == before
    assert probes.rights(scene)
