"""From the host to the workspace; hosts that are an attack; a database that goes away."""

from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from identity.models import User
from kernel.context import Tenant, get_door, get_tenant, public_context
from tenants import hosts
from tenants.middleware import WorkspaceMiddleware
from tenants.models import Organization


def ask(view: Any, host: str = "acme.localhost", path: str = "/", **extra: Any) -> Any:
    return WorkspaceMiddleware(view)(RequestFactory().get(path, HTTP_HOST=host, **extra))


def who(_request: Any) -> HttpResponse:
    tenant = get_tenant()
    assert tenant is not None
    return HttpResponse(tenant.name)


@pytest.mark.parametrize("host", ["acme.localhost", "ACME.localhost", "acme.localhost:8000", "Acme.Localhost.:80"])
def test_a_host_in_any_spelling_is_its_workspace(tenant: Tenant, host: str) -> None:
    assert ask(who, host).content == b"Acme"


def test_the_request_carries_workspace_addresses_and_door(tenant: Tenant) -> None:
    seen: dict[str, Any] = {}

    def view(request: Any) -> HttpResponse:
        seen.update(tenant=request.tenant, urlconf=request.urlconf, door=get_door(), id=request.request_id)
        return HttpResponse()

    answer = ask(view, path="/api/v1/", HTTP_X_REQUEST_ID="abcdef-123456")
    assert seen["tenant"].schema == tenant.schema
    assert seen["urlconf"] == "config.urls_workspace"
    assert (seen["door"].source, seen["door"].request_id) == ("api", "abcdef-123456")
    assert answer["X-Request-ID"] == "abcdef-123456"
    ask(view, "localhost")
    assert (seen["urlconf"], seen["door"].source) == ("config.urls_public", "web")
    ask(view, "console.localhost")
    assert seen["urlconf"] == "config.urls_console"


def test_a_request_id_that_is_none_is_not_taken_over(tenant: Tenant) -> None:
    assert "<" not in ask(who, HTTP_X_REQUEST_ID="<script>")["X-Request-ID"]


@pytest.mark.parametrize("host", ["nobody.localhost", "a.acme.localhost", "www.acme.localhost"])
def test_an_unknown_workspace_says_so(tenant: Tenant, host: str) -> None:
    answer = ask(who, host)
    assert answer.status_code == 404
    assert "/find/" in answer.content.decode()
    program = ask(who, host, "/api/v1/deals/")
    assert (program.status_code, program["Content-Type"]) == (404, "application/problem+json")


ATTACKS = ("evil.example", "acme.localhost@evil.example", "acme.localhost\t", "..", "acme_x.localhost/", "")


@pytest.mark.parametrize("host", ATTACKS)
def test_hosts_that_are_an_attack_reach_nobody(tenant: Tenant, host: str) -> None:
    assert ask(who, host).status_code in (400, 404)


def test_forwarded_hosts_are_not_believed(tenant: Tenant, other_tenant: Tenant) -> None:
    assert ask(who, HTTP_X_FORWARDED_HOST=other_tenant.host).content == b"Acme"


def test_a_suspended_workspace_is_closed(tenant: Tenant) -> None:
    with public_context():
        one = Organization.objects.get(pk=tenant.id)
        one.state = Organization.State.SUSPENDED
        one.save()
    assert ask(who).status_code == 403


def test_a_renamed_organization_is_seen_at_once_in_this_process(tenant: Tenant) -> None:
    assert ask(who).content == b"Acme"
    with public_context():
        one = Organization.objects.get(pk=tenant.id)
        one.name = "Acme Works"
        one.save()
    assert ask(who).content == b"Acme Works"


def rename(status: int) -> Any:
    def view(_request: Any) -> HttpResponse:
        User.objects.filter(email="nima@example.com").update(title="changed")
        return HttpResponse(status=status)

    return view


@pytest.mark.parametrize(("status", "kept"), [(200, True), (302, True), (422, True), (500, False), (503, False)])
def test_what_ends_in_an_error_of_ours_is_taken_back(tenant: Tenant, nima: Any, status: int, kept: bool) -> None:
    ask(rename(status))
    nima.refresh_from_db()
    assert (nima.title == "changed") is kept


def test_an_exception_takes_everything_back(tenant: Tenant, nima: Any) -> None:
    def view(_request: Any) -> HttpResponse:
        rename(200)(_request)
        raise ValueError("of ours")

    with pytest.raises(ValueError, match="of ours"):
        ask(view)
    nima.refresh_from_db()
    assert nima.title == ""


def test_the_context_is_restored(tenant: Tenant) -> None:
    with public_context():
        ask(who)
        here = get_tenant()
        assert here is not None
        assert here.is_public


def test_a_stream_reads_in_its_workspace(tenant: Tenant) -> None:
    def view(_request: Any) -> StreamingHttpResponse:
        return StreamingHttpResponse(name for name in User.objects.order_by("name").values_list("name", flat=True))

    with public_context():
        answer = ask(view)
        assert "Nima Rezaei" in b"".join(answer.streaming_content).decode()


def test_a_lost_database_is_a_503_with_a_time_to_come_back(tenant: Tenant) -> None:
    def gone(_request: Any) -> HttpResponse:
        raise OperationalError("server closed the connection unexpectedly")

    answer = ask(gone)
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    program = ask(gone, path="/api/v1/deals/")
    assert (program.status_code, program["Content-Type"]) == (503, "application/problem+json")


def test_the_server_ends_our_connection_and_the_next_request_works(live_tenant: Tenant) -> None:
    """What a restart of PostgreSQL looks like from here."""
    client = Client(HTTP_HOST=live_tenant.host, raise_request_exception=False)
    assert client.get("/auth/login/").status_code == 200
    with public_context():
        _end_other_backends()
    hosts.forget_all()
    assert client.get("/auth/login/").status_code == 503
    assert client.get("/auth/login/").status_code == 200
    with transaction.atomic():
        assert User.objects.count() == 1


def _end_other_backends() -> None:
    import psycopg2
    from django.conf import settings

    known = settings.DATABASES["default"]
    with (
        psycopg2.connect(
            dbname="postgres", user=known["USER"], password=known["PASSWORD"], host=known["HOST"], port=known["PORT"]
        ) as other,
        other.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [known["NAME"]])
    other.close()


def test_health_answers_on_any_host(stage: Any, db: None) -> None:
    for host in ("localhost", "acme.localhost", "nobody.localhost", "evil.example", "10.0.0.7:8000"):
        assert Client(HTTP_HOST=host).get("/healthz").json() == {"status": "ok"}
    ready = Client(HTTP_HOST="10.0.0.7").get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["release"]["ok"]
    assert ready.json()["queue"]["ok"] is False


def test_not_ready_without_a_database(stage: Any, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> str:
        raise OperationalError("no server")

    monkeypatch.setattr("tenants.releases.prepared_version", gone)
    monkeypatch.setattr("tenants.health.connection.close", lambda: None)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == {"ok": False}


def test_one_query_finds_the_workspace_and_then_none(tenant: Tenant, django_assert_num_queries: Any) -> None:
    with public_context():
        with django_assert_num_queries(3):  # the organization, and the savepoint that stands for the transaction
            ask(who)
        with django_assert_num_queries(2):
            ask(who)
