"""The sealed audit: whatever is done to stored rows is found, and honest work never is."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel import sealing
from kernel.access import system_actor
from kernel.audit import record_act
from kernel.ids import uuid7, uuid7_floor
from kernel.models import AuditEntry, AuditSeal
from kernel.sealing import line, seal, verify
from kernel.sealing.chain import seal_hash
from kernel.sealing.verify import Findings, verify_head

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seals of five lines; nothing counts as still on its way."""
    monkeypatch.setattr(seal, "SIZE", 5)
    monkeypatch.setattr(verify, "WINDOW", timedelta())


def write(count: int = 12) -> list[AuditEntry]:
    AuditSeal.objects.all().delete()
    AuditEntry.objects.all().delete()
    return [
        record_act("changed", actor=SYSTEM, entity="account", label=f"«{n}» \"q\" \\ ي", changes={
            "name": [None, f"n\n{n}\u001f"], "b": {"zz": 1, "a": [True, None, 1.5]}, "amount": ["1", "20.50"],
        })
        for n in range(count)
    ]  # fmt: skip


def check() -> Findings:
    found = Findings()
    while sealing.verify_seals(found, most=2):
        pass
    return found


def test_lines_are_sealed_once_densely_and_verify(tenant: Any) -> None:
    rows = write()
    assert sealing.seal_lines() == 12
    assert sealing.seal_lines() == 0
    assert [(s.number, s.first_seq, s.count) for s in AuditSeal.objects.order_by("number")] == [
        (1, 1, 5), (2, 6, 5), (3, 11, 2)
    ]  # fmt: skip
    assert [pk for s in AuditSeal.objects.order_by("number") for pk in s.ids] == sorted(row.pk for row in rows)
    found = check()
    assert found.is_whole, found.faults
    assert (found.seals, found.lines) == (3, 12)


def test_the_hash_in_sql_is_the_one_in_python(tenant: Any) -> None:
    write()
    AuditEntry.objects.filter(record_label__startswith="«3").update(
        ip="2001:db8::1", actor_id=uuid7(), record_id=uuid7(), batch=uuid7(), record_label="\u200cمریم\t\u007f"
    )
    sealing.seal_lines()
    for one in AuditSeal.objects.all():
        for n, pk in enumerate(one.ids):
            told = bytes(one.hashes)[32 * n : 32 * n + 32]
            assert line.hash_of(AuditEntry.objects.get(pk=pk), one.first_seq + n) == told


COLUMNS = ("actor_label", "action", "entity", "record_label", "source", "request_id")
TAMPERING = st.one_of(
    st.tuples(st.just("text"), st.integers(0, 11), st.sampled_from(COLUMNS), st.text("abcی", min_size=1, max_size=5)),
    st.tuples(st.just("changes"), st.integers(0, 11), st.just(""), st.text("abc", min_size=1, max_size=5)),
    st.tuples(st.just("at"), st.integers(0, 11), st.just(""), st.integers(1, 10**9)),
    st.tuples(st.just("delete"), st.integers(0, 11), st.just(""), st.just("")),
    st.tuples(st.just("insert"), st.integers(0, 10), st.just(""), st.just("")),
    st.tuples(st.just("swap"), st.integers(0, 10), st.just(""), st.just("")),
    st.tuples(st.just("drop seal"), st.integers(0, 1), st.just(""), st.just("")),
    st.tuples(st.just("claim removal"), st.integers(0, 2), st.just(""), st.just("")),
    st.tuples(st.just("reseal"), st.integers(0, 2), st.just(""), st.just("")),
)


