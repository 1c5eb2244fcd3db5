"""A read-only workspace: everything can be read and nothing changed, through whatever face; and pages say so."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from identity.models import Role, User
from identity.services.tokens import authenticate_token
from kernel.access import Actor, may_add, require_open, system_actor, visible
from kernel.context import Tenant, public_context, tenant_context
from kernel.errors import Denied
from kernel.models import Job, OutboxMessage
from kernel.records import (
    bulk_delete,
    bulk_update,
    create_record,
    delete_record,
    restore_record,
    undo_batch,
    update_record,
)
from kernel.registry import registry
from kernel.upsert import change_records, upsert_records
from tenants import hosts, sql
from tenants.models import Organization
from tenants.services.engines import enable_engine
from tests.factories import PASSWORD, api_client, page_client
from tests.isolation.planting import ids_of, plant
from tests.isolation.routes import addresses
from tests.tenants.test_settings_pages import FORM

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")
SENTENCE = "The trial has ended."

#: What people may still do: sign in and out, look after their own account, choose how they see lists.
OWN = {
    "django_session", "usersessions_usersession", "account_emailaddress", "account_emailconfirmation",
    "mfa_authenticator", "identity_apitoken", "identity_user", "crm_savedview", "crm_viewchoice", "kernel_audit",
}  # fmt: skip


def become(tenant: Tenant, state: str, reason: str = "") -> Tenant:
    with public_context():
        Organization.objects.filter(pk=tenant.id).update(state=state, state_reason=reason)
        hosts.forget_all()
        now: Tenant = Organization.objects.get(pk=tenant.id).as_tenant()
        return now


@dataclass
class Room:
    """A workspace with records in it, and Sara signed in at its pages and its API."""

    tenant: Tenant
    ids: dict[str, Any]
    page: Client
    api: Client
    sara: Any

    def close(self) -> Tenant:
        self.tenant = become(self.tenant, "read_only", "trial_ended")
        return self.tenant


@pytest.fixture
def room(tenant: Tenant, sara: Any) -> Room:
    rows = {}
    for name in ("account", "contact", "deal"):
        rows[name] = create_record(name, actor=SYSTEM, values={"name": f"A {name}"}).pk
    return Room(tenant, rows, page_client(sara, tenant), api_client(sara, tenant), sara)


def picture(tenant: Tenant) -> dict[str, str]:
    """Every table of the workspace, as a digest of its rows."""
    with tenant_context(tenant):
        names = [row[0] for row in sql.rows("SELECT tablename FROM pg_tables WHERE schemaname = %s", [tenant.schema])]
        digest = "SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} AS t"
        return {name: sql.one(digest.format(sql.quoted(name))) for name in names}


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


Write = Callable[[Room], Any]


def _invite(room: Room) -> Any:
    member = Role.objects.get(key=Role.MEMBER)
    return room.page.post("/settings/people/invite/", {"email": "l@example.com", "name": "Leila", "role": member.pk})


def _import(room: Room) -> Any:
    file = SimpleUploadedFile("a.csv", b"Company\nZagros\n", content_type="text/csv")
    return room.page.post("/import/new/", {"entity": "account", "file": file})


def _levels(room: Room) -> Any:
    role = Role.objects.get(key=Role.MEMBER)
    return room.page.post(f"/settings/roles/{role.pk}/", {"level.crm.account.view": "own"})


def _cell(room: Room) -> Any:
    url = f"/accounts/{room.ids['account']}/cell/city/"
    return room.page.post(url, {"city": "Yazd", "was": "", "version": "1"})


def _bulk_api(room: Room) -> Any:
    return room.api.post("/api/v1/accounts/bulk/", {"match": "name", "records": [{"name": "Zagros"}]})


#: A write through each face. All of them work in an open workspace, which the same test shows.
WRITES: dict[str, Write] = {
    "form": lambda r: r.page.post("/accounts/new/", {"name": "Zagros"}),
    "edit": lambda r: r.page.post(f"/accounts/{r.ids['account']}/edit/", {"name": "Zagros", "version": "1"}),
    "cell": _cell,
    "delete": lambda r: r.page.post(f"/accounts/{r.ids['account']}/delete/"),
    "bulk page": lambda r: r.page.post("/deals/bulk/", {"act": "delete", "selected": [str(r.ids["deal"])]}),
    "import": _import,
    "invite": _invite,
    "roles": _levels,
    "team": lambda r: r.page.post("/settings/teams/new/", {"name": "South", "region": "Shiraz"}),
    "organization": lambda r: r.page.post("/settings/organization/", FORM),
    "engine": lambda r: r.page.post("/settings/engines/sfa/disable/"),
    "api create": lambda r: r.api.post("/api/v1/accounts/", {"name": "Zagros"}),
    "api change": lambda r: r.api.generic("PATCH", f"/api/v1/accounts/{r.ids['account']}/", '{"city": "Yazd"}'),
    "api delete": lambda r: r.api.delete(f"/api/v1/accounts/{r.ids['account']}/"),
    "api bulk": _bulk_api,
    "api engine": lambda r: r.api.post("/api/v1/engines/sfa/disable/"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITES)
def test_each_face_writes_when_open_and_nothing_when_not(room: Room, name: str) -> None:
    room.close()
    before = picture(room.tenant)
    answer = WRITES[name](room)
    assert answer.status_code == 403, answer.content
    assert SENTENCE in answer.content.decode()
    assert changed(before, picture(room.tenant)) <= OWN
    become(room.tenant, "active")
    before = picture(room.tenant) | {"": "organization"}
    assert WRITES[name](room).status_code < 400
    after = picture(room.tenant) | {"": "organization"}
    assert changed(before, after) - OWN or name in ("organization", "engine", "api engine")


SERVICES: dict[str, Callable[[Room, Any], Any]] = {
    "create": lambda r, a: create_record("account", actor=a, values={"name": "Zagros"}),
    "update": lambda r, a: update_record("account", r.ids["account"], actor=a, values={"city": "Yazd"}),
    "delete": lambda r, a: delete_record("account", r.ids["account"], actor=a),
    "restore": lambda r, a: restore_record("account", r.ids["account"], actor=a),
    "bulk update": lambda r, a: bulk_update("account", [r.ids["account"]], actor=a, values={"city": "Yazd"}),
    "bulk delete": lambda r, a: bulk_delete("account", [r.ids["account"]], actor=a),
    "undo": lambda r, a: undo_batch(r.ids["account"], actor=a),
    "upsert": lambda r, a: upsert_records("account", [{"name": "Zagros"}], actor=a, match=("name",)),
    "change": lambda r, a: change_records("account", {r.ids["account"]: {"city": "Yazd"}}, actor=a),
}  # fmt: skip


@pytest.mark.parametrize("name", SERVICES)
def test_the_services_refuse_the_system_too(room: Room, name: str, actor_for: Any) -> None:
    closed = room.close()
    with tenant_context(closed):
        for actor in (system_actor("a job"), actor_for(room.sara, closed)):
            with pytest.raises(Denied) as refused:
                SERVICES[name](room, actor)
            assert SENTENCE in str(refused.value)


def test_the_predicate_leaves_what_reads(room: Room, actor_for: Any) -> None:
    """Of all permissions there are: exactly those that change nothing hold, for whoever held them."""
    open_actor = actor_for(room.sara)
    with tenant_context(room.tenant):
        held = {code for code in registry.permissions if open_actor.may(code)}
    with tenant_context(room.close()):
        reading = {code for code in registry.permissions if open_actor.may(code)}
        assert reading == {code for code in held if registry.permissions[code].holds != "open"}
        assert {code.rpartition(".")[2] for code in reading} <= {"view", "export", "close"}
        assert not may_add("account", open_actor)
        assert visible("account", SYSTEM, "change") == visible("account", Actor(None, "nobody"), "change")
        with pytest.raises(Denied):
            require_open()


def test_every_address_asked_in_every_way_changes_nothing(tenant: Tenant, sara: Any) -> None:
    """New pages and operations are walked too, without anybody thinking of it."""
    with tenant_context(enable_engine(actor=SYSTEM, name="machines").as_tenant()):
        ids = ids_of(plant())
        known = set(OutboxMessage.objects.values_list("pk", flat=True))
        planted = list(Job.objects.values())
    jobs = Job.objects.filter(pk__in=[row["id"] for row in planted]).values()
    closed = become(tenant, "read_only", "trial_ended")
    page, api = page_client(sara, closed), api_client(sara, closed)
    before, refused = picture(closed), 0
    for address in {one.route: one for one in addresses(ids)}.values():
        if "logout" in address.route:
            continue
        for client, method, body, kind in _ways(page, api, address.route):
            cache.clear()  # nobody is refused for asking too often
            client.raise_request_exception = False
            answer = client.generic(method, address.path, body, kind)
            assert answer.status_code < 500, (method, address.path)
            b"".join(answer)  # a download reads to its end and closes its file
            refused += answer.status_code == 403
    assert changed(before, picture(closed)) <= OWN | {"kernel_outbox", "kernel_job"}
    with tenant_context(closed):
        told = set(OutboxMessage.objects.exclude(pk__in=known).values_list("name", flat=True))
        assert told <= {"identity.user_changed"}
        assert list(jobs) == planted
        begun = set(jobs.model.objects.exclude(pk__in=[row["id"] for row in planted]).values_list("kind", flat=True))
        assert begun <= registry.reading_jobs()
    assert refused > 50


def _ways(page: Client, api: Client, route: str) -> list[tuple[Client, str, str, str]]:
    if not route.startswith("api/"):
        return [(page, "POST", FIELDS, "application/x-www-form-urlencoded")]
    body = '{"name": "Zagros", "records": [{"name": "Zagros"}], "match": "name"}'
    return [(api, method, body, "application/json") for method in ("POST", "PUT", "PATCH", "DELETE")]


FIELDS = "name=Zagros&title=Zagros&do=save&act=delete&city=Yazd&version=1&match=name&state=&email=x%40example.com"


def test_what_people_may_still_do(room: Room) -> None:
    room.close()
    assert room.page.get("/accounts/").status_code == 200
    assert room.page.get(f"/accounts/{room.ids['account']}/").status_code == 200
    assert b"A account" in b"".join(room.page.get("/accounts/export/?format=csv"))
    assert room.api.get("/api/v1/accounts/").json()["count"] == 1
    assert room.page.get("/palette/?q=account").status_code == 200
    profile = {"name": "Sara A", "language": "en", "theme": "dark"}
    assert room.page.post("/settings/profile/", profile).status_code in (200, 302)
    assert room.page.post("/settings/tokens/", {"name": "export", "life": "30"}).status_code == 200
    assert room.page.post("/settings/security/sessions/end/").status_code == 302
    fresh = Client(HTTP_HOST=room.tenant.host)
    answer = fresh.post("/auth/login/", {"login": "sara@example.com", "password": PASSWORD})
    assert answer.status_code == 302
    assert fresh.get("/").status_code == 200


def test_every_page_says_why_and_offers_nothing_that_would_be_refused(room: Room) -> None:
    assert SENTENCE not in room.page.get("/accounts/").content.decode()
    room.close()
    for path in ("/", "/accounts/", f"/accounts/{room.ids['account']}/", "/deals/board/", "/settings/profile/"):
        page = room.page.get(path).content.decode()
        assert SENTENCE in page, path
        for offer in ('href="/accounts/new/"', f'/{room.ids["account"]}/edit/"', 'href="/import/new/"', "/delete/"):
            assert offer not in page, (path, offer)


def test_the_way_to_settings_never_ends_at_a_refusal(room: Room, nima: Any) -> None:
    clients = [room.page, page_client(nima, room.tenant)]
    for state in ("active", "read_only"):
        become(room.tenant, state, "trial_ended")
        for client in clients:
            way = re.search(r'href="([^"]+)"[^>]*data-go-key="S"', client.get("/").content.decode())
            assert way is not None
            assert client.get(way[1]).status_code == 200, way[1]


def test_an_invitation_waits_until_the_workspace_is_open(room: Room, mailoutbox: list[Any]) -> None:
    from django.test import TestCase

    with TestCase.captureOnCommitCallbacks(execute=True):
        _invite(room)
    link = next(word for word in mailoutbox[-1].body.split() if "/auth/invitation/" in word)
    path = link[link.index("/auth/invitation/") :]
    room.close()
    stranger = Client(HTTP_HOST=room.tenant.host)
    stranger.post(path, {"name": "Leila", "password": "long-river-1405-cedar"})
    assert User.objects.get(email="l@example.com").state == User.State.INVITED


def test_a_token_still_reads(room: Room) -> None:
    room.close()
    secret = room.api.defaults["HTTP_AUTHORIZATION"].partition(" ")[2]
    with tenant_context(room.tenant):
        assert authenticate_token(secret) is not None
    refused = room.api.post("/api/v1/accounts/", {"name": "Zagros"})
    assert (refused.status_code, refused.json()["code"]) == (403, "denied")
