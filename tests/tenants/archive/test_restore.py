"""Out and in again: every row, every file, every id; and what happens to those who sign in."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction
from django.test import override_settings

from crm.models import Account
from identity.actors import actor_for
from identity.models import Role, User
from identity.services.emails import set_primary_email
from kernel import files, sealing
from kernel.access import Actor
from kernel.context import Tenant, public_context, tenant_context
from kernel.errors import Invalid, NotFound
from kernel.jobs import cancel_job
from kernel.models import AuditEntry, Job
from kernel.records import create_record, delete_record, update_record
from kernel.sealing import Findings
from tenants import roles, sql
from tenants.archive.loading import load_files
from tenants.archive.selectors import Archive, failed_restore
from tenants.archive.services import keep_upload, start_restore
from tenants.archive.swapping import go_back, ways_back
from tenants.models import RetiredSchema
from tests.factories import PASSWORD, make_workspace, page_client
from tests.factories.newer import newer
from tests.tenants.archive.conftest import finished
from tests.tenants.archive.whole import files_of, rows_of, tenant_now

Export = Callable[[], Archive]


@pytest.fixture
def filled(live_tenant: Tenant, admin: Actor) -> Tenant:
    with transaction.atomic():
        parent = create_record("account", values={"name": 'a,\n"b"\t\\N پیوند 🙂', "description": ""}, actor=admin)
        create_record(
            "account", values={"name": "b", "parent": parent, "revenue": "123456789012345678.99"}, actor=admin
        )
        create_record("contact", values={"last_name": "c", "account": parent}, actor=admin)
        gone = create_record("account", values={"name": "gone"}, actor=admin)
        delete_record("account", gone.pk, actor=admin)
        update_record("account", parent.pk, values={"city": "Shiraz"}, actor=admin, version=None)
        files.save("imports", [b"name\n"])
    return live_tenant


def restore(archive: Archive, actor: Actor, typed: str = "Live") -> Job:
    assert archive.path is not None
    with archive.path.open("rb") as source, transaction.atomic():
        upload = keep_upload(actor=actor, chunks=iter(lambda: source.read(65536), b""))
        job = start_restore(actor=actor, archive=upload, typed=typed)
    return finished(job)


@pytest.mark.usefixtures("_wherever_files_lie")
def test_everything_comes_back(filled: Tenant, admin: Actor, export: Export) -> None:
    before, kept = rows_of(filled), files_of(filled)
    made = export()
    with transaction.atomic():
        Account.everything.all().update(name="spoilt")
        create_record("account", values={"name": "later"}, actor=admin)
        files.delete(next(files.refs(but=["archives"])))
    job = restore(made, admin)
    assert (job.state, job.error) == ("done", "")
    now = tenant_now(filled)
    assert now.schema != filled.schema
    after = rows_of(now)
    audit = [row for row in after.pop("kernel_audit") if row not in before["kernel_audit"]]
    assert len(audit) == 1
    assert b"restored" in audit[0]
    assert set(before.pop("kernel_audit")) <= set(rows_of(now)["kernel_audit"])
    assert after == before
    assert files_of(now) == kept
    with tenant_context(now), transaction.atomic():
        # numbers go on behind those that came back
        EmailAddress.objects.create(user_id=admin.user_id, email="second@example.com")


def test_it_has_the_same_indexes_and_keys_as_a_fresh_one(filled: Tenant, admin: Actor, export: Export) -> None:
    def shape(schema: str) -> set[str]:
        found = sql.rows("SELECT indexdef FROM pg_indexes WHERE schemaname = %s", [schema])
        told = "SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = %s::regnamespace"
        keys = sql.rows(told, [f'"{schema}"'])
        return {row[0].replace(f"{schema}.", "") for row in [*found, *keys]}

    made = export()
    restore(made, admin)
    with public_context(), transaction.atomic():
        assert shape(tenant_now(filled).schema) == shape(filled.schema)
        assert roles.schemas_without_role() == []


def test_people_stay_signed_in(filled: Tenant, admin: Actor, export: Export) -> None:
    with transaction.atomic():
        nora = User(name="Nora", email="nora@example.com", state="active", role=Role.objects.get(key="member"))
        nora.set_password("as-it-was-then-1")
        nora.save(force_insert=True)
        set_primary_email(nora, "nora@example.com", verified=True)
        User.objects.create(name="Left", email="left@example.com", state="active")
    made = export()
    with transaction.atomic():
        nora.set_password(PASSWORD)
        nora.save()
        User.objects.filter(name="Left").update(state="deactivated")
        sara = User.objects.get(pk=admin.user_id)
    clients = [page_client(sara, filled), page_client(nora, filled)]
    assert restore(made, admin).state == "done"
    now = tenant_now(filled)
    assert [client.get("/accounts/").status_code for client in clients] == [200, 200]
    with tenant_context(now), transaction.atomic():
        assert User.objects.get(name="Nora").check_password(PASSWORD)
        assert User.objects.get(name="Left").state == "deactivated"


def test_a_new_workspace_restores_from_it(filled: Tenant, admin: Actor, export: Export) -> None:
    before = rows_of(filled)
    made = export()
    with public_context():
        fresh, olga = make_workspace(name="Fresh", admin=("Olga Petrova", "olga@example.com"), engines=())
    tenant = fresh.as_tenant()
    with tenant_context(tenant), transaction.atomic():
        actor = actor_for(olga, tenant)
    client = page_client(olga, tenant)
    with tenant_context(tenant):
        assert restore(made, actor, typed=" fresh ").state == "done"
    now = tenant_now(tenant)
    assert now.engines == {"sfa"}
    after = rows_of(now)
    people = {"identity_user", "account_emailaddress", "kernel_audit"}
    assert {k: v for k, v in after.items() if k not in people} == {k: v for k, v in before.items() if k not in people}
    assert client.get("/accounts/").status_code == 200
    with tenant_context(now), transaction.atomic():
        olga_now = User.objects.get(email="olga@example.com")
        assert (olga_now.pk, olga_now.is_admin, olga_now.check_password(PASSWORD)) == (olga.pk, True, True)
        sara = User.objects.get(email="sara@example.com")
        assert (sara.pk, sara.has_usable_password()) == (admin.user_id, False)


def test_the_same_address_is_the_same_person(filled: Tenant, admin: Actor, export: Export) -> None:
    """Sara restores into a new workspace of hers: what she did there is hers here."""
    made = export()
    with public_context():
        fresh, sara = make_workspace(name="Fresh", engines=())
    tenant = fresh.as_tenant()
    assert sara.pk != admin.user_id
    client = page_client(sara, tenant)
    with tenant_context(tenant):
        with transaction.atomic():
            actor = actor_for(sara, tenant)
        assert restore(made, actor, typed=fresh.subdomain).state == "done"
    with tenant_context(tenant_now(tenant)), transaction.atomic():
        now = User.objects.get(email="sara@example.com")
        assert (now.pk, now.check_password(PASSWORD)) == (admin.user_id, True)
        assert AuditEntry.objects.get(action="restored").actor_id == admin.user_id
    assert client.get("/accounts/").status_code == 200


def test_a_workspace_with_records_takes_no_others(filled: Tenant, admin: Actor, export: Export) -> None:
    made = export()
    with public_context():
        other, sara = make_workspace(name="Other")
    tenant = other.as_tenant()
    with tenant_context(tenant), transaction.atomic():
        actor = actor_for(sara, tenant)
        create_record("account", values={"name": "own"}, actor=actor)
    with tenant_context(tenant), pytest.raises(Invalid) as refused:
        restore(made, actor, typed="Other")
    assert [p.code for p in refused.value.problems["file"]] == ["foreign"]
    with tenant_context(tenant):
        assert list(files.refs()) == []


def test_the_way_back(filled: Tenant, admin: Actor, export: Export) -> None:
    made = export()
    with transaction.atomic():
        create_record("account", values={"name": "later"}, actor=admin)
        client = page_client(User.objects.get(pk=admin.user_id), filled)
    restore(made, admin)
    now = tenant_now(filled)
    with tenant_context(now), transaction.atomic():
        assert not Account.objects.filter(name="later").exists()
        (way,) = ways_back()
        assert way.schema_name == filled.schema
        go_back(way.schema_name, actor=admin)
    assert tenant_now(filled).schema == filled.schema
    with transaction.atomic():
        assert Account.objects.filter(name="later").exists()
        assert AuditEntry.objects.filter(action="went_back").exists()
        assert [way.schema_name for way in ways_back()] == [now.schema]
    assert client.get("/accounts/").status_code == 200


def test_an_archive_of_an_older_version_is_brought_to_now(filled: Tenant, admin: Actor, export: Export) -> None:
    made = export()
    with newer():
        job = restore(made, admin)
        assert (job.state, job.error) == ("done", "")
        now = tenant_now(filled)
        with tenant_context(now), transaction.atomic():
            assert sql.rows("SELECT last_name, nickname FROM crm_contact") == [("c", "")]
            assert sql.one("SELECT count(*) FROM django_migrations WHERE name LIKE '%_nickname'") == 1
            (way,) = ways_back()
            go_back(way.schema_name, actor=admin)
        # What was left before the update is brought up to date on the way back.
        with transaction.atomic():
            assert sql.rows("SELECT last_name, nickname FROM crm_contact") == [("c", "")]
        newest = export()
    assert newest.path is not None
    with newest.path.open("rb") as source, pytest.raises(Invalid) as refused, transaction.atomic():
        keep_upload(actor=admin, chunks=source)
    assert refused.value.problems["file"][0].code == "newer"


def test_nobody_goes_back_to_the_schema_of_another(filled: Tenant, admin: Actor, export: Export, stage: Any) -> None:
    with public_context(), transaction.atomic():
        RetiredSchema.objects.create(
            schema_name="t_foreign", organization=stage.other, releases={"core": "x"}, drop_after="2999-01-01T00:00Z"
        )
    with transaction.atomic(), pytest.raises(NotFound):
        go_back("t_foreign", actor=admin)
    with public_context(), transaction.atomic():
        RetiredSchema.objects.all().delete()


def test_the_name_must_be_typed(filled: Tenant, admin: Actor, export: Export) -> None:
    with pytest.raises(Invalid) as refused:
        restore(export(), admin, typed="Life")
    assert "typed" in refused.value.problems


@pytest.mark.parametrize(("language", "said"), [("en", "damaged"), ("fa", "آسیب")])
def test_what_goes_wrong_later_is_said_in_the_words_of_whoever_waits(
    language: str, said: str, filled: Tenant, admin: Actor, export: Export
) -> None:
    made = export()
    assert made.path is not None
    with transaction.atomic():
        User.objects.filter(pk=admin.user_id).update(language=language)
        job = start_restore(actor=admin, archive=made.job.pk, typed="live")
    whole = made.path.read_bytes()
    at = whole.index(b"data/kernel_audit.csv") + 200
    made.path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
    job = finished(job)
    assert (job.state, said in job.error) == ("failed", True), job.error
    assert tenant_now(filled).schema == filled.schema
    with transaction.atomic():
        assert failed_restore() == job
    with public_context(), transaction.atomic():
        assert not RetiredSchema.objects.exists()
        assert sql.one("SELECT count(*) FROM pg_namespace WHERE nspname = %s", [job.state_data["schema"]]) == 0


def test_stopped_before_the_end_nothing_has_changed(
    filled: Tenant, admin: Actor, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = export()

    def load_and_stop(*args: Any) -> None:
        load_files(*args)
        with tenant_context(filled), transaction.atomic():
            cancel_job(Job.objects.get(kind="tenants.restore").pk, actor=admin)

    monkeypatch.setattr("tenants.archive.restoring.load_files", load_and_stop)
    job = restore(made, admin)
    assert job.state == "cancelled"
    assert tenant_now(filled).schema == filled.schema
    with public_context(), transaction.atomic():
        assert not RetiredSchema.objects.exists()
        assert sql.one("SELECT count(*) FROM pg_namespace WHERE nspname = %s", [job.state_data["schema"]]) == 0
        assert job.state_data["schema"] not in roles.roles_of_this_database()


def test_the_sealed_audit_is_whole_after_a_restore(filled: Tenant, admin: Actor, export: Export) -> None:
    def check() -> Findings:
        found = Findings()
        with transaction.atomic():
            while sealing.verify_seals(found):
                pass
        return found

    with override_settings(SECRET_KEY="another installation"):
        sealing.seal_lines()
        sealed = check()
        assert (sealed.is_whole, sealed.elsewhere) == (True, 0)
        made = export()
    with override_settings(ARCHIVE_KEYS=["another installation"]):
        assert restore(made, admin).state == "done"
    with tenant_context(tenant_now(filled)):
        assert sealing.seal_lines() > 0  # the restore itself, among others
        found = check()
        assert (found.is_whole, found.seals, found.elsewhere) == (True, sealed.seals + 1, sealed.seals)
        with override_settings(ARCHIVE_KEYS=["another installation"]):
            assert check().elsewhere == 0
