"""Sign-up: all of it or nothing, by page and by program."""

import re
import threading
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection, transaction
from django.test import Client

from identity.models import Role, User
from kernel.context import Tenant, public_context, tenant_context
from kernel.errors import Invalid
from tenants import sql
from tenants.models import HandOver, Organization, SpareSchema
from tenants.services.handover import take_hand_over
from tenants.services.signup import sign_up
from tests.factories import PASSWORD, Api

GOOD = {
    "organization": "Alborz Pumps", "subdomain": "alborz", "name": "Mina Rostami", "email": "mina@alborz.example",
    "password": PASSWORD, "language": "en",
}  # fmt: skip


def without_token(answer: Any) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value|pv-csrf" content)="[^"]+"', "", answer.content.decode())


@pytest.fixture
def api(stage: Any, db: None) -> Api:
    return Api(HTTP_HOST="localhost")


def post(api: Api, **changes: Any) -> Any:
    return api.post("/api/v1/signup/", {**GOOD, **changes})


def test_a_program_gets_a_workspace_and_a_token(api: Api) -> None:
    answer = post(api)
    assert answer.status_code == 201, answer.content
    assert answer.json()["url"] == "http://alborz.localhost:8000/"
    engines = Api(HTTP_HOST="alborz.localhost", HTTP_AUTHORIZATION=f"Bearer {answer.json()['token']}")
    found = engines.get("/api/v1/engines/")
    assert found.status_code == 200, found.content
    assert {one["name"]: one["enabled"] for one in found.json()["results"]}["sfa"] is False


def test_the_workspace_begins_with_roles_an_administrator_and_its_languages_habits(api: Api) -> None:
    assert post(api, language="fa", organization="پمپ‌سازان البرز").status_code == 201
    with public_context():
        made = Organization.objects.get(subdomain="alborz")
    assert made.language == "fa"
    assert made.as_tenant().preferences["calendar"] == "jalali"
    assert made.trial_days_left == 30
    with tenant_context(made.as_tenant()):
        assert {role.key for role in Role.objects.all()} == {"admin", "manager", "member", "reader"}
        admin = User.objects.get()
        assert (admin.email, admin.is_admin) == ("mina@alborz.example", True)


def test_the_letter_confirms_the_address(api: Api, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        post(api)
    (letter,) = mail.outbox
    assert letter.to == ["mina@alborz.example"]
    path = re.search(r"http://alborz\.localhost:8000(/auth/confirm-email/\S+)", str(letter.body))
    assert path
    Client(HTTP_HOST="alborz.localhost").post(path[1])
    with public_context():
        made = Organization.objects.get(subdomain="alborz")
    with tenant_context(made.as_tenant()):
        assert EmailAddress.objects.get().verified


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"organization": " "}, "organization", "required"),
        ({"organization": "x" * 200}, "organization", "too_long"),
        ({"name": ""}, "name", "required"),
        ({"email": "nobody"}, "email", "bad_email"),
        ({"email": ""}, "email", "required"),
        ({"password": "12345678901"}, "password", "password_entirely_numeric"),
        ({"password": "short"}, "password", "password_too_short"),
        ({"password": ""}, "password", "required"),
        ({"password": "mina@alborz.example"}, "password", "password_too_similar"),
        ({"language": "de"}, "language", "unknown_language"),
        ({"subdomain": "acme"}, "subdomain", "taken"),
        ({"subdomain": "ACME"}, "subdomain", "taken"),
        ({"subdomain": "www"}, "subdomain", "reserved"),
        ({"subdomain": "my_firm"}, "subdomain", "underscore"),
        ({"subdomain": "xn--mgbh0fb"}, "subdomain", "idn"),
        ({"subdomain": 12}, "subdomain", "not_text"),
        ({"plan": "free"}, "plan", "unknown_field"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_made(api: Api, changes: Any, field: str, code: str) -> None:
    with public_context():
        before = Organization.objects.count(), SpareSchema.objects.count()
    answer = post(api, **changes)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert (field, code) in {(one["field"], one["code"]) for one in answer.json()["errors"]}
    with public_context():
        assert (Organization.objects.count(), SpareSchema.objects.count()) == before


def test_everything_wrong_is_said_at_once(api: Api) -> None:
    answer = api.post("/api/v1/signup/", {})
    assert {one["field"] for one in answer.json()["errors"]} == {
        "organization", "subdomain", "name", "email", "password",
    }  # fmt: skip


def test_errors_are_told_in_the_readers_language(api: Api) -> None:
    answer = api.post("/api/v1/signup/", {**GOOD, "password": "98273645123"}, HTTP_ACCEPT_LANGUAGE="fa")
    error = answer.json()["errors"][0]
    assert re.search("[\u0600-\u06ff]", error["message"])


@pytest.mark.parametrize("body", ["", "{", "[]", '"text"', "null", "[" * 100_000])
def test_a_body_that_is_no_object_is_a_problem_and_not_a_crash(api: Api, body: str) -> None:
    answer = api.generic("POST", "/api/v1/signup/", body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "parse_error"


def test_other_methods_and_addresses_of_the_bare_api_are_problems_too(api: Api) -> None:
    assert api.get("/api/v1/signup/").status_code == 405
    unknown = api.get("/api/v1/accounts/")
    assert (unknown.status_code, unknown["Content-Type"]) == (404, "application/problem+json")


def test_too_many_sign_ups_are_told_when_to_come_back(api: Api, settings: Any) -> None:
    settings.PUBLIC_LIMITS = {**settings.PUBLIC_LIMITS, "signup": (1, 3600)}
    assert post(api, subdomain="www").status_code == 422
    answer = post(api)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_the_page_signs_the_browser_in_on_the_new_host(stage: Any, db: None) -> None:
    answer = Client(HTTP_HOST="localhost").post("/signup/", GOOD)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    host, _, path = answer["Location"].removeprefix("http://").partition("/")
    assert host == "alborz.localhost:8000"
    there = Client(HTTP_HOST="alborz.localhost")
    assert there.get(f"/{path}")["Location"] == "/"
    assert there.get("/settings/engines/").status_code == 200


def test_the_page_keeps_what_was_typed(stage: Any, db: None) -> None:
    answer = Client(HTTP_HOST="localhost", HTTP_ACCEPT_LANGUAGE="en").post("/signup/", {**GOOD, "subdomain": "acme"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This address is taken already" in page
    for kept in ("Alborz Pumps", "Mina Rostami", "mina@alborz.example"):
        assert kept in page


def test_the_line_under_the_address_says_free_or_why_not(stage: Any, db: None) -> None:
    client = Client(HTTP_HOST="localhost", HTTP_ACCEPT_LANGUAGE="en")
    assert "is free" in client.get("/signup/check/?subdomain=zagros").content.decode()
    assert "taken already" in client.get("/signup/check/?subdomain=Acme").content.decode()
    assert "underscore" in client.get("/signup/check/?subdomain=a_b").content.decode()


def test_a_hand_over_is_good_once(stage: Any, db: None) -> None:
    done = sign_up(**GOOD)
    secret = done.enter.partition("?t=")[2]
    with tenant_context(done.organization.as_tenant()):
        assert take_hand_over(secret) == done.user
        assert take_hand_over(secret) is None


def test_a_hand_over_opens_no_other_workspace(stage: Any, other_tenant: Tenant) -> None:
    secret = sign_up(**GOOD).enter.partition("?t=")[2]
    with tenant_context(other_tenant):
        assert take_hand_over(secret) is None
    there = Client(HTTP_HOST=other_tenant.host)
    assert there.get(f"/welcome/?t={secret}")["Location"].startswith("/auth/login/")


def test_an_old_hand_over_opens_nothing(stage: Any, db: None) -> None:
    done = sign_up(**GOOD)
    with public_context():
        HandOver.objects.update(expires_at="2020-01-01T00:00:00Z")
    with tenant_context(done.organization.as_tenant()):
        assert take_hand_over(done.enter.partition("?t=")[2]) is None


def test_without_spare_schemas_the_workspace_is_built(stage: Any, db: None) -> None:
    with public_context():
        SpareSchema.objects.all().delete()
    assert sign_up(**GOOD).organization.subdomain == "alborz"


def test_a_failure_in_the_middle_leaves_nothing(stage: Any, transactional_db: None, monkeypatch: Any) -> None:
    with public_context():
        spare = SpareSchema.objects.count()

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("tenants.services.signup.send_welcome", fail)
    with pytest.raises(RuntimeError):
        sign_up(**GOOD)
    with public_context():
        assert not Organization.objects.filter(subdomain="alborz").exists()
        assert SpareSchema.objects.count() == spare
        owned = Organization.objects.count() + spare
        assert sql.one(r"SELECT count(*) FROM pg_namespace WHERE nspname ~ '^(t|spare)_[0-9a-f]{32}$'") == owned


def test_of_two_who_ask_for_one_name_at_once_one_is_told(stage: Any, transactional_db: None) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(4)

    def ask(number: int) -> None:
        try:
            start.wait()
            sign_up(**{**GOOD, "email": f"p{number}@alborz.example"})
            outcomes.append("made")
        except Invalid as error:
            outcomes.append(error.problems["subdomain"][0].code)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "taken", "taken", "taken"]
    with public_context():
        made = Organization.objects.get(subdomain="alborz")
    with tenant_context(made.as_tenant()), transaction.atomic():
        assert User.objects.count() == 1


def test_finding_a_workspace_tells_the_letter_and_not_the_page(
    stage: Any, db: None, django_capture_on_commit_callbacks: Any
) -> None:
    client = Client(HTTP_HOST="localhost", HTTP_ACCEPT_LANGUAGE="en")
    with django_capture_on_commit_callbacks(execute=True):
        known = client.post("/find/", {"email": "Nima@example.com"})
        unknown = client.post("/find/", {"email": "nobody@example.com"})
    assert without_token(known) == without_token(unknown)
    assert "http://acme.localhost:8000/" in mail.outbox[0].body
    assert "bunyan" not in mail.outbox[0].body
    assert "acme" not in mail.outbox[1].body


@pytest.mark.parametrize("typed", ["acme", "ACME", "acme.localhost", "http://acme.localhost:8000/deals/"])
def test_signing_in_finds_the_workspace_by_what_people_type(stage: Any, db: None, typed: str) -> None:
    answer = Client(HTTP_HOST="localhost").post("/signin/", {"workspace": typed})
    assert answer["Location"] == "http://acme.localhost:8000/auth/login/"


def test_signing_in_to_a_workspace_that_is_not_there(stage: Any, db: None) -> None:
    assert Client(HTTP_HOST="localhost").post("/signin/", {"workspace": "nowhere"}).status_code == 422
