"""Short walks of the matrix, each telling what is wrong in lines; nothing when nothing is. Planted bugs are held to
them, and so is the product as it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from config.celery import app
from crm.models import Account
from identity.models import Role, User
from identity.services.invitations import invite_user
from kernel import files, outbox
from kernel.access import system_actor
from kernel.context import Tenant, public_context, tenant_context
from kernel.events import publish
from kernel.query import suggest
from kernel.registry import registry
from tenants import sql
from tenants.celery import HEADER
from tenants.models import Organization
from tenants.services.handover import offer_hand_over
from tests.isolation.planting import MARK
from tests.isolation.routes import Address, addresses
from tests.isolation.walk import Member, Secret, ask, judge_neighbour, knock, leaks, pry, why

Faces = Callable[[Any, Tenant], Client]


@dataclass(frozen=True)
class Scene:
    """Acme with Sara, the marked workspace with Olga, and how they come in."""

    tenant: Tenant
    secret: Secret
    sara: User
    olga: User
    page: Faces
    api: Faces
    actor: Callable[..., Any]

    def places(self, *routes: str) -> list[Address]:
        return [one for one in addresses(self.secret.ids) if one.route in routes]


class Findings(list[str]):
    """Lines of what is wrong. What breaks is a finding too."""

    @contextmanager
    def trying(self, what: str) -> Iterator[None]:
        try:
            with transaction.atomic():
                yield
        except Exception as error:
            self.append(f"{what}: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")

    def expect(self, what: str, found: Any, wanted: Any) -> None:
        if found != wanted:
            self.append(f"{what}: {found!r} instead of {wanted!r}")


RECORDS = (
    "accounts/", "accounts/<uuid:pk>/", "api/v1/accounts/", "api/v1/accounts/<str:pk>/", "api/v1/me/",
    "api/v1/accounts/<str:pk>/history/", "settings/profile/", "settings/organization/", "palette/",
)  # fmt: skip


def strangers(scene: Scene) -> list[str]:
    """At home first, so that whatever remembers has something to remember; then at the other's door, and home again."""
    found = Findings()
    places = scene.places(*RECORDS)
    at_home = scene.page(scene.sara, scene.tenant)
    token = scene.api(scene.sara, scene.tenant).defaults["HTTP_AUTHORIZATION"]
    found.expect("Sara at home", ask(at_home, "GET", "/accounts/").status_code, 200)
    me = ask(Client(HTTP_HOST=scene.tenant.host, HTTP_AUTHORIZATION=token), "GET", "/api/v1/me/")
    found.expect("Sara's token at home", me.status_code, 200)
    away = Client(HTTP_HOST=scene.secret.tenant.host)
    away.cookies["sessionid"] = at_home.cookies["sessionid"].value
    found += knock(away, places, ("GET", "POST"))
    found += knock(Client(HTTP_HOST=scene.secret.tenant.host, HTTP_AUTHORIZATION=token), places, ("GET",))
    hers = ask(scene.page(scene.olga, scene.secret.tenant), "GET", "/accounts/")
    if not leaks(hers, at_home=False):
        found.append(f"Olga at home: her own words are missing from a {why(hers)}")
    for place in scene.places("accounts/", "settings/organization/"):
        found.append(judge_neighbour("GET", place, ask(at_home, "GET", place.path)))
    return [one for one in found if one]


def neighbours(scene: Scene) -> list[str]:
    """Sara, at home, asking for what is the other's: by id, by searching, by taking lists away."""
    member = Member(lambda: scene.page(scene.sara, scene.tenant), scene.api(scene.sara, scene.tenant))
    found = Findings(pry(member, scene.places(*RECORDS, "accounts/export/"), scene.secret.ids))
    for path in (f"/palette/?q={MARK}", f"/lookup/account/?q={MARK}", f"/accounts/?q={MARK}", "/settings/engines/"):
        response = member.ask("GET", path)
        if leaks(response) or response.status_code != 200:
            found.append(f"GET {path}: {'the other workspace’s words in a ' if leaks(response) else ''}{why(response)}")
    with found.trying("suggest"), tenant_context(scene.tenant):
        found.expect("suggest", suggest("account", MARK, actor=scene.actor(scene.sara)), [])
    return list(found)


