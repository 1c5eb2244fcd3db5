"""Every face shows exactly what the rules say, in worlds drawn at random: no record, value, count or sum more."""

import csv
import io
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from kernel.context import Tenant
from tests.access.world import FIELDS, RecordIn, World, worlds
from tests.factories import api_client, page_client

pytestmark = pytest.mark.django_db
PLURAL = {"account": "accounts", "contact": "contacts", "deal": "deals"}
#: Without shrinking: an example asks some forty pages, and a failure names the page and the field by itself.
examples = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)  # fmt: skip
#: Fields whose whole value a list can show as a column.
COLUMNS = {kind: [n for n in names if n != "description"] for kind, names in FIELDS.items()}


class Eyes:
    """The person who looks, at the pages and at the API."""

    def __init__(self, world: World, tenant: Tenant) -> None:
        self.world = world
        user = world.build()
        self.pages, self.api = page_client(user, tenant), api_client(user, tenant)

    def names(self, text: str, kind: str) -> set[str]:
        return set(re.findall(rf"{kind.title()}\d+zx", text))

    def expect(self, kind: str, action: str = "view") -> set[str]:
        return {record.name for record in self.world.seen(kind, action)}

    def check_values(self, text: str, kind: str, where: str) -> None:
        """No value of a field that is hidden or masked, and none of a record that is not to be seen."""
        digits = re.sub(r"\D", "", text)
        for record in self.world.of(kind):
            for name in FIELDS[kind]:
                token = record.token(name)
                hidden = self.world.field(kind, name) in ("hidden", "masked") or not self.world.may(record)
                if token and hidden:
                    assert token not in (digits if token.isdigit() and len(token) > 6 else text), (where, name)

    def show(self, url: str, kind: str, status: tuple[int, ...] = (200,)) -> str:
        response = self.pages.get(url)
        text = response.getvalue().decode()
        assert response.status_code in status, (url, response.status_code, text[:300])
        self.check_values(text, kind, url)
        return str(text)

    def ask(self, path: str, kind: str) -> Any:
        response = self.api.get(f"/api/v1/{path}")
        self.check_values(response.content.decode(), kind, path)
        return response


def opens(world: World, kind: str, action: str = "view") -> bool:
    return world.level(kind, action) != "none"


@examples
@given(world=worlds())
def test_lists_files_and_searches(tenant: Tenant, unmade: Any, world: World) -> None:
    with unmade():
        eyes = Eyes(world, tenant)
        for kind, plural in PLURAL.items():
            columns = ",".join(COLUMNS[kind])
            if not opens(world, kind):
                assert eyes.pages.get(f"/{plural}/").status_code == 403
                assert eyes.ask(f"{plural}/", kind).status_code == 403
                continue
            text = eyes.show(f"/{plural}/?columns={columns}", kind)
            assert eyes.names(text, kind) == eyes.expect(kind), kind
            # Records of one's own people and shared ones are found apart for this order.
            by_owner = eyes.show(f"/{plural}/?columns={columns}&sort=-owner", kind)
            assert eyes.names(by_owner, kind) == eyes.expect(kind), kind
            data = eyes.ask(f"{plural}/", kind).json()
            assert {row["id"] for row in data["results"]} == {str(r.id) for r in world.seen(kind)}
            assert data["count"] == len(world.seen(kind))
            for row in data["results"]:
                check_row(world, kind, row)
            check_export(eyes, kind, plural)
            for record in world.of(kind)[:2]:
                check_searches(eyes, record, plural)


def check_row(world: World, kind: str, row: dict[str, Any]) -> None:
    record = next(r for r in world.of(kind) if str(r.id) == row["id"])
    for name in FIELDS[kind]:
        level, value = world.field(kind, name), record.values().get(name)
        assert (name in row) == (level != "hidden"), name
        if level in ("read", "edit") and value is not None:
            assert row[name] == str(value) or Decimal(row[name]) == value


def check_export(eyes: Eyes, kind: str, plural: str) -> None:
    asked = "&".join(f"column={name}" for name in COLUMNS[kind])
    if not opens(eyes.world, kind, "export"):
        assert eyes.pages.get(f"/{plural}/export/?format=csv").status_code == 403
        return
    text = eyes.show(f"/{plural}/export/?format=csv&{asked}", kind)
    names = {row[0] for row in list(csv.reader(io.StringIO(text)))[1:]}
    assert names == eyes.expect(kind, "export")