def tamper(rows: list[AuditEntry], kind: str, n: int, column: str, value: Any) -> None:
    row = AuditEntry.objects.filter(pk=rows[n].pk)
    seals = list(AuditSeal.objects.order_by("number"))
    match kind:
        case "text":
            row.update(**{column: f"x{value}"})
        case "changes":
            row.update(changes={**rows[n].changes, "more": value})
        case "at":
            row.update(at=rows[n].at - timedelta(microseconds=value))
        case "delete":
            row.delete()
        case "insert":
            pk = type(rows[n].pk)(int=(rows[n].pk.int + rows[n + 1].pk.int) // 2)
            AuditEntry.objects.bulk_create([AuditEntry(pk=pk, actor_label="Forger", source="web", action="changed")])
        case "swap":
            row.update(changes={"x": ["a", "b"]}, record_label=rows[n + 1].record_label)
        case "drop seal":
            AuditEntry.objects.filter(pk__in=seals[n].ids).delete()
            AuditSeal.objects.filter(pk=seals[n].pk).delete()
        case "claim removal":
            AuditEntry.objects.filter(pk__in=seals[n].ids).delete()
            AuditSeal.objects.filter(pk=seals[n].pk).update(
                ids=[], hashes=b"", gone=[[1, seals[n].count]], gone_until=timezone.now(),
                gone_signature=f"{seals[n].key}:0",
            )  # fmt: skip
        case "reseal":  # as somebody would who knows the rules, but not the secret
            one = seals[n]
            AuditEntry.objects.filter(pk=one.ids[0]).update(actor_label="Nobody")
            hashes = line.hash_of(AuditEntry.objects.get(pk=one.ids[0]), one.first_seq) + bytes(one.hashes)[32:]
            one.hashes, one.content = hashes, hashlib.sha256(hashes).hexdigest()
            one.link = seal_hash(one)
            one.save()


@given(TAMPERING)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_done_to_stored_lines_is_found(tenant: Any, act: tuple[str, int, str, Any]) -> None:
    rows = write()
    sealing.seal_lines()
    tamper(rows, *act)
    assert not check().is_whole


def test_an_altered_line_is_named(tenant: Any) -> None:
    rows = write()
    sealing.seal_lines()
    AuditEntry.objects.filter(pk=rows[6].pk).update(actor_label="Somebody else")
    AuditEntry.objects.filter(pk=rows[11].pk).delete()
    assert [(f.kind, f.seal, f.seq, f.id) for f in check().faults] == [
        ("altered", 2, 7, str(rows[6].pk)), ("missing", 3, 12, str(rows[11].pk))
    ]  # fmt: skip


def test_a_chain_without_its_end_is_whole_in_itself_but_not_what_it_was(tenant: Any) -> None:
    write()
    sealing.seal_lines()
    last = AuditSeal.objects.latest("number")
    AuditEntry.objects.filter(pk__in=last.ids).delete()
    last.delete()
    found = check()
    assert found.is_whole
    verify_head(found, known=(last.number, last.link))
    assert [fault.kind for fault in found.faults] == ["cut"]


def test_a_line_that_was_committed_late_is_sealed_behind_the_later_ones(tenant: Any) -> None:
    rows = write()
    AuditEntry.objects.filter(pk=rows[3].pk).delete()
    sealing.seal_lines()
    rows[3].save(force_insert=True)
    assert sealing.seal_lines() == 1
    assert AuditSeal.objects.latest("number").ids == [rows[3].pk]
    assert check().is_whole


def test_a_line_dated_long_ago_shows_and_is_sealed_as_late(tenant: Any) -> None:
    write()
    sealing.seal_lines()
    pk = type(uuid7())(int=uuid7_floor(timezone.now() - timedelta(days=3)).int + 5)
    AuditEntry.objects.bulk_create([AuditEntry(pk=pk, actor_label="Forger", source="web", action="changed")])
    assert sealing.seal_lines() == 0
    assert [fault.kind for fault in check().faults] == ["inserted"]
    assert sealing.seal_late() == 1
    found = check()
    assert (found.is_whole, found.late) == (True, 1)


def test_what_goes_by_policy_leaves_the_chain_whole(tenant: Any) -> None:
    rows = write()
    AuditEntry.objects.filter(pk__in=[row.pk for row in rows[1:8]]).update(action="sign_in")
    sealing.seal_lines()
    until = timezone.now() + timedelta(seconds=1)
    assert sealing.remove_lines(Q(action="sign_in"), until=until, after=0) == (3, 7)
    found = check()
    assert (found.is_whole, found.lines, found.gone) == (True, 5, 7)
    assert sealing.remove_lines(Q(), until=until, after=0, most=2) == (2, 3)
    assert AuditSeal.objects.get(number=1).ids == []
    assert sealing.remove_lines(Q(), until=until, after=2, most=2) == (3, 2)
    assert sealing.remove_lines(Q(), until=until, after=3, most=2) == (3, 0)
    assert check().is_whole
    assert AuditEntry.objects.count() == 0


def test_a_removal_that_was_widened_is_found(tenant: Any) -> None:
    rows = write()
    sealing.seal_lines()
    until = timezone.now() + timedelta(seconds=1)
    sealing.remove_lines(Q(pk=rows[1].pk), until=until, after=0)
    AuditEntry.objects.filter(pk=rows[2].pk).delete()
    AuditSeal.objects.filter(number=1).update(gone=[[2, 3]])
    assert [fault.kind for fault in check().faults] == ["removal"]


def test_a_removal_does_not_wash_away_what_was_altered(tenant: Any) -> None:
    rows = write()
    sealing.seal_lines()
    AuditEntry.objects.filter(pk=rows[1].pk).update(actor_label="Nobody")
    sealing.remove_lines(Q(), until=timezone.now() + timedelta(seconds=1), after=0)
    assert [(fault.kind, fault.seq) for fault in check().faults] == [("altered", 2)]


def test_seals_of_another_installation_are_told_apart(tenant: Any) -> None:
    with override_settings(SECRET_KEY="another installation"):
        write()
        sealing.seal_lines()
    found = check()
    assert (found.is_whole, found.elsewhere) == (True, 3)
    with override_settings(ARCHIVE_KEYS=["another installation"]):
        assert check().elsewhere == 0


def test_sealing_takes_as_many_statements_for_many_lines(tenant: Any) -> None:
    counts = []
    for count in (1, 4):
        write(count)
        with CaptureQueriesContext(connection) as asked:
            sealing.seal_lines()
        counts.append(len(asked))
    assert counts[0] == counts[1]
