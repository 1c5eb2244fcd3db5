"""Objects of the organization's own: made, told apart, ordered, put away, brought back and deleted for good."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from crm.customization import objects
from crm.customization.objects import define_object
from crm.customization.services import define_field
from crm.models import CustomField, CustomObject, CustomRecord, EntityLayout, SavedView
from identity.models import Role
from kernel.access import system_actor
from kernel.context import Tenant
from kernel.errors import Denied, Invalid, NotFound
from kernel.jobs import run_job
from kernel.models import AuditEntry, Job, OutboxMessage
from kernel.records import create_record, undo_batch
from kernel.registry import UnknownName, registry

pytestmark = pytest.mark.django_db
JSON = "application/json"
PROJECT: dict[str, Any] = {
    "label": {"fa": "پروژه", "en": "Project"},
    "label_plural": {"fa": "پروژه‌ها", "en": "Projects"},
}
SYSTEM = system_actor()


@pytest.fixture
def actor(tenant: Tenant, sara: Any, actor_for: Callable[..., Any]) -> Any:
    return actor_for(sara)


@pytest.fixture
def project(actor: Any) -> CustomObject:
    return define_object(actor=actor, **PROJECT)


def problems_of(actor: Any, **said: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        define_object(actor=actor, **{**PROJECT, **said})
    return {name: several[0].code for name, several in caught.value.problems.items()}


def test_keys_come_from_the_labels(actor: Any, project: CustomObject) -> None:
    assert (project.name, project.plural) == ("x_project", "x_projects")
    visits = {"fa": "بازدیدها"}
    visit = define_object(actor=actor, label={"fa": "بازدید"}, label_plural=visits)
    assert (visit.name, visit.plural) == ("x_bazdid", "x_bazdids")
    assert str(registry.entity("x_bazdid").label_plural) == "بازدیدها"


@pytest.mark.parametrize(
    ("said", "where", "code"),
    [
        ({"label": {"en": "Account"}}, "label", "taken"),
        ({"label": {"fa": "شرکت"}, "name": "1x"}, "name", "bad_name"),
        ({"name": "account"}, "name", "taken"),
        ({"plural": "x_contacts"}, "plural", "taken"),
        ({"label": {}}, "label", "required"),
        ({"label_plural": {"de": "Projekte"}}, "label_plural", "languages"),
        ({"icon": "skull"}, "icon", "choice"),
        ({"open_to": "nobody"}, "open_to", "choice"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_place(actor: Any, said: dict[str, Any], where: str, code: str) -> None:
    assert problems_of(actor, **said)[where] == code
    assert not CustomObject.objects.exists()


def test_two_of_one_name_and_too_many_are_refused(
    actor: Any, project: CustomObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert problems_of(actor) == {"label": "taken", "label_plural": "taken"}
    assert problems_of(actor, name="x_project", label={"en": "P"}, label_plural={"en": "Ps"}) == {"name": "taken"}
    monkeypatch.setattr(objects, "MOST_OBJECTS", 1)
    assert problems_of(actor, label={"en": "P"}, label_plural={"en": "Ps"}) == {"": "too_many_objects"}


def test_who_uses_it_at_first(actor: Any, sara: Any, actor_for: Any) -> None:
    for number, (audience, member) in enumerate({"everyone": "all", "own": "own", "managers": "none"}.items()):
        words = {"en": f"Thing {'abc'[number]}"}
        made = define_object(actor=actor, label=words, label_plural={"en": f"{words['en']}s"}, open_to=audience)
        permission = registry.permissions[f"crm.{made.name}.view"]
        assert permission.levels.get("member", "none") == member
        assert (permission.levels.get("manager", "none") == "all") == (audience != "admins")


def test_it_is_called_otherwise(actor: Any, project: CustomObject) -> None:
    objects.change_object("x_project", actor=actor, label_plural={"en": "Undertakings"}, icon="rocket")
    entity = registry.entity("x_project")
    assert (str(entity.label_plural), str(entity.label), entity.icon) == ("Undertakings", "Project", "rocket")
    with pytest.raises(Invalid):
        objects.change_object("x_project", actor=actor, plural="x_others")
    row = AuditEntry.objects.filter(entity="custom_object", action="changed").get()
    assert row.changes["icon"] == ["box", "rocket"]
    assert OutboxMessage.objects.filter(name="crm.object_changed").count() == 1


def test_put_away_and_brought_back_without_loss(
    actor: Any, project: CustomObject, tenant: Tenant, sara: Any, client_for: Any, api_for: Any
) -> None:
    define_field(actor=actor, entity="x_project", kind="integer", label={"en": "Budget"}, name="x_budget")
    define_field(
        actor=actor, entity="contact", kind="relation", label={"en": "Project"}, name="x_project",
        options={"target": "x_project"},
    )  # fmt: skip
    made = create_record("x_project", actor=SYSTEM, values={"name": "Bridge", "x_budget": 5})
    person = create_record("contact", actor=SYSTEM, values={"name": "Nima", "first_name": "Nima", "x_project": made})
    objects.deactivate_object("x_project", actor=actor)
    with pytest.raises(UnknownName):
        registry.entity("x_project")
    assert "x_project" not in registry.entity("contact").all_fields
    client: Client = client_for(sara, tenant)
    assert client.get("/x_projects/").status_code == 404
    assert client.get(f"/contacts/{person.pk}/").status_code == 200
    assert client.get("/contacts/").status_code == 200
    assert api_for(sara, tenant).get("/api/v1/x_projects/").status_code == 404
    # What was done before cannot be undone while it is away, and nothing breaks.
    assert undo_batch(made.audit_id, actor=SYSTEM).refused == 1
    objects.restore_object("x_project", actor=actor)
    back = registry.entity("x_project").records().get(pk=made.pk)
    assert (back.name, back.x_budget) == ("Bridge", 5)
    assert registry.entity("contact").records().get(pk=person.pk).x_project_id == made.pk


def run_purges() -> None:
    """Jobs that remove; those that build indexes need a connection outside the test's transaction."""
    while job := Job.objects.filter(kind__endswith="_purge", state="waiting").order_by("id").first():
        assert run_job(job.pk)
        job.refresh_from_db()
        assert job.state == "done", job.error


