"""What goes wrong in life: bad input, two people at one record, a worker that dies, a database that goes away."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.stack import PASSWORD, Answer, Stack, until

HOME = "mishaps"
SIGN_UP = {"organization": "Taken", "subdomain": "free-one", "name": "Sara", "email": "s@s.example",
           "password": PASSWORD, "language": "en"}  # fmt: skip


@pytest.fixture(scope="module")
def token(stack: Stack) -> str:
    token = stack.sign_up(HOME)
    assert stack.ask("POST", "/api/v1/engines/sfa/enable/", at=HOME, token=token).status == 200
    return token


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subdomain", HOME), ("subdomain", HOME.upper()), ("subdomain", "console"), ("subdomain", "www"),
        ("subdomain", "api"), ("subdomain", "under_score"), ("subdomain", "شرکت"), ("subdomain", "xn--mgba3gch31f"),
        ("subdomain", "-dash"), ("subdomain", "a" * 64), ("subdomain", ""), ("subdomain", "a.b"),
        ("password", "123456789012"), ("password", "password12"), ("password", "short"), ("email", "no address"),
        ("organization", ""), ("language", "xx"),
    ],
)  # fmt: skip
def test_a_sign_up_that_is_refused_says_which_field(field: str, value: str, stack: Stack, token: str) -> None:
    answer = stack.ask("POST", "/api/v1/signup/", {**SIGN_UP, field: value})
    assert answer.status in (400, 409, 422), answer.body
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert field in {error["field"] for error in answer.json["errors"]}
    assert all(error["message"] for error in answer.json["errors"])


def test_the_form_says_it_beside_the_field(stack: Stack, another: Any, token: str) -> None:
    reader = another(language="fa")
    reader.expected = {422}
    reader.page.goto(f"{stack.url}/signup/")
    reader.fill(**{**SIGN_UP, "subdomain": HOME, "password": "short"})
    reader.submit("/signup/")
    expect(reader.on("[name=subdomain]")).to_have_attribute("aria-invalid", "true")
    expect(reader.on("[name=password]")).to_have_attribute("aria-invalid", "true")
    expect(reader.on("[name=organization]")).to_have_value("Taken")


BAD_FILES = {
    "empty": ("empty.csv", b""),
    "a renamed PDF": ("people.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"),
    "a PDF that claims to be a workbook": ("people.xlsx", b"%PDF-1.7\n"),
    "too many columns": ("wide.csv", ",".join(f"c{n}" for n in range(5000)).encode() + b"\n1\n"),
    "a broken workbook": ("broken.xlsx", b"PK\x03\x04 and then nothing"),
    "binary": ("data.csv", bytes(range(256)) * 40),
}


@pytest.mark.parametrize("what", BAD_FILES)
def test_a_bad_file_is_refused_with_the_reason(what: str, stack: Stack, token: str) -> None:
    name, content = BAD_FILES[what]
    answer = stack.upload(HOME, token, name, content, entity="contact", mapping="{}", match="")
    assert answer.status in (400, 413, 422), answer.body
    assert answer.json["detail"]


GOOD_FILES = {
    "Windows-1256": "name,city\nعلي,تهران\n".encode("cp1256"),
    "UTF-16": "name,city\nعلی,تهران\n".encode("utf-16"),
    "with a BOM": "name,city\nعلی,تهران\n".encode("utf-8-sig"),
    "semicolons": "name;city\nعلی;تهران\n".encode(),
    "ragged": "name,city\nعلی,تهران,بیش\nرضا\n".encode(),
}


@pytest.mark.parametrize("what", GOOD_FILES)
def test_an_odd_file_is_read(what: str, stack: Stack, token: str) -> None:
    answer = stack.upload(HOME, token, "odd.csv", GOOD_FILES[what], entity="contact",
                          mapping='{"name": "name", "city": "city"}', match="name")  # fmt: skip
    assert answer.status == 202, answer.body
    run = ended(stack, token, answer.json["id"])
    assert run["made"] + run["changed"] + run["unchanged"] + run["refused"] == (2 if what == "ragged" else 1)
    assert run["made"] + run["changed"] + run["unchanged"] >= 1


def ended(stack: Stack, token: str, pk: str, seconds: float = 60) -> dict[str, Any]:
    def look() -> Any:
        run = stack.ask("GET", f"/api/v1/imports/{pk}/", at=HOME, token=token).json
        return run if run["state"] in ("done", "failed", "cancelled") else None

    found: dict[str, Any] = until(look, seconds, "the import ends")
    assert found["state"] == "done", found
    return found


def test_two_people_at_one_record(stack: Stack, another: Any, token: str) -> None:
    """The second is told, keeps what was typed, and overwrites nothing."""
    made = stack.ask("POST", "/api/v1/accounts/", {"name": "Shared", "city": "Tehran"}, at=HOME, token=token).json
    reader = another()
    reader.expected = {409}
    reader.sign_in(HOME, f"sara@{HOME}.example")
    reader.go(f"/accounts/{made['id']}/edit/")
    reader.fill(city="Shiraz")
    assert stack.ask("PATCH", f"/api/v1/accounts/{made['id']}/", {"city": "Yazd"}, at=HOME, token=token).status == 200
    reader.on("main form .formfoot button.btn-primary").first.click()
    expect(reader.on("main")).to_contain_text("Yazd")
    now = stack.ask("GET", f"/api/v1/accounts/{made['id']}/", at=HOME, token=token).json
    assert now["city"] == "Yazd"
    stale = stack.ask("PATCH", f"/api/v1/accounts/{made['id']}/", {"city": "Qom"}, at=HOME, token=token,
                      **{"If-Match": '"1"'})  # fmt: skip
    assert stale.status in (409, 412), stale.body


@pytest.fixture
def whole(stack: Stack) -> Iterator[None]:
    """Whatever a test broke is running again for the next."""
    yield
    stack.wire.mend()
    if "worker" not in stack.running:
        stack.start("worker")


@pytest.mark.usefixtures("whole")
def test_a_worker_killed_in_the_middle_of_an_import(stack: Stack, token: str) -> None:
    rows = 20_000
    file = "reference,name\n" + "".join(f"K{n},Deal {n}\n" for n in range(rows))
    mapping = json.dumps({"reference": "reference", "name": "name"})
    pk = stack.upload(HOME, token, "many.csv", file.encode(), entity="deal", mapping=mapping, match="reference").json[
        "id"
    ]

    def state() -> dict[str, Any]:
        found: dict[str, Any] = stack.ask("GET", f"/api/v1/imports/{pk}/", at=HOME, token=token).json
        return found

    before = until(lambda: (s := state())["made"] and s, why="some rows are in")
    stack.kill("worker")
    assert before["made"] < rows
    stack.start("worker")
    let_the_lease_run_out(stack)
    stack.wake()
    run = ended(stack, token, pk)
    assert (run["made"], run["changed"], run["unchanged"], run["refused"]) == (rows, 0, 0, 0)
    counted = stack.ask("GET", "/api/v1/deals/?reference__contains=K", at=HOME, token=token).json["count"]
    assert counted == rows


def let_the_lease_run_out(stack: Stack) -> None:
    """A minute in the life of a lease."""
    with stack.sql() as cursor:
        cursor.execute("SELECT schema_name FROM tenants_organization WHERE subdomain = %s", [HOME])
        (schema,) = cursor.fetchone()
        cursor.execute(f'UPDATE "{schema}".kernel_job SET leased_until = now() WHERE state = %s', ["running"])


@pytest.mark.usefixtures("whole")
def test_a_database_that_goes_away_and_comes_back(stack: Stack, another: Any, token: str) -> None:
    """A clear page and a clear problem document meanwhile; afterwards all goes on, without a restart."""
    reader = another(language="fa")
    reader.expected = {503}
    reader.sign_in(HOME, f"sara@{HOME}.example")

    def api() -> Answer:
        return stack.ask("GET", "/api/v1/accounts/", at=HOME, token=token)

    assert api().status == 200
    stack.wire.cut()
    response = reader.go("/accounts/", at=HOME)
    assert response.status == 503
    expect(reader.on("h1")).to_be_visible()
    assert not re.search(r"Traceback|psycopg|OperationalError", reader.page.content())
    refused = api()
    assert refused.status == 503
    assert refused.json["status"] == 503
    assert stack.ask("GET", "/healthz").status == 200
    assert stack.ask("GET", "/readyz").status == 503
    pids = stack.running["web"].pid
    stack.wire.mend()
    until(lambda: api().status == 200, 20, "the API answers again")
    until(lambda: reader.go("/accounts/", at=HOME).status == 200, 20, "pages answer again")
    assert stack.running["web"].pid == pids
    assert stack.running["web"].poll() is None


def test_a_database_that_ends_its_connections(stack: Stack, token: str) -> None:
    """What a restart of PostgreSQL does to connections that are kept: nobody notices more than one 503."""
    with stack.sql() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = %s AND pid <> pg_backend_pid()",
            [stack.database],
        )
    until(lambda: stack.ask("GET", "/api/v1/accounts/", at=HOME, token=token).status == 200, 20, "it answers again")
