"""A change is one transaction: row, audit and event; and it can be taken back."""

import pytest
from django.db import transaction

from crm.models import Account
from kernel.access import Actor, records_visible_to
from kernel.clean import clean_values
from kernel.errors import Conflict, Denied, Invalid, NotFound
from kernel.models import AuditEntry, OutboxMessage
from kernel.records import (
    bulk_delete,
    bulk_update,
    create_record,
    delete_record,
    restore_record,
    undo_batch,
    update_record,
)

pytestmark = pytest.mark.django_db


def make(actor: Actor, **values: object) -> Account:
    made: Account = create_record("account", actor=actor, values=clean_values("account", values, actor=actor))
    return made


def test_creating_writes_row_audit_and_event(manager: Actor) -> None:
    account = make(manager, name="Zagros Steel", city="Ahvaz")
    entry = AuditEntry.objects.get(record_id=account.pk)
    message = OutboxMessage.objects.get(name="crm.account_created")
    assert entry.action == "created"
    assert entry.changes["city"] == [None, "Ahvaz"]
    assert entry.actor_id == manager.user_id
    assert message.payload["id"] == str(account.pk)
    assert account.owner_id == manager.user_id
    assert account.pk.version == 7


def test_nothing_is_written_when_the_change_fails(manager: Actor) -> None:
    def fail() -> None:
        with transaction.atomic():
            make(manager, name="Zagros Steel")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not Account.objects.exists()
    assert not AuditEntry.objects.filter(entity="account").exists()
    assert not OutboxMessage.objects.filter(name="crm.account_created").exists()


def test_changing_keeps_old_and_new_and_counts_the_version(manager: Actor) -> None:
    account = make(manager, name="Zagros Steel")
    changed = update_record("account", account.pk, actor=manager, values={"city": "Ahvaz"}, version=1)
    assert changed.version == 2
    assert AuditEntry.objects.get(action="changed").changes == {"city": ["", "Ahvaz"]}


def test_a_change_of_nothing_writes_nothing(manager: Actor) -> None:
    account = make(manager, name="Zagros Steel")
    assert update_record("account", account.pk, actor=manager, values={"name": "Zagros Steel"}).version == 1
    assert not AuditEntry.objects.filter(action="changed").exists()


def test_a_stale_version_is_refused_and_shows_the_newer_record(manager: Actor) -> None:
    account = make(manager, name="Zagros Steel")
    update_record("account", account.pk, actor=manager, values={"city": "Ahvaz"}, version=1)
    with pytest.raises(Conflict) as caught:
        update_record("account", account.pk, actor=manager, values={"city": "Karaj"}, version=1)
    assert caught.value.current.city == "Ahvaz"


def test_deleting_can_be_taken_back(manager: Actor) -> None:
    account = make(manager, name="Zagros Steel")
    gone = delete_record("account", account.pk, actor=manager)
    assert not Account.objects.exists()
    assert undo_batch(gone.audit_id, actor=manager).changed == 1
    assert Account.objects.get().name == "Zagros Steel"
    delete_record("account", account.pk, actor=manager)
    restore_record("account", account.pk, actor=manager)
    assert Account.objects.exists()


def test_undo_of_a_bulk_edit_leaves_what_changed_since(manager: Actor) -> None:
    first, second = make(manager, name="One", city="Qom"), make(manager, name="Two", city="Yazd")
    done = bulk_update("account", [first.pk, second.pk], actor=manager, values={"city": "Tehran"})
    assert (done.changed, done.refused) == (2, 0)
    update_record("account", second.pk, actor=manager, values={"city": "Karaj"})
    undone = undo_batch(done.batch, actor=manager)
    assert (undone.changed, undone.refused) == (1, 1)
    assert sorted(Account.objects.values_list("city", flat=True)) == ["Karaj", "Qom"]


def test_bulk_delete_is_undone_at_once(manager: Actor) -> None:
    ids = [make(manager, name=name).pk for name in ("One", "Two", "Three")]
    done = bulk_delete("account", ids, actor=manager)
    assert done.changed == 3
    assert not Account.objects.exists()
    assert undo_batch(done.batch, actor=manager).changed == 3
    assert Account.objects.count() == 3


def test_a_reader_sees_but_cannot_write(manager: Actor, reader: Actor) -> None:
    account = make(manager, name="Zagros Steel")
    assert records_visible_to(reader, "account").count() == 1
    with pytest.raises(Denied):
        update_record("account", account.pk, actor=reader, values={"city": "Qom"})
    with pytest.raises(Denied):
        create_record("account", actor=reader, values={"name": "Mine"})
    with pytest.raises(Denied):
        delete_record("account", account.pk, actor=reader)
    assert bulk_update("account", [account.pk], actor=reader, values={"city": "Qom"}).refused == 1


def test_an_actor_without_a_role_gets_nothing(manager: Actor) -> None:
    account = make(manager, name="Zagros Steel")
    nobody = Actor(user_id=manager.user_id, label="nobody")
    assert not records_visible_to(nobody, "account").exists()
    with pytest.raises(NotFound):
        update_record("account", account.pk, actor=nobody, values={"city": "Qom"})


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"name": "X", "colour": "red"}, "colour", "unknown_field"),
        ({"name": "X", "created_at": "2026-01-01"}, "created_at", "read_only"),
        ({"city": "Qom"}, "name", "required"),
        ({"name": ""}, "name", "required"),
        ({"name": "X", "employees": "-1"}, "employees", "min_value"),
        ({"name": "X", "parent": "019a0000-0000-7000-8000-000000000000"}, "parent", "not_found"),
        ({"name": "X" * 201}, "name", "max_length"),
    ],
)
def test_bad_values_are_named(manager: Actor, values: dict[str, str], field: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        clean_values("account", values, actor=manager)
    assert [problem.code for problem in caught.value.problems[field]] == [code]


def test_relations_are_found_by_id_or_by_name_in_any_script(manager: Actor) -> None:
    parent = make(manager, name="پمپ‌سازان البرز")
    for given in (str(parent.pk), {"id": str(parent.pk)}, {"name": "پمپ سازان البرز"}, "پمپسازان البرز"):
        assert clean_values("account", {"name": "X", "parent": given}, actor=manager)["parent"] == parent