def test_deleted_for_good_by_its_typed_name(actor: Any, project: CustomObject, sara: Any, actor_for: Any) -> None:
    define_field(actor=actor, entity="x_project", kind="integer", label={"en": "Budget"}, name="x_budget", unique=True)
    define_field(
        actor=actor, entity="contact", kind="relation", label={"en": "Project"}, name="x_project",
        options={"target": "x_project"},
    )  # fmt: skip
    made = create_record("x_project", actor=SYSTEM, values={"name": "Bridge", "x_budget": 5})
    person = create_record("contact", actor=SYSTEM, values={"first_name": "Nima", "x_project": made})
    other = define_object(actor=actor, label={"en": "Visit"}, label_plural={"en": "Visits"})
    create_record(other.name, actor=SYSTEM, values={"name": "Monday"})
    EntityLayout.objects.create(entity="x_project")
    SavedView.objects.create(entity="x_project", name="Mine", user=sara)
    Role.objects.create(key="builder", name="Builder", levels={"crm.x_project.view": "all", "crm.account.view": "own"})
    with pytest.raises(Invalid):
        objects.delete_object("x_project", actor=actor, typed="projects")
    assert objects.count_records([project]) == 1
    objects.delete_object("x_project", actor=actor, typed=" پروژه ")
    with pytest.raises(UnknownName):
        registry.entity("x_project")
    assert problems_of(actor, label={"en": "P"}, label_plural={"en": "Ps"}, name="x_project") == {"name": "taken"}
    run_purges()
    assert not CustomObject.objects.filter(name="x_project").exists()
    assert list(CustomRecord.everything.values_list("object", flat=True)) == [other.name]
    assert not CustomField.objects.exists()
    person.refresh_from_db()
    assert "x_project" not in person.extra
    assert not EntityLayout.objects.exists()
    assert not SavedView.objects.exists()
    assert Role.objects.get(key="builder").levels == {"crm.account.view": "own"}
    assert define_object(actor=actor, **PROJECT).name == "x_project"


