"""Definitions over the API, and every kind of value through API, form, export and import."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.customization import services
from crm.imports.cells import CellReader
from crm.models import CustomField
from crm.pages.controls import raw_value, typed_values
from crm.pages.export import plain_value
from crm.pages.labels import Labels
from kernel.clean import clean_values
from kernel.context import Tenant
from kernel.records import create_record
from kernel.registry import registry

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/custom-fields/"
JSON: dict[str, Any] = {"content_type": "application/json"}


@pytest.fixture
def actor(tenant: Tenant, sara: Any, actor_for: Callable[..., Any]) -> Any:
    return actor_for(sara)


@pytest.fixture
def api(tenant: Tenant, sara: Any, api_for: Callable[..., Client]) -> Client:
    return api_for(sara, tenant)


def test_a_field_from_its_making_to_its_end(api: Client) -> None:
    body = {"entity": "account", "kind": "choice", "label": {"fa": "درجه", "en": "Grade"},
            "options": {"choices": [{"label": {"en": "Gold"}, "colour": "amber"}]}}  # fmt: skip
    made = api.post(ADDRESS, body, **JSON)
    assert made.status_code == 201, made.content
    field = made.json()
    assert (field["name"], field["options"]["choices"][0]["key"]) == ("x_grade", "gold")
    one = f"{ADDRESS}{field['id']}/"
    assert api.get(f"{ADDRESS}?entity=account").json()["count"] == 1
    changed = api.patch(one, {"required": True, "help": "Which?"}, **JSON).json()
    assert (changed["required"], changed["help"]["fa"]) == (True, "Which?")
    assert api.patch(one, {"state": "deactivated"}, **JSON).json()["state"] == "deactivated"
    assert "x_grade" not in api.get("/api/v1/schema/").content.decode()
    assert api.patch(one, {"state": "active"}, **JSON).json()["state"] == "active"
    schemas = api.get("/api/v1/schema/").json()["components"]["schemas"]
    assert "x_grade" in schemas["Account"]["properties"]
    assert "gold" in json.dumps(schemas)
    dry = api.post(f"{one}convert/", {"kind": "text", "dry_run": True}, **JSON).json()
    assert (dry["total"], dry["started"]) == (0, False)
    assert api.delete(one).status_code == 422
    assert api.delete(f"{one}?confirm=x_grade").status_code == 204
    assert api.get(one).status_code == 404


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "entity"),
        ({"entity": "account"}, "kind"),
        ({"entity": "user", "kind": "text", "label": "A"}, "entity"),
        ({"entity": "account", "kind": "text", "label": "A", "size": 3}, "size"),
        ({"entity": "account", "kind": "text", "label": "A", "required": "yes"}, "required"),
        ({"entity": "account", "kind": "text", "label": 5}, "label"),
        ({"entity": "account", "kind": "text", "label": "A", "options": []}, "options"),
        ({"entity": "account", "kind": "text", "label": "A", "options": {"max_length": {}}}, "max_length"),
    ],
)
def test_bad_bodies(api: Client, body: dict[str, Any], where: str) -> None:
    answer = api.post(ADDRESS, body, **JSON)
    assert answer.status_code == 422, answer.content
    assert where in json.dumps(answer.json()["errors"])
    assert not CustomField.objects.exists()


def test_forms_over_the_api(api: Client) -> None:
    changed = api.patch("/api/v1/layouts/contact/", {"columns": ["name", "city"]}, **JSON).json()
    assert changed["columns"] == ["name", "city"]
    assert api.post(f"/api/v1/layouts/undo/{changed['undo']}/").json()["columns"] == []
    assert api.get("/api/v1/layouts/contact/").status_code == 200
    assert api.get("/api/v1/layouts/nothing/").status_code == 404


def test_only_who_may(
    tenant: Tenant, nima: Any, olga: Any, other_tenant: Tenant, api: Client, api_for: Callable[..., Client]
) -> None:
    made = api.post(ADDRESS, {"entity": "account", "kind": "text", "label": "A"}, **JSON).json()
    member, stranger = api_for(nima, tenant), api_for(olga, other_tenant)
    one = f"{ADDRESS}{made['id']}/"
    for method in ("get", "patch", "delete"):
        assert getattr(member, method)(one, {}, **JSON).status_code == 403, method
        assert getattr(stranger, method)(one, {}, **JSON).status_code == 404, method
    assert member.get(ADDRESS).status_code == 403
    assert stranger.get(ADDRESS).json()["count"] == 0
    assert member.get("/api/v1/layouts/contact/").status_code == 403


def test_a_file_is_given_out_to_whoever_sees_the_record(
    api: Client, tenant: Tenant, sara: Any, reza: Any, olga: Any, other_tenant: Tenant, actor: Any, settings: Any,
    tmp_path: Any, client_for: Callable[..., Client], api_for: Callable[..., Client],
) -> None:  # fmt: skip
    settings.FILES_ROOT = tmp_path
    services.define_field(actor=actor, entity="account", kind="file", label={"en": "Paper"})
    file = SimpleUploadedFile("قرارداد/../x.html", b"<script>1</script>", "text/html")
    token = Client.post(api, "/api/v1/field-files/", {"file": file}).json()["token"]
    made = api.post("/api/v1/accounts/", {"name": "A", "x_paper": token}, **JSON).json()
    assert made["x_paper"]["size"] == 18
    assert "/" not in made["x_paper"]["name"]
    place = f"{made['id']}/x_paper/"
    for asker, address in ((api, "/api/v1/field-files/account/"), (client_for(reza, tenant), "/files/account/")):
        got: Any = asker.get(address + place)
        assert (got.status_code, b"".join(got.streaming_content)) == (200, b"<script>1</script>")
        assert got["Content-Disposition"].startswith("attachment")
    assert api_for(olga, other_tenant).get(f"/api/v1/field-files/account/{place}").status_code == 404
    assert api.get(f"/api/v1/field-files/account/{made['id']}/name/").status_code == 404
    for forged in ("a.b", token[:-2], {"ref": "fields/x", "name": "a"}, 5):
        assert api.post("/api/v1/accounts/", {"name": "B", "x_paper": forged}, **JSON).status_code == 422, forged
    stolen = api_for(olga, other_tenant).post("/api/v1/accounts/", {"name": "B", "x_paper": token}, **JSON)
    assert stolen.status_code == 422


KEYS = ("red", "blue", "green")
LETTERS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs", "Cf")), min_size=1, max_size=40
)
CENTS = st.decimals(-(10**12), 10**12, places=2)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": LETTERS, "longtext": st.lists(LETTERS, min_size=1, max_size=3).map("\n".join),
    "integer": st.integers(-(10**15), 10**15), "decimal": CENTS, "percent": st.decimals(0, 100, places=2),
    "date": st.dates(date(1930, 1, 1), date(2080, 1, 1)),
    "datetime": st.datetimes(datetime(1990, 1, 1), datetime(2080, 1, 1)).map(
        lambda moment: moment.replace(second=0, microsecond=0, tzinfo=UTC)),
    "bool": st.booleans(), "choice": st.sampled_from(KEYS),
    "multichoice": st.sets(st.sampled_from(KEYS), min_size=1).map(lambda keys: [k for k in KEYS if k in keys]),
    "rating": st.integers(1, 5), "email": st.sampled_from(["a@x.example", "sara+b@y.example"]),
    "address": st.dictionaries(st.sampled_from(["street", "city", "province", "country"]),
                               LETTERS.filter(lambda text: not set(text) & set("|{/")), min_size=1),
}  # fmt: skip


def define_all(actor: Any) -> None:
    for kind in VALUES:
        options = {"choices": [{"key": key, "label": key.title()} for key in KEYS]} if "choice" in kind else {}
        services.define_field(actor=actor, entity="account", kind=kind, name=f"x_{kind}", label=kind, options=options)


@given(data=st.fixed_dictionaries({}, optional=VALUES))
@settings(max_examples=40, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_went_in_comes_out_of_every_face(api: Client, actor: Any, data: dict[str, Any]) -> None:
    if not CustomField.objects.exists():
        define_all(actor)
    values = {f"x_{kind}": value for kind, value in data.items()}
    record = create_record("account", actor=actor, values={"name": "A", **values})
    entity = registry.entity("account")
    again = entity.records().get(pk=record.pk)
    assert {name: getattr(again, name) for name in values} == values
    fields = [entity.field(name) for name in values]
    # the form
    post = QueryDict(mutable=True)
    for field in fields:
        raw = raw_value(field, again)
        if field.kind == "multichoice":
            post.setlist(field.name, raw.split(","))
        elif field.kind != "bool" or raw == "1":
            post[field.name] = raw
    assert clean_values("account", typed_values(fields, post), actor=actor, partial=True) == values
    # the API
    shown = api.get(f"/api/v1/accounts/{record.pk}/").json()
    copied = api.post("/api/v1/accounts/", {"name": "B", **{name: shown[name] for name in values}}, **JSON)
    assert copied.status_code == 201, copied.content
    twin = entity.records().get(pk=copied.json()["id"])
    assert {name: getattr(twin, name) for name in values} == values
    # a file, out and in again
    out = io.StringIO()
    csv.writer(out).writerow([_cell(plain_value(field, again, Labels(actor))) for field in fields])
    cells = next(csv.reader(io.StringIO(out.getvalue())), [])
    for field, cell in zip(fields, cells, strict=True):
        read = CellReader(entity, field, {"date_order": "YMD"}, actor)(_plain(cell), {})
        assert read == values[field.name], field.kind
    assert record.extra == twin.extra


def _cell(value: Any) -> Any:
    return value.isoformat(sep=" ") if isinstance(value, datetime) else value


def _plain(cell: str) -> str:
    """A spreadsheet shows no apostrophe in front of a text."""
    return cell.removeprefix("'")


def test_decimals_stay_exact(actor: Any) -> None:
    services.define_field(actor=actor, entity="account", kind="decimal", name="x_d", label="d")
    for value in (Decimal("0.1"), Decimal("123456789012345678.12"), Decimal("0.00000001"), Decimal(0)):
        made = create_record("account", actor=actor, values={"name": "A", "x_d": value})
        assert registry.entity("account").records().get(pk=made.pk).x_d == value
