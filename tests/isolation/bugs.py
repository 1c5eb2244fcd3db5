"""Mistakes that a tired developer makes, each as a patch of the product, with the walk that must report it.

`caught` is what the report says: the other's words, an answer where there should be none, or the database's own error.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.db.models import Q
from django.http import HttpResponse
from django.utils.module_loading import import_string
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from kernel.context import PUBLIC, PUBLIC_TENANT, Tenant, get_tenant, public_context, tenant_context
from tenants import sql
from tenants.models import Organization
from tenants.postgresql.base import OPERATOR, UNBOUND, DatabaseWrapper, UnboundStatement
from tests.isolation import probes
from tests.isolation.probes import Scene

Patch = pytest.MonkeyPatch
DENIED = "permission denied"
#: A schema that the role may not use is as good as not there.
ABSENT = "does not exist"
WORDS = "words"
ANSWERED = r": 200$|instead of"


@dataclass(frozen=True)
class Bug:
    plant: Callable[[Patch, Any], None]
    probe: Callable[[Any], list[str]]
    #: A pattern that a line of the report answers to.
    caught: str

    @property
    def name(self) -> str:
        return self.plant.__name__


BUGS: list[Bug] = []


def bug(probe: Callable[[Any], list[str]], caught: str) -> Callable[[Callable[[Patch, Any], None]], None]:
    def note(plant: Callable[[Patch, Any], None]) -> None:
        BUGS.append(Bug(plant, probe, caught))

    return note


def swap(patch: Patch, dotted: str, wrap: Callable[[Any], Any]) -> None:
    """Put something made of it in its place, where it is used."""
    patch.setattr(dotted, wrap(import_string(dotted)))


# --- the binding ---------------------------------------------------------------------------------------------------


def rebound(
    patch: Patch, *, path: Callable[[str], str] = '"{}", ext'.format, role: Callable[[str], str] = str,
    local: str = "true", keep: Callable[[Any], bool] = lambda own: False,
) -> None:  # fmt: skip
    """`_handle_search_path` with one thing wrong."""

    def handle(self: Any, _cursor: Any = None) -> None:
        tenant = self.tenant
        wanted = (tenant.schema, OPERATOR if tenant.operator or tenant.is_public else role(tenant.schema))
        if wanted == self._bound or keep(self):
            return
        if self.autocommit:
            raise UnboundStatement("outside a transaction")
        if self.connection.info.transaction_status == TRANSACTION_STATUS_INERROR:
            return
        where = path(tenant.schema) if tenant.schema != PUBLIC else "public, ext"
        with self.wrap_database_errors, self.connection.cursor() as own:
            text = f"SELECT set_config('search_path', %s, {local}), set_config('role', %s, {local})"
            own.execute(text, [where, wanted[1]])
        self._bound = wanted

    patch.setattr(DatabaseWrapper, "_handle_search_path", handle)


class First:
    """Whatever came first is kept for ever."""

    def __init__(self) -> None:
        self.kept: Any = None

    def __call__(self, value: Any) -> Any:
        self.kept = self.kept or value
        return self.kept


@bug(probes.bindings, r"inside: \{'onlyfirst'\} instead of")
def a_connection_is_bound_once(patch: Patch, _pair: Any) -> None:
    rebound(patch, keep=lambda own: own._bound != UNBOUND)


@bug(probes.bindings, "public: UnboundStatement")
def commit_does_not_forget_the_binding(patch: Patch, _pair: Any) -> None:
    patch.setattr(DatabaseWrapper, "_commit", super(DatabaseWrapper, DatabaseWrapper)._commit)
    patch.setattr(DatabaseWrapper, "_rollback", super(DatabaseWrapper, DatabaseWrapper)._rollback)


@bug(probes.bindings, f"{ABSENT}|{DENIED}|instead of")
def the_path_is_set_for_the_whole_connection(patch: Patch, _pair: Any) -> None:
    rebound(patch, local="false")


@bug(probes.bindings, r"after a savepoint: \{'onlyfirst'\} instead of")
def a_savepoints_rollback_is_not_noticed(patch: Patch, _pair: Any) -> None:
    real = super(DatabaseWrapper, DatabaseWrapper)._savepoint_rollback
    patch.setattr(DatabaseWrapper, "_savepoint_rollback", real)


@bug(probes.bindings, "public: UnboundStatement")
def a_connection_remembers_the_last_workspace(patch: Patch, _pair: Any) -> None:
    last: list[Tenant] = [PUBLIC_TENANT]

    def tenant(_self: Any) -> Tenant:
        now = get_tenant() or PUBLIC_TENANT
        if not now.is_public:
            last[0] = now
        return last[0]

    patch.setattr(DatabaseWrapper, "tenant", property(tenant, lambda self, value: None))


@bug(probes.bindings, f"onlysecond.*{ABSENT}")
def the_path_is_the_first_workspaces(patch: Patch, _pair: Any) -> None:
    first = First()
    rebound(patch, path=lambda schema: f'"{first(schema)}", ext')


@bug(probes.bindings, f"onlysecond.*{ABSENT}")
def the_role_is_the_first_workspaces(patch: Patch, _pair: Any) -> None:
    rebound(patch, role=First())


@bug(probes.rights, r"role of .* instead of")
def no_role_is_taken_on(patch: Patch, _scene: Scene) -> None:
    rebound(patch, role=lambda _schema: OPERATOR)


@bug(probes.rights, r"role of .* instead of")
def everybody_acts_with_the_operators_rights(patch: Patch, _scene: Scene) -> None:
    _as_operator(patch)


def _as_operator(patch: Patch) -> None:
    real = Organization.as_tenant

    def as_tenant(self: Any) -> Tenant:
        from dataclasses import replace

        return replace(real(self), operator=True)

    patch.setattr(Organization, "as_tenant", as_tenant)


@bug(probes.neighbours, ABSENT)
def public_is_on_the_path_and_somebody_relies_on_it(patch: Patch, _scene: Scene) -> None:
    from tenants.views import organization as view

    rebound(patch, path='"{}", public, ext'.format)
    patch.setattr(view, "current_organization", lambda: Organization.objects.get(pk=_bound().id))


def _bound() -> Tenant:
    return get_tenant() or PUBLIC_TENANT


# --- whose workspace a request is in -------------------------------------------------------------------------------


@bug(probes.strangers, ANSWERED)
def the_middleware_keeps_the_first_workspace(patch: Patch, _scene: Scene) -> None:
    from tenants.middleware import WorkspaceMiddleware

    real, first = WorkspaceMiddleware._inside, First()

    def inside(self: Any, request: Any, tenant: Tenant, urlconf: str) -> Any:
        return real(self, request, tenant if tenant.is_public else first(tenant), urlconf)

    patch.setattr(WorkspaceMiddleware, "_inside", inside)


@bug(probes.strangers, ANSWERED)
def the_look_up_of_hosts_is_cached_without_the_host(patch: Patch, _scene: Scene) -> None:
    from tenants import hosts

    real, first = hosts.organization_at, First()
    patch.setattr("tenants.hosts.organization_at", lambda host: first(real(host)))


@bug(probes.headers, f"X_FORWARDED_HOST.*200|{WORDS}")
def the_forwarded_host_is_believed(patch: Patch, _scene: Scene) -> None:
    from django.conf import settings

    patch.setattr(settings, "USE_X_FORWARDED_HOST", True)


@bug(probes.strangers, f"{WORDS}|: 200$")
def pages_are_kept_by_their_address(patch: Patch, _scene: Scene) -> None:
    from tenants.middleware import WorkspaceMiddleware

    real, kept = WorkspaceMiddleware._inside, {}

    def inside(self: Any, request: Any, tenant: Tenant, urlconf: str) -> Any:
        key = (request.method, request.get_full_path())
        if key not in kept:
            answer: Any = real(self, request, tenant, urlconf)
            if answer.status_code != 200 or answer.streaming:
                return answer
            kept[key] = bytes(answer.content)
        return HttpResponse(kept[key])

    patch.setattr(WorkspaceMiddleware, "_inside", inside)


@bug(probes.ways_in, "GET /.*: 200")
def a_session_is_good_wherever_its_row_is(patch: Patch, _scene: Scene) -> None:
    patch.setattr("identity.middleware.belongs_here", lambda session, tenant: True)


@bug(probes.strangers, ANSWERED)
def tokens_are_cached(patch: Patch, _scene: Scene) -> None:
    swap(patch, "identity.api.authentication.authenticate_token", lru_cache)


@bug(probes.strangers, ANSWERED)
def tokens_are_looked_for_in_one_workspace(patch: Patch, scene: Scene) -> None:
    swap(patch, "identity.api.authentication.authenticate_token", _in_workspace(scene.tenant))


def _in_workspace(where: Tenant) -> Callable[[Any], Any]:
    """The same, done in this workspace whoever asks."""

    def wrap(real: Any) -> Any:
        def elsewhere(*args: Any, **kwargs: Any) -> Any:
            with tenant_context(where):
                return real(*args, **kwargs)

        return elsewhere

    return wrap


@bug(probes.ways_in, "used up|signs in")
def a_hand_over_forgets_for_whom_it_is(patch: Patch, _scene: Scene) -> None:
    from tenants.models import HandOver
    from tenants.services import handover

    def use_up(secret: str, _organization: Any) -> Any:
        with public_context():
            offer = HandOver.objects.get(hash=handover._digest(secret))
            offer.delete()
            return offer.user_id

    patch.setattr(handover, "_use_up", use_up)


@bug(probes.ways_in, "a foreign invitation")
def invitations_are_looked_for_everywhere(patch: Patch, scene: Scene) -> None:
    swap(patch, "identity.views.entrance.find_invitation", lambda real: _in_every_workspace(real, scene))


def _in_every_workspace(real: Callable[..., Any], scene: Scene) -> Callable[..., Any]:
    """What somebody writes who wants it found "wherever it is"."""

    def everywhere(*args: Any, **kwargs: Any) -> Any:
        for where in (scene.secret.tenant, scene.tenant):
            with tenant_context(where):
                try:
                    if found := real(*args, **kwargs):
                        return found
                except Exception as error:
                    last = error
        raise last

    return everywhere


# --- whose record it is --------------------------------------------------------------------------------------------


@bug(probes.insiders, WORDS)
def everybody_may_see_everything(patch: Patch, _scene: Scene) -> None:
    from kernel import access

    patch.setattr(access, "visible", lambda entity, actor, action="view": Q())


@bug(probes.insiders, WORDS)
def a_record_is_fetched_without_asking_who_may(patch: Patch, _scene: Scene) -> None:
    from kernel.registry import registry

    def fetched(actor: Any, entity: Any, pk: Any, action: str = "view") -> Any:
        return registry.entity(entity).model_class._base_manager.get(pk=pk)

    _everywhere(patch, "get_record_for", fetched)


def _everywhere(patch: Patch, name: str, other: Any) -> None:
    """In every module that has taken it by its name."""
    import sys

    from kernel import access

    real = getattr(access, name)
    for module in list(sys.modules.values()):
        if module.__dict__.get(name) is real and not module.__name__.startswith("tests."):
            patch.setattr(module, name, other)


@bug(probes.neighbours, f"{WORDS}|: 200$")
def a_record_is_looked_for_in_every_workspace(patch: Patch, scene: Scene) -> None:
    from kernel import access

    _everywhere(patch, "get_record_for", _in_every_workspace(access.get_record_for, scene))


@bug(probes.neighbours, "history/: 200")
def history_is_shown_unasked(patch: Patch, _scene: Scene) -> None:
    from kernel.models import AuditEntry

    def history(entity: Any, pk: Any, *, actor: Any, limit: int = 50, before: Any = None, **_: Any) -> Any:
        return list(AuditEntry.objects.filter(record_id=pk)[:limit])

    for user in ("api.history.history", "crm.timeline.changes.history"):
        patch.setattr(user, history)


@bug(probes.neighbours, WORDS)
def suggestions_come_from_another_workspace(patch: Patch, scene: Scene) -> None:
    swap(patch, "crm.pages.palette.found_records", _in_workspace(scene.secret.tenant))


@bug(probes.neighbours, DENIED)
def raw_sql_names_a_schema(patch: Patch, scene: Scene) -> None:
    _raw(patch, scene)


@bug(probes.neighbours, WORDS)
def raw_sql_names_a_schema_with_the_operators_rights(patch: Patch, scene: Scene) -> None:
    _raw(patch, scene)
    _as_operator(patch)


def _raw(patch: Patch, scene: Scene) -> None:
    from crm.pages.palette import Group, Option

    def found_records(*_args: Any, **_kwargs: Any) -> Any:
        rows = sql.rows(f'SELECT id, name FROM "{scene.secret.tenant.schema}".crm_account')
        return [Group("", [Option(name, f"/accounts/{pk}/", "building-2") for pk, name in rows])], True

    patch.setattr("crm.pages.palette.found_records", found_records)


@bug(probes.neighbours, ABSENT)
def work_is_handed_to_a_thread_without_its_context(patch: Patch, _scene: Scene) -> None:
    swap(patch, "crm.pages.palette.found_records", _in_a_thread)


def _in_a_thread(real: Callable[..., Any]) -> Callable[..., Any]:
    def handed_over(*args: Any, **kwargs: Any) -> Any:
        done: list[Any] = []

        def work() -> None:
            try:
                done.append(real(*args, **kwargs))
            except Exception as error:
                done.append(error)
            finally:
                connection.close()

        thread = Thread(target=work)
        thread.start()
        thread.join()
        if isinstance(done[0], Exception):
            raise done[0]
        return done[0]

    return handed_over


@bug(probes.neighbours, WORDS)
def the_organization_is_whichever_comes_last(patch: Patch, _scene: Scene) -> None:
    from tenants.views import organization as view

    def last() -> Any:
        with public_context():
            return Organization.objects.order_by("created_at").last()

    patch.setattr(view, "current_organization", last)


# --- what is no page -----------------------------------------------------------------------------------------------


@bug(probes.owners, "stream.*(instead of|Error)")
def a_stream_is_read_unbound(patch: Patch, _scene: Scene) -> None:
    from tenants import middleware

    patch.setattr(middleware, "_bound", lambda content, tenant: content)


@bug(probes.things, "cache: ")
def keys_of_the_cache_carry_no_workspace(patch: Patch, _scene: Scene) -> None:
    patch.setattr(caches["default"], "key_func", lambda key, prefix, version: f"{prefix}:{version}:{key}")


@bug(probes.things, "file imports/")
def files_of_all_lie_in_one_folder(patch: Patch, _scene: Scene) -> None:
    from django.conf import settings

    from kernel import files

    patch.setattr(files, "_folder", lambda area: Path(settings.FILES_ROOT) / area)


@bug(probes.things, r"file .*\.\./")
def a_files_name_may_climb(patch: Patch, _scene: Scene) -> None:
    from django.conf import settings

    from kernel import files

    patch.setattr(files, "_path", lambda ref: Path(settings.FILES_ROOT) / _bound().schema / ref)


@bug(probes.workers, "a message for .*instead of")
def a_task_runs_where_the_worker_was(patch: Patch, scene: Scene) -> None:
    from tenants.celery import WorkspaceTask

    patch.setattr(WorkspaceTask, "_workspace", lambda self: _bound())


@bug(probes.workers, "a message for nobody was run")
def a_message_for_nobody_runs_in_public(patch: Patch, _scene: Scene) -> None:
    from tenants import celery

    def tenant_of(schema: str) -> Tenant:
        with public_context():
            found = Organization.objects.filter(schema_name=schema).first()
        return found.as_tenant() if found else PUBLIC_TENANT

    patch.setattr(celery, "tenant_of", tenant_of)


@bug(probes.workers, "an event of Acme.*instead of")
def the_relay_delivers_elsewhere(patch: Patch, scene: Scene) -> None:
    swap(patch, "kernel.outbox._deliver", _in_workspace(scene.secret.tenant))


@bug(probes.rights, "SELECT on .* for t_")
def a_role_is_granted_anothers_tables(_patch: Patch, scene: Scene) -> None:
    theirs, ours = sql.quoted(scene.secret.tenant.schema), sql.quoted(scene.tenant.schema)
    with public_context():
        sql.run(f"GRANT USAGE ON SCHEMA {theirs} TO {ours}; GRANT SELECT ON ALL TABLES IN SCHEMA {theirs} TO {ours}")


@bug(probes.rights, "SELECT on .* for PUBLIC")
def tables_are_granted_to_everybody(_patch: Patch, scene: Scene) -> None:
    with public_context():
        sql.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA {sql.quoted(scene.secret.tenant.schema)} TO PUBLIC")
