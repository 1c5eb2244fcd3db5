"""The workspace follows threads, coroutines and generators as far as Python's contexts do, and not one step further."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import DatabaseError, connection, transaction
from django.http import StreamingHttpResponse
from django.test import RequestFactory

from crm.models import Account
from identity.models import Team, User
from kernel.context import Tenant, get_tenant, require_tenant, tenant_context
from tenants.middleware import WorkspaceMiddleware
from tenants.postgresql.base import UnboundStatement
from tests.factories import make_workspace

ROUNDS = 20


@pytest.fixture
def tenants(stage: Any, transactional_db: None) -> list[Tenant]:
    """Four workspaces with a team each that has the workspace's name."""
    made = [make_workspace(engines=())[0].as_tenant() for _n in range(4)]
    for tenant in made:
        with tenant_context(tenant), transaction.atomic():
            Team.objects.create(name=tenant.schema)
    return made


def teams() -> list[str]:
    """What a view or a task does: a transaction, and a query in it."""
    with transaction.atomic():
        return list(Team.objects.values_list("name", flat=True))


def teams_of_a_thread() -> list[str]:
    """The same where the thread is nobody's, so that its connection is not left behind."""
    try:
        return teams()
    finally:
        connection.close()


def in_transaction() -> bool:
    return connection.in_atomic_block


def schema() -> str | None:
    tenant = get_tenant()
    return tenant.schema if tenant else None


@pytest.mark.parametrize("sensitive", [True, False])
def test_many_coroutines_at_once_stay_where_they_are(tenants: list[Tenant], sensitive: bool) -> None:
    """One thread for all of them, or one for each call; every step may be followed by somebody else's."""
    look = sync_to_async(teams if sensitive else teams_of_a_thread, thread_sensitive=sensitive)

    async def visit(tenant: Tenant) -> list[list[str]]:
        seen = []
        with tenant_context(tenant):
            for _round in range(ROUNDS):
                seen.append(await look())
                await asyncio.sleep(0)
                assert require_tenant() == tenant
        return seen

    async def everybody() -> list[list[list[str]]]:
        return await asyncio.gather(*(visit(tenant) for tenant in tenants))

    for tenant, seen in zip(tenants, async_to_sync(everybody)(), strict=True):
        assert seen == [[tenant.schema]] * ROUNDS
    assert schema() is None


def test_a_task_of_asyncio_keeps_where_it_was_started(tenants: list[Tenant]) -> None:
    """Its context is a copy: what happens around it later does not reach it, and it reaches nobody."""

    async def later(gate: asyncio.Event) -> str | None:
        await gate.wait()
        return schema()

    async def start() -> list[str | None]:
        gate = asyncio.Event()
        started = []
        for tenant in tenants:
            with tenant_context(tenant):
                started.append(asyncio.ensure_future(later(gate)))
        started.append(asyncio.ensure_future(later(gate)))
        gate.set()
        return await asyncio.gather(*started)

    assert asyncio.run(start()) == [*(tenant.schema for tenant in tenants), None]


def test_asynchronous_queries_outside_a_transaction_are_refused(tenants: list[Tenant]) -> None:
    """`atomic` is synchronous, so `aget` and `async for` cannot be bound: they fail instead of reading from public."""

    async def count() -> int:
        with tenant_context(tenants[0]):
            return await Team.objects.acount()

    with pytest.raises(UnboundStatement):
        async_to_sync(count)()


def _in_thread(work: Callable[[], Any]) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def test_a_new_thread_is_in_no_workspace_and_finds_no_table_of_one(tenants: list[Tenant]) -> None:
    def look() -> str:
        try:
            with transaction.atomic():
                Account.objects.count()
        except DatabaseError as error:
            return str(error)
        finally:
            connection.close()
        return "found"

    with tenant_context(tenants[0]):
        assert _in_thread(schema) is None
        assert "does not exist" in _in_thread(look)
        # Tables that public has too (operators are people as well) are public's there.
        assert tenants[0].schema not in _in_thread(teams_of_a_thread)


def test_a_context_that_is_taken_along_holds_in_the_thread(tenants: list[Tenant]) -> None:
    with tenant_context(tenants[0]):
        taken = copy_context()
    assert _in_thread(lambda: taken.run(teams_of_a_thread)) == [tenants[0].schema]

    async def along() -> list[str]:
        with tenant_context(tenants[1]):
            return await asyncio.to_thread(teams_of_a_thread)

    assert asyncio.run(along()) == [tenants[1].schema]


def test_what_a_thread_binds_is_restored_there_and_nowhere_else(tenants: list[Tenant]) -> None:
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with tenant_context(tenants[1]):
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    with tenant_context(tenants[0]):
        thread.start()
        assert inside.wait(10)
        assert schema() == tenants[0].schema
    leave.set()
    thread.join()
    assert schema() is None


def _stream(tenant: Tenant) -> Any:
    def pieces() -> Iterator[str]:
        for _piece in range(3):
            yield ",".join(teams()) + "\n"

    request = RequestFactory().get("/", HTTP_HOST=tenant.host)
    return WorkspaceMiddleware(lambda _request: StreamingHttpResponse(pieces()))(request)


def test_streams_that_are_read_in_turns_are_each_their_own(tenants: list[Tenant]) -> None:
    one, two = _stream(tenants[0]), _stream(tenants[1])
    turns = list(zip(one.streaming_content, two.streaming_content, strict=True))
    assert turns == [(f"{tenants[0].schema}\n".encode(), f"{tenants[1].schema}\n".encode())] * 3
    for answer in (one, two):
        answer.close()


def test_a_stream_leaves_nothing_bound_for_who_reads_it(tenants: list[Tenant]) -> None:
    answer = _stream(tenants[0])
    with tenant_context(tenants[1]):
        for _piece in answer.streaming_content:
            assert schema() == tenants[1].schema
    answer.close()


def test_a_stream_that_is_given_up_ends_its_transaction(tenants: list[Tenant]) -> None:
    answer = _stream(tenants[0])
    assert next(iter(answer.streaming_content))
    assert in_transaction()
    answer.close()
    assert not in_transaction()
    assert schema() is None
    with tenant_context(tenants[1]):
        assert teams() == [tenants[1].schema]


def test_a_generator_reads_where_it_is_run_not_where_it_was_made(tenants: list[Tenant]) -> None:
    """A lazy queryset belongs to nobody until it is read: whoever hands one out of a workspace gets an error."""
    with tenant_context(tenants[0]):
        lazy = User.objects.all()
    with tenant_context(tenants[1]), pytest.raises(UnboundStatement):
        list(lazy)