def test_their_order_is_the_navigation(
    actor: Any, project: CustomObject, client_for: Any, sara: Any, tenant: Tenant
) -> None:
    define_object(actor=actor, label={"en": "Visit"}, label_plural={"en": "Visits"})
    objects.order_objects(["x_visit", "x_project"], actor=actor)
    assert [entity.name for entity in registry.entities if entity.is_own] == ["x_visit", "x_project"]
    objects.change_object("x_visit", actor=actor, in_navigation=False)
    html = client_for(sara, tenant).get("/").content.decode()
    assert "/x_projects/" in html
    assert "/x_visits/" not in html


def test_who_may_not(
    project: CustomObject, reza: Any, olga: Any, tenant: Tenant, other_tenant: Tenant, actor_for: Any, client_for: Any,
    api_for: Any,
) -> None:  # fmt: skip
    with pytest.raises(Denied):
        define_object(actor=actor_for(reza), label={"en": "P"}, label_plural={"en": "Ps"})
    paths = ("", "new/", "key/", "relations/", "relations/new/", "relations/link/", "x_project/")
    assert {client_for(reza, tenant).get(f"/settings/objects/{path}").status_code for path in paths} == {403}
    assert client_for(olga, other_tenant).get("/settings/objects/x_project/").status_code == 404
    for method in ("get", "patch", "delete"):
        sent = getattr(api_for(olga, other_tenant), method)
        assert sent(f"/api/v1/custom-objects/{project.pk}/").status_code == 404
        assert getattr(api_for(reza, tenant), method)(f"/api/v1/custom-objects/{project.pk}/").status_code == 403


def test_missing_ones_are_not_found(actor: Any) -> None:
    for name in ("x_nothing", "0199c2d4-7b1e-7c3a-9f00-5a1b2c3d4e5f"):
        with pytest.raises(NotFound):
            objects.get_object(name, actor=actor)


def test_settings_pages(client_for: Any, sara: Any, tenant: Tenant) -> None:
    page: Client = client_for(sara, tenant)
    assert "No objects of your own yet" in page.get("/settings/objects/").content.decode()
    assert page.get("/settings/objects/new/").status_code == 200
    key = page.get("/settings/objects/key/?label_fa=پروژه&label_en=")
    assert key.content.decode() == "x_pruzhe"
    form = {"label_fa": "پروژه", "label_en": "Project", "label_plural_fa": "پروژه‌ها", "label_plural_en": "Projects",
            "icon": "rocket", "in_navigation": "1", "open_to": "everyone"}  # fmt: skip
    wrong = page.post("/settings/objects/new/", {**form, "label_en": "Account"})
    assert wrong.status_code == 422
    assert "is called so already" in wrong.content.decode()
    made = page.post("/settings/objects/new/", form)
    assert made.headers["Location"] == "/settings/fields/x_project/"
    for address in ("/settings/objects/", "/settings/objects/x_project/", "/settings/fields/x_project/"):
        assert "Projects" in page.get(address).content.decode()
    assert "New project" in page.get("/palette/?q=new pro").content.decode()
    edited = page.post("/settings/objects/x_project/", {**form, "label_en": "Undertaking"})
    assert edited.status_code == 302
    assert page.post("/settings/objects/x_project/state/", {"act": "deactivate"}).status_code == 302
    assert "its records are kept" in page.get("/settings/objects/").content.decode()
    assert page.post("/settings/objects/x_project/state/?act=restore").status_code == 302
    assert page.post("/settings/objects/order/", {"item": ["x_project"]}).status_code == 204
    page.post("/settings/objects/x_project/delete/", {"typed": "nonsense"})
    assert CustomObject.objects.get().deleted_at is None
    page.post("/settings/objects/x_project/delete/", {"typed": "x_project"})
    assert CustomObject.objects.get().deleted_at is not None


