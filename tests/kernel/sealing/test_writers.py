"""Sealing beside writers with real transactions: nobody waits, nothing is left out, nothing is sealed twice."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from kernel import sealing
from kernel.access import system_actor
from kernel.audit import record_act
from kernel.context import tenant_context
from kernel.models import AuditEntry, AuditSeal
from kernel.sealing import verify
from kernel.sealing.verify import Findings

SYSTEM = system_actor("test")
pytestmark = pytest.mark.django_db(transaction=True)


def in_thread(tenant: Any, act: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        try:
            with tenant_context(tenant):
                act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def whole(monkeypatch: pytest.MonkeyPatch) -> Findings:
    monkeypatch.setattr(verify, "WINDOW", timedelta())
    found = Findings()
    with transaction.atomic():
        while sealing.verify_seals(found):
            pass
    return found


def test_many_writers_and_sealers_at_once(live_tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def write() -> None:
        for n in range(15):
            with transaction.atomic():
                record_act("changed", actor=SYSTEM, entity="account", label=str(n))
                record_act("changed", actor=SYSTEM, entity="account", label=str(n))

    def seal() -> None:
        for _ in range(10):
            sealing.seal_lines()

    threads = [in_thread(live_tenant, act) for act in (write, write, seal, write, seal, write)]
    for thread in threads:
        thread.join(60)
    sealing.seal_lines()
    with transaction.atomic():
        lines = AuditEntry.objects.count()
        sealed = [pk for one in AuditSeal.objects.all() for pk in one.ids]
    found = whole(monkeypatch)
    assert found.is_whole, found.faults
    assert (len(sealed), len(set(sealed)), found.lines) == (lines, lines, lines)
    assert lines >= 120


def test_a_long_transaction_is_neither_waited_for_nor_forgotten(
    live_tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, go_on = threading.Event(), threading.Event()

    def long() -> None:
        with transaction.atomic():
            record_act("changed", actor=SYSTEM, entity="account", label="early")
            written.set()
            assert go_on.wait(30)

    thread = in_thread(live_tenant, long)
    assert written.wait(30)
    with transaction.atomic():
        record_act("changed", actor=SYSTEM, entity="account", label="later")
    assert sealing.seal_lines() > 0
    go_on.set()
    thread.join(30)
    assert sealing.seal_lines() == 1
    with transaction.atomic():
        assert AuditEntry.objects.get(pk=AuditSeal.objects.latest("number").ids[0]).record_label == "early"
    assert whole(monkeypatch).is_whole


def test_only_one_seals_and_no_writer_waits_for_it(live_tenant: Any) -> None:
    with transaction.atomic():
        record_act("changed", actor=SYSTEM, entity="account")
        seen: list[int] = []

        def other() -> None:
            with transaction.atomic():
                record_act("changed", actor=SYSTEM, entity="account")
            seen.append(sealing.seal_lines())

        with sealing.seal.sealing_stopped():
            in_thread(live_tenant, other).join(30)
            assert seen == [0]
