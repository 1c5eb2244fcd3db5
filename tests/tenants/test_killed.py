"""SIGKILL in the middle of a sign-up, of switching an engine on, of purging it and of erasing an organization."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from identity.models import User
from kernel.access import system_actor
from kernel.context import public_context, tenant_context
from tenants import sql, tasks
from tenants.models import Organization, SpareSchema
from tenants.pool import refill_pool
from tenants.reaper import AGE, find_ownerless
from tenants.roles import roles_of_this_database
from tenants.services.engines import disable_engine
from tenants.services.workspaces import drop_workspace
from tests.factories import make_workspace
from tests.tenants.killing import Killer, killer

SCHEMAS = r"SELECT nspname FROM pg_namespace WHERE nspname ~ '^[ts]_[0-9a-f]{32}$' ORDER BY 1"


@pytest.fixture(scope="module")
def shared_killer(django_db_setup: None, django_db_blocker: Any) -> Iterator[Killer]:
    with django_db_blocker.unblock(), killer() as one:
        yield one


@pytest.fixture
def killing(stage: Any, transactional_db: None, shared_killer: Killer) -> Killer:
    return shared_killer


def server() -> dict[str, Any]:
    """Everything a sign-up could leave behind."""
    with public_context():
        return {
            "organizations": list(Organization.objects.order_by("pk").values_list("subdomain", "state", "schema_name")),
            "spare": list(SpareSchema.objects.order_by("pk").values_list("pk", flat=True)),
            "schemas": sql.rows(SCHEMAS), "roles": roles_of_this_database(),
            "ownerless": [f for f in find_ownerless(timezone.now() + 2 * AGE) if f.kind in ("schema", "retired")],
        }  # fmt: skip


def drop(subdomain: str) -> None:
    with public_context():
        drop_workspace(Organization.objects.get(subdomain=subdomain))


@pytest.mark.parametrize("ready", [True, False], ids=["claimed", "built"])
def test_a_sign_up_killed_at_any_point_leaves_nothing(killing: Killer, ready: bool) -> None:
    refill_pool(4)
    points = killing.points("sign_up", "alborz", number=10 if ready else 5)
    drop("alborz")
    if not ready:
        with public_context():
            for spare in SpareSchema.objects.all():
                spare.delete()
    before = server()
    for point in points:
        assert killing.act("sign_up", "alborz", kill_at=point) == 0
        assert server() == before, point
    assert killing.act("sign_up", "alborz") > 0
    with public_context():
        made = Organization.objects.get(subdomain="alborz")
    with tenant_context(made.as_tenant()), transaction.atomic():
        assert User.objects.get().email == "leila@alborz.example"


def engine_of(subdomain: str) -> dict[str, Any]:
    with public_context():
        row = Organization.objects.get(subdomain=subdomain)
    with tenant_context(row.as_tenant()), transaction.atomic():
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema ORDER BY 1"
        counts = {name: sql.one(f"SELECT count(*) FROM {sql.quoted(name)}") for (name,) in sql.rows(tables)}
    return {"engines": row.engines, "releases": row.releases, "rows": counts}


def test_an_engine_is_on_or_off_wherever_the_switch_is_killed(killing: Killer) -> None:
    make_workspace("kavir", engines=())
    make_workspace("kavir2", engines=())
    points = killing.points("switch_on", "kavir2", number=6)
    before = engine_of("kavir")
    for point in points:
        assert killing.act("switch_on", "kavir", kill_at=point) == 0
        assert engine_of("kavir") == before, point
    assert killing.act("switch_on", "kavir") > 0
    assert engine_of("kavir") == engine_of("kavir2")
    assert "sfa_deal" in engine_of("kavir")["rows"]


def test_an_engine_is_there_or_purged_wherever_the_purge_is_killed(killing: Killer) -> None:
    actor = system_actor("test")
    for name in ("kavir", "kavir2"):
        organization, _sara = make_workspace(name)
        with tenant_context(organization.as_tenant()), transaction.atomic():
            disable_engine(actor=actor, name="sfa")
    points = killing.points("purge", "kavir2", number=4)
    before = engine_of("kavir")
    assert before["rows"]["sfa_stage"] > 0
    for point in points:
        assert killing.act("purge", "kavir", kill_at=point) == 0
        assert engine_of("kavir") == before, point
    assert killing.act("purge", "kavir") > 0
    assert "sfa_deal" not in engine_of("kavir")["rows"]


def test_an_erasure_killed_again_and_again_ends(killing: Killer) -> None:
    due: Callable[[], dict[str, Any]] = lambda: {"state": "suspended", "erase_after": timezone.now()}  # noqa: E731 — a value of now, twice
    organization, _sara = make_workspace("kavir")
    with public_context():
        Organization.objects.filter(pk=organization.pk).update(**due())
    # Each try gets further than the one before, since what is gone is gone.
    for point in (1, 3, 6, 8, 9, 10, 9, 8, 10, 11, 12):
        killing.act("erase", "-", kill_at=point)
        assert Client(HTTP_HOST=organization.host).get("/").status_code in (403, 404)
    tasks.lives()
    with public_context():
        row = Organization.objects.get(pk=organization.pk)
        assert (row.state, row.name) == ("erased", "")
        assert not sql.one("SELECT 1 FROM pg_roles WHERE rolname = %s", [organization.schema_name])
        assert sql.one("SELECT to_regnamespace(%s)", [organization.schema_name]) is None


def test_of_many_browsers_that_ask_for_one_address_one_gets_it(stage: Any, transactional_db: None) -> None:
    """Through the page: one is signed in, the others read the sentence; one schema was used and none is lost."""
    refill_pool(8)
    before, number = server(), 6
    start, answers = threading.Barrier(number), []

    def ask(n: int) -> None:
        form = {
            "organization": "Alborz", "subdomain": "alborz", "name": "Leila", "email": f"leila{n}@alborz.example",
            "password": "long-river-1405-cedar", "language": "en",
        }  # fmt: skip
        try:
            start.wait()
            answers.append(Client(HTTP_HOST=settings.BASE_HOST).post("/signup/", form))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [302] + [422] * (number - 1)
    for answer in answers:
        assert answer.status_code == 302 or "This address is taken already." in answer.content.decode()
    after = server()
    assert len(after["spare"]) == len(before["spare"]) - 1
    assert after["schemas"] == before["schemas"]
    assert after["ownerless"] == []
    welcome = next(answer["Location"] for answer in answers if answer.status_code == 302)
    browser = Client(HTTP_HOST="alborz.localhost")
    assert browser.get(welcome[welcome.index("/welcome/") :])["Location"] == "/"
    assert browser.get("/").status_code == 200


def test_a_killed_refill_leaves_nothing_half_made(killing: Killer) -> None:
    """Schema, role and the row that owns them are one transaction."""
    refill_pool(2)
    number = len(server()["spare"])
    points = killing.points("refill", str(number + 1), number=4)
    before = server()
    for point in points:
        assert killing.act("refill", str(number + 2), kill_at=point) == 0
        now = server()
        assert now["ownerless"] == before["ownerless"]
        assert len(now["schemas"]) - len(before["schemas"]) == len(now["spare"]) - number - 1
        assert len(now["roles"]) - len(before["roles"]) == len(now["spare"]) - number - 1
    killing.act("refill", str(number + 2))
    assert len(server()["spare"]) == number + 2