def test_api(api_for: Any, sara: Any, tenant: Tenant) -> None:
    api: Client = api_for(sara, tenant)
    made = api.post("/api/v1/custom-objects/", PROJECT, content_type=JSON)
    assert made.status_code == 201
    assert made.json()["plural"] == "x_projects"
    assert api.post("/api/v1/x_projects/", {"name": "Bridge"}, content_type=JSON).status_code == 201
    one = "/api/v1/custom-objects/x_project/"
    assert api.get(one).json()["records"] == 1
    assert api.get("/api/v1/custom-objects/").json()["count"] == 1
    assert (
        api.patch(one, {"icon": "rocket", "state": "deactivated"}, content_type=JSON).json()["state"] == "deactivated"
    )
    assert api.get("/api/v1/x_projects/").status_code == 404
    assert api.patch(one, {"state": "active"}, content_type=JSON).json()["icon"] == "rocket"
    for wrong in ({"colour": "red"}, {"in_navigation": "yes"}, {"state": "gone"}, {"label": 5}):
        assert api.patch(one, wrong, content_type=JSON).status_code == 422, wrong
    assert api.post("/api/v1/custom-objects/", {"label": "P"}, content_type=JSON).status_code == 422
    assert api.delete(f"{one}?confirm=nonsense").status_code == 422
    assert api.delete(f"{one}?confirm=x_project").status_code == 204
    paths = api.get("/api/v1/schema/").json()["paths"]
    assert {"/api/v1/custom-objects/", "/api/v1/custom-relations/", "/api/v1/custom-relations/links/"} <= set(paths)


def test_views_of_an_own_object_are_kept_opened_shared_and_taken_back(
    actor: Any, actor_for: Any, client_for: Any, tenant: Any, sara: Any, nima: Any, reza: Any
) -> None:
    """What saved views do for built-in entities they do for those made here."""
    define_object(actor=actor, name="x_project", label={"en": "Project"}, label_plural={"en": "Projects"})
    options = {"choices": [{"key": "on", "label": {"en": "On"}}, {"key": "off", "label": {"en": "Off"}}]}
    define_field(actor=actor, entity="x_project", name="x_state", kind="choice", label={"en": "State"}, options=options)
    define_field(actor=actor, entity="x_project", name="x_day", kind="date", label={"en": "Day"})
    define_field(actor=actor, entity="x_project", name="x_cost", kind="money", label={"en": "Cost"})
    actor = actor_for(sara)  # whose role knows the new object
    for n in range(4):
        values = {"name": f"P{n}", "x_state": ("on", "off")[n % 2], "x_day": date(2026, 1, n + 1), "x_cost": 10 * n}
        create_record("x_project", actor=actor, values=values)
    client = client_for(sara, tenant)
    states = {
        "list": "x_state=on&sort=-name&columns=x_cost", "board": "lane=x_state", "calendar": "on=x_day",
        "chart": "by=x_state&measure=sum:x_cost",
    }  # fmt: skip
    for mode, state in states.items():
        data = {"do": "save", "name": mode, "state": state, "mode": mode, "shared": "all"}
        assert client.post("/x_projects/views/", data).status_code < 400, mode
    tabs = {tab.label: tab.url for tab in client_for(nima, tenant).get("/x_projects/").context["tabs"]}
    assert set(tabs) == set(states)
    for mode, url in tabs.items():
        answer = client_for(reza, tenant).get(url)
        assert (answer.status_code, answer.context["mode"]) == (200, mode)
    table = client.get(tabs["list"]).context["table"]
    assert [row.title for row in table.rows] == ["P2", "P0"]
    assert [column.field.name for column in table.columns] == ["name", "x_cost"]
    assert [point.label for point in client.get(tabs["chart"]).context["points"]] == ["On", "Off"]
    # taken away and brought back, and gone from sight while the object is put away
    view = tabs["list"].partition("view=")[2]
    data = {"do": "delete", "state": f"view={view}", "edit": "1", "mode": "list"}
    assert client.post("/x_projects/views/", data).status_code < 400
    page = client.get("/x_projects/")
    assert "list" not in {tab.label for tab in page.context["tabs"]}
    undo = re.search(r"/undo/view/[0-9a-f-]{36}/", page.content.decode())
    assert undo
    client.post(undo[0])
    assert "list" in {tab.label for tab in client.get("/x_projects/").context["tabs"]}
    objects.deactivate_object("x_project", actor=actor)
    assert client.get("/x_projects/").status_code == 404
    objects.restore_object("x_project", actor=actor)
    assert len(client.get("/x_projects/").context["tabs"]) == 4