def check_searches(eyes: Eyes, record: RecordIn, plural: str) -> None:
    """By what one may not read, nothing is found; by a name, the record where it may be seen."""
    world, kind = eyes.world, record.kind
    seen = {record.name} if world.may(record) else set()
    for url in (f"/{plural}/?q={record.name}", f"/palette/?q={record.name}", f"/lookup/{kind}/?q={record.name}"):
        assert eyes.names(eyes.show(url, kind).replace(f'value="{record.name}"', ""), kind) >= seen, url
    assert {s["label"] for s in eyes.pages.get(f"/lookup/{kind}/?q={record.name}").json()["results"]} == seen
    for name in FIELDS[kind]:
        token = record.token(name)
        clear = world.field(kind, name) in ("read", "edit")
        if not token or (kind, name) not in {("contact", "email"), ("account", "phone"), ("deal", "reference")}:
            continue
        found = {s["label"] for s in eyes.pages.get(f"/lookup/{kind}/?q={token}").json()["results"]}
        assert found == (seen if clear else set()), (kind, name)
        listed = eyes.api.get(f"/api/v1/{plural}/?q={token}").json()
        assert listed["count"] == (len(seen) if clear else 0)
        for text in (token[:2], token[:4]):
            short = {s["id"] for s in eyes.pages.get(f"/lookup/{kind}/?q={text}").json()["results"]}
            assert clear or short == set(), (kind, name, text)
        for parameter in (f"{name}={token}", f"{name}__contains={token}", f"sort={name}", f"fields={name}"):
            status = eyes.api.get(f"/api/v1/{plural}/?{parameter}").status_code
            told = world.field(kind, name) == "masked" and parameter.startswith("fields")
            assert clear or told or status == 422, (kind, parameter)


@examples
@given(world=worlds())
def test_records_their_history_and_what_hangs_on_them(tenant: Tenant, unmade: Any, world: World) -> None:
    with unmade():
        eyes = Eyes(world, tenant)
        for record in [world.of(kind)[n] for kind in PLURAL for n in (0, 1)]:
            kind, url = record.kind, f"/{PLURAL[record.kind]}/{record.id}/"
            if not opens(world, kind):
                assert eyes.pages.get(url).status_code == 403
                continue
            text = eyes.show(url, kind, (200,) if world.may(record) else (404,))
            assert ((record.name in text) and world.may(record)) or not world.may(record)
            assert eyes.ask(f"{PLURAL[kind]}/{record.id}/", kind).status_code == (200 if world.may(record) else 404)
            history = eyes.ask(f"{PLURAL[kind]}/{record.id}/history/", kind)
            if world.may(record):
                check_history(world, record, history.json())
                check_related(eyes, record, text)
            check_edit(eyes, record, url)
            check_reveal(eyes, record, url)


def check_history(world: World, record: RecordIn, data: dict[str, Any]) -> None:
    for entry in data["results"]:
        for change in entry["changes"]:
            level = world.field(record.kind, change["field"]) if change["field"] in FIELDS[record.kind] else "edit"
            assert level != "hidden"
            clear = str(record.values().get(change["field"])) == change["new"]
            assert clear == (level != "masked")


def check_related(eyes: Eyes, record: RecordIn, text: str) -> None:
    """On an account's page: its people and deals that may be seen, where the field that ties them may be known."""
    world = eyes.world
    if record.kind != "account":
        return
    for kind in ("contact", "deal"):
        tied = kind == "deal" or world.field("contact", "account") in ("read", "edit")
        wanted = {r.name for r in world.seen(kind) if r.account == record.number} if tied else set()
        assert eyes.names(text, kind) == wanted, kind
        eyes.check_values(text, kind, "related")


def check_edit(eyes: Eyes, record: RecordIn, url: str) -> None:
    world, kind = eyes.world, record.kind
    if not opens(world, kind, "change"):
        assert eyes.pages.get(f"{url}edit/").status_code == 403
        return
    if not world.may(record, "change"):
        assert eyes.pages.get(f"{url}edit/").status_code in (403, 404)
        return
    eyes.show(f"{url}edit/", kind)
    for name in FIELDS[kind]:
        level = world.field(kind, name)
        if level == "edit":
            continue
        assert eyes.show(f"{url}cell/{name}/", kind, (200, 403, 404, 405)) is not None
        answer = eyes.api.patch(f"/api/v1/{PLURAL[kind]}/{record.id}/", {name: "1"}, content_type="application/json")
        assert answer.status_code == 422, (name, level, answer.content)
        match = eyes.api.post(f"/api/v1/{PLURAL[kind]}/bulk/", {"match": name, "records": [{name: record.token(name)}]})
        assert match.status_code in (403, 422) or match.json()["refused"] == 1


def check_reveal(eyes: Eyes, record: RecordIn, url: str) -> None:
    for name in FIELDS[record.kind]:
        if name not in record.values():
            continue
        answer = eyes.pages.post(f"{url}reveal/{name}/")
        if eyes.world.may(record) and eyes.world.reveals(record.kind, name):
            assert answer.status_code == 200
        else:
            assert answer.status_code in (403, 404)


@examples
@given(world=worlds())
def test_sums_and_boards(tenant: Tenant, unmade: Any, world: World) -> None:
    with unmade():
        eyes = Eyes(world, tenant)
        if not opens(world, "deal"):
            assert eyes.pages.get("/deals/board/").status_code == 403
            return
        text = eyes.show("/deals/board/", "deal")
        assert eyes.names(text, "deal") == eyes.expect("deal")
        clear = world.field("deal", "amount") in ("read", "edit")
        total = sum((record.values()["amount"] for record in world.seen("deal")), Decimal(0))
        listed = eyes.show("/deals/?columns=amount", "deal")
        if total:
            assert (f"{total:,.0f}" in listed) == clear
        money = re.findall(r"€\s?\d|EUR\s?\d", text + listed)
        assert clear or not money