def headers(scene: Scene) -> list[str]:
    """A right Host beside a header that claims another, for somebody signed in there as well."""
    found = Findings()
    both = scene.page(scene.olga, scene.secret.tenant)
    for claim in ("HTTP_X_FORWARDED_HOST", "HTTP_X_HOST", "HTTP_X_TENANT"):
        response = ask(both, "GET", "/accounts/", HTTP_HOST=scene.tenant.host, **{claim: scene.secret.tenant.host})
        if leaks(response) or response.status_code != 302:
            found.append(f"{claim}: {why(response)}")
    return list(found)


def insiders(scene: Scene) -> list[str]:
    """Somebody of the marked workspace who may see and do everything with records of their own, and has none."""
    nobody = colleague_of(scene.secret)
    where = scene.secret.tenant
    member = Member(lambda: scene.page(nobody, where), scene.api(nobody, where))
    found = []
    for place in scene.places(*RECORDS, "lookup/<slug:entity>/", "accounts/export/"):
        response = member.ask("GET", place.path)
        if leaks(response, at_home=False):
            found.append(f"GET {place.path}: a record's words in a {response.status_code}")
    return found


def colleague_of(secret: Secret, level: str = "own") -> User:
    """A new person of the marked workspace, with this level on every record's permissions; "" for no role at all."""
    acts = ("view", "add", "change", "delete", "export", "import")
    records = [entity for entity in registry.entities if entity.engine != "identity"]
    levels = {entity.permission(act): level for entity in records for act in acts}
    with tenant_context(secret.tenant), transaction.atomic():
        role = Role.objects.create(name=f"Own {level}", key=f"own-{level}", levels=levels) if level else None
        user = User(name="Roxana", email=f"roxana{level}@example.com", state=User.State.ACTIVE, role=role)
        user.save(force_insert=True)
    return user


def owners(scene: Scene) -> list[str]:
    """What Olga takes away holds her own rows, read when another workspace is bound."""
    found = Findings()
    page = scene.page(scene.olga, scene.secret.tenant)
    for path in ("/accounts/export/?format=csv", f"/import/{scene.secret.id('crm.ImportRun')}/errors.csv"):
        with found.trying(path):
            response: Any = page.get(path)
            with tenant_context(scene.tenant):
                whole = b"".join(response.streaming_content)
            if MARK.encode() not in whole and "export" in path:
                found.append(f"{path}: her own words are missing")
    with found.trying("stream"):
        found.expect("a stream's rows", _streamed(scene), [scene.secret.tenant.schema])
    return list(found)


def _streamed(scene: Scene) -> list[str]:
    """Where the middleware lets a body that asks the database be read."""
    from django.http import StreamingHttpResponse

    from tenants.middleware import WorkspaceMiddleware

    def body(_request: Any) -> Any:
        return StreamingHttpResponse(str(sql.one("SELECT current_schema()")) for _once in "1")

    request: Any = Client().request().wsgi_request
    request.request_id = "x" * 32
    response: Any = WorkspaceMiddleware(body)._inside(request, scene.secret.tenant, "config.urls_workspace")
    with tenant_context(scene.tenant):
        return [chunk.decode() for chunk in response.streaming_content]


def things(scene: Scene) -> list[str]:
    """Files and cached values of the other workspace, under every name for them."""
    found = Findings()
    with tenant_context(scene.secret.tenant):
        ref = files.save("imports", [MARK.encode()])
        cache.set("key", MARK)
    with tenant_context(scene.tenant):
        files.save("imports", [b"ours"])
        for name in (
            ref,
            f"imports/../../{scene.secret.tenant.schema}/{ref}",
            f"../{scene.secret.tenant.schema}/{ref}",
        ):
            try:
                found.append(f"file {name}: {files.path_of(name).read_bytes()!r}")
            except Exception as error:
                if type(error).__name__ not in ("NotFound", "ValueError"):
                    found.append(f"file {name}: {error!r}")
        found.expect("cache", cache.get("key"), None)
    return list(found)


def workers(scene: Scene) -> list[str]:
    """A message runs where it says or not at all; an event is heard where it happened."""
    found = Findings()
    task: Any = app.tasks["tenants.tasks.catch_up"]
    seen: list[tuple[str, str]] = []
    with mock.patch.object(task, "run", side_effect=lambda: seen.append(_here())):
        for where in (scene.secret.tenant, scene.tenant):
            with found.trying(f"a message for {where.name}"):
                task.apply(headers={HEADER: where.schema}, throw=True)
                found.expect(f"a message for {where.name}", seen.pop(), (where.schema, where.schema))
        for lost in (None, {HEADER: "t_" + "0" * 32}):
            result = task.apply(headers=lost)
            if not result.failed() or seen:
                found.append(f"a message for nobody was run: {seen}")
    return [*found, *_heard(scene)]


def _here() -> tuple[str, str]:
    with transaction.atomic():
        schema, role = sql.rows("SELECT current_schema(), current_user")[0]
    return schema, role


def _heard(scene: Scene) -> list[str]:
    found = Findings()
    heard: list[tuple[str, str]] = []
    hearing = mock.patch("kernel.outbox.receive", side_effect=lambda *_told: heard.append(_here()))
    with found.trying("relay"), hearing, tenant_context(scene.tenant):
        publish("machines.service_planned", {"planned": 1})
        outbox.relay()
        found.expect("an event of Acme was heard", heard, [(scene.tenant.schema, scene.tenant.schema)])
    return list(found)


def ways_in(scene: Scene) -> list[str]:
    """A hand-over, an invitation, a copied session: each at the wrong door, then at its own."""
    found = Findings()
    with public_context():
        theirs = Organization.objects.get(pk=scene.secret.tenant.id)
    path = "/welcome/" + offer_hand_over(theirs, scene.olga).partition("/welcome/")[2]
    if "sessionid" in ask(Client(HTTP_HOST=scene.tenant.host), "GET", path).cookies:
        found.append("a hand-over of the other workspace signs in here")
    if "sessionid" not in ask(Client(HTTP_HOST=scene.secret.tenant.host), "GET", path).cookies:
        found.append("a hand-over is used up by knocking at another door")
    return [*found, *_invited(scene), *_copied_session(scene)]


def _invited(scene: Scene) -> list[str]:
    secrets: list[str] = []
    sending = mock.patch("identity.services.invitations.send_invitation", lambda _one, secret: secrets.append(secret))
    with sending, tenant_context(scene.secret.tenant), transaction.atomic():
        role = Role.objects.get(key="reader")
        invite_user(actor=system_actor("test"), email="new@example.com", name=f"{MARK}0 New", role=role)
    response = ask(Client(HTTP_HOST=scene.tenant.host), "GET", f"/auth/invitation/{secrets[0]}/")
    return [] if response.status_code == 410 and not leaks(response) else [f"a foreign invitation: {why(response)}"]


def _copied_session(scene: Scene) -> list[str]:
    """As in a workspace restored from a copy: the same session, and the same person under the same id."""
    client = scene.page(scene.sara, scene.tenant)
    with tenant_context(scene.tenant):
        row = Session.objects.get(pk=client.cookies["sessionid"].value)
        password = User.objects.values_list("password", flat=True).get(pk=scene.sara.pk)
    with tenant_context(scene.secret.tenant), transaction.atomic():
        Session.objects.create(session_key=row.pk, session_data=row.session_data, expire_date=row.expire_date)
        twin = User(pk=scene.sara.pk, name="Sara", email="copy@example.com", role_id=scene.olga.role_id)
        twin.state, twin.password = User.State.ACTIVE, password
        twin.save(force_insert=True)
    away = Client(HTTP_HOST=scene.secret.tenant.host)
    away.cookies["sessionid"] = row.pk
    return knock(away, scene.places("accounts/", "settings/profile/"), ("GET",))


def rights(scene: Scene) -> list[str]:
    """Path and role of every binding, and what the catalogue says of everybody's rights."""
    found = Findings()
    login = settings.DATABASES["default"]["USER"]
    for where in (scene.tenant, scene.secret.tenant):
        with found.trying(where.name), public_context():
            bound = Organization.objects.get(pk=where.id).as_tenant()
            with tenant_context(bound):
                found.expect(f"path of {where.name}", sql.one("SHOW search_path"), f'"{where.schema}", ext')
                found.expect(f"role of {where.name}", sql.one("SELECT current_user"), where.schema)
            found.expect("role of the operator", sql.one("SELECT current_user"), login)
    return [*found, *strange_rights()]


def strange_rights() -> list[str]:
    """Rights in a workspace's schema that are neither its owner's nor its own role's."""
    with public_context():
        rows = sql.rows(r"""
            SELECT n.nspname, c.relname, coalesce(g.rolname, 'PUBLIC'), a.privilege_type
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL aclexplode(c.relacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee
            WHERE n.nspname ~ '^t_[0-9a-f]{32}$' AND a.grantee <> c.relowner AND g.rolname IS DISTINCT FROM n.nspname
            UNION ALL
            SELECT n.nspname, '', coalesce(g.rolname, 'PUBLIC'), a.privilege_type
            FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee
            WHERE n.nspname ~ '^t_[0-9a-f]{32}$' AND a.grantee <> n.nspowner AND g.rolname IS DISTINCT FROM n.nspname
            """)
    return [f"{right} on {schema}.{table} for {role}" for schema, table, role, right in rows]


@dataclass(frozen=True)
class Side:
    """One of two workspaces with real commits: its one account's name, and a token."""

    tenant: Tenant
    word: str
    token: str


def bindings(pair: tuple[Side, Side]) -> list[str]:
    """The binding through real transactions on one connection: one after another, inside each other, broken off."""
    found = Findings()
    first, second = pair
    for side in (first, second, first):
        _own_rows(found, side, "in turn")
    _public_between(found, pair)
    with found.trying("inside each other"), tenant_context(first.tenant):
        _own_rows(found, first, "outside")
        _own_rows(found, second, "inside")
        _own_rows(found, first, "outside again")
    _broken_off(found, first, second)
    for side in (first, second, first, second):
        client = Client(HTTP_HOST=side.tenant.host, HTTP_AUTHORIZATION=f"Bearer {side.token}")
        response = ask(client, "GET", "/api/v1/accounts/")
        words = {one.word for one in pair if one.word.encode() in response.whole}
        if words != {side.word}:
            found.append(f"a request at {side.word}: {words or 'nothing'} in a {why(response)}")
    return list(found)


def _own_rows(found: Findings, side: Side, when: str) -> None:
    with found.trying(f"{side.word} {when}"), tenant_context(side.tenant), transaction.atomic():
        found.expect(f"{side.word} {when}", set(Account.objects.values_list("name", flat=True)), {side.word})


def _public_between(found: Findings, pair: tuple[Side, Side]) -> None:
    """Without a transaction, as the host is looked up."""
    try:
        with public_context():
            schemas = [side.tenant.schema for side in pair]
            found.expect("public", Organization.objects.filter(schema_name__in=schemas).count(), 2)
            found.expect("public", sql.one("SELECT current_schema()"), "public")
    except Exception as error:
        found.append(f"public: {type(error).__name__}: {str(error).splitlines()[0]}")
        connection.close()


def _broken_off(found: Findings, first: Side, second: Side) -> None:
    """A workspace bound after a savepoint to which it goes back itself: the setting goes with what followed it."""
    with found.trying("after a savepoint"), tenant_context(first.tenant), transaction.atomic():
        Account.objects.count()
        mark = transaction.savepoint()
        with tenant_context(second.tenant):
            Account.objects.count()
            transaction.savepoint_rollback(mark)
            names = set(Account.objects.values_list("name", flat=True))
            found.expect("after a savepoint", names, {second.word})
