"""The record page as an administrator ordered it: followed, taken back, as delivered, over the API, at no cost."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.customization.layouts import reset_layout, restore_layout, save_layout
from crm.customization.objects import define_object
from crm.panels.blocks import names_of
from kernel.access import system_actor
from kernel.errors import Denied, Invalid
from kernel.registry import registry

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")
PLACES = {"details": "Who they are", "reach": "Every way to reach them", "files": 'id="p-files-h"',
          "list:deal.account": ">Deals</h2>"}  # fmt: skip


def order_on(html: str) -> list[str]:
    main = html.partition('class="panels"')[2].partition("<aside")[0]
    return sorted((name for name, words in PLACES.items() if words in main), key=lambda name: main.index(PLACES[name]))


def test_the_order_is_followed_and_taken_back(page: Any, sara: Any, account: Any, deal: Any) -> None:
    house, client = account("Pump house"), page(sara)
    deal("Pump", account=house)
    url = f"/accounts/{house.pk}/"
    assert order_on(client.get(url).content.decode()) == ["details", "reach", "files", "list:deal.account"]
    change = save_layout("account", actor=SYSTEM, page={"order": ["list:deal.account", "files"], "hidden": ["reach"]})
    assert order_on(client.get(url).content.decode()) == ["list:deal.account", "files", "details"]
    assert change
    restore_layout(change, actor=SYSTEM)
    assert order_on(client.get(url).content.decode()) == ["details", "reach", "files", "list:deal.account"]
    save_layout("account", actor=SYSTEM, page={"hidden": ["details"]})
    assert order_on(client.get(url).content.decode()) == ["reach", "files", "list:deal.account"]
    reset_layout("account", actor=SYSTEM, page=True)
    assert order_on(client.get(url).content.decode())[0] == "details"


def test_what_is_left_out_costs_no_query(page: Any, sara: Any, account: Any) -> None:
    house, client = account("Pump house"), page(sara)
    url = f"/accounts/{house.pk}/"
    client.get(url)
    tables = {"reach": "crm_contactpoint", "holdings": "crm_holding", "list:contact.account": '"crm_contact"'}

    def asked() -> str:
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return "\n".join(q["sql"] for q in queries if "crm_note" not in q["sql"] and "crm_relationship" not in q["sql"])

    before = asked()
    assert all(table in before for table in tables.values())
    save_layout("account", actor=SYSTEM, page={"hidden": ["reach", "holdings"]})
    after = asked()
    assert [table for name, table in tables.items() if table in after] == ['"crm_contact"']


def test_figures_and_facts(page: Any, sara: Any, account: Any) -> None:
    house, client = account("Pump house", employees=77, year_established=1990, city="Qom", industry="steel"), page(sara)
    url = f"/accounts/{house.pk}/"

    def figures() -> list[str]:
        strip = client.get(url).content.decode().partition('class="figures')[2].partition("</dl>")[0]
        return re.findall(r"<dt[^>]*>([^<]+)</dt>", strip)

    assert figures() == ["Employees"]
    save_layout("account", actor=SYSTEM, page={"figures": ["created_at", "employees"], "facts": ["city"]})
    assert figures() == ["Created", "Employees"]
    save_layout("account", actor=SYSTEM, page={"figures": [], "facts": []})
    assert figures() == []
    head = client.get(url).content.decode().partition("</h1>")[2].partition('class="panels"')[0]
    assert "Qom" not in head


@pytest.mark.parametrize(
    "said", [{"order": ["nothing"]}, {"figures": ["name"]}, {"facts": ["employees"]}, {"strange": []},
             {"figures": ["employees", "revenue", "created_at", "updated_at", "x"]},
             {"facts": ["kind", "tier", "sector", "size", "phone", "email", "website", "city", "country"]}],
)  # fmt: skip
def test_what_cannot_stand_there_is_refused(said: dict[str, list[str]], tenant: Any) -> None:
    with pytest.raises(Invalid):
        save_layout("account", actor=SYSTEM, page=said)


def test_own_objects_have_it_too(page: Any, sara: Any, tenant: Any) -> None:
    from kernel.records import create_record

    define_object(actor=SYSTEM, label="Project", label_plural="Projects", name="x_project", plural="x_projects")
    assert names_of(registry.entity("x_project"))[0] == "details"
    record = create_record("x_project", actor=SYSTEM, values={"name": "Bridge"})
    client = page(sara)
    sent = {"blocks": ["hidden", "details"], "figures": ["created_at", "hidden"], "facts": ["hidden"]}
    assert client.post("/settings/fields/x_project/page/", sent).status_code == 302
    html = client.get(f"/x_projects/{record.pk}/").content.decode()
    assert "<dl" in html.partition('class="figures')[2]
    assert 'class="kv' not in html


def test_the_editor(page: Any, sara: Any, account: Any) -> None:
    client, url = page(sara), "/settings/fields/account/page/"
    html = client.get(url).content.decode()
    assert html.index('value="details"') < html.index('value="reach"') < html.index('value="list:deal.account"')
    blocks = re.findall(r'name="blocks" value="([^"]+)"', html)
    turned = [name for name in reversed(blocks) if name != "hidden"]
    sent = {"blocks": [*turned[:-1], "hidden", turned[-1]], "figures": ["employees", "hidden", "revenue"],
            "facts": ["city", "hidden"]}  # fmt: skip
    assert client.post(url, sent).status_code == 302
    told = client.get(url).content.decode()
    assert re.findall(r'name="blocks" value="([^"]+)"', told) == sent["blocks"]
    undo = told.split("/settings/fields/form/undo/")[1][:36]
    answer = client.post(f"/settings/fields/form/undo/{undo}/")
    assert answer.url == url
    assert re.findall(r'name="blocks" value="([^"]+)"', client.get(url).content.decode()) == blocks
    refused = client.post(url, {**sent, "figures": ["employees", "revenue", "created_at", "updated_at", "x_no"]})
    assert refused.status_code == 422
    client.post(url, sent)
    assert client.post(f"{url}reset/").status_code == 302
    assert re.findall(r'name="blocks" value="([^"]+)"', client.get(url).content.decode()) == blocks


def test_only_who_may_change_fields_gets_in(
    page: Any, nima: Any, acting: Any, client_for: Callable[..., Client], olga: Any, other_tenant: Any
) -> None:
    client = page(nima)
    assert client.get("/settings/fields/account/page/").status_code == 403
    assert client.post("/settings/fields/account/page/", {}).status_code == 403
    assert client.post("/settings/fields/account/page/reset/").status_code == 403
    with pytest.raises(Denied):
        save_layout("account", actor=acting(nima), page={"hidden": ["reach"]})
    assert client_for(olga, other_tenant).get("/settings/fields/x_project/page/").status_code == 404


def test_over_the_api(api_for: Any, sara: Any, nima: Any, tenant: Any) -> None:
    client, url = api_for(sara, tenant), "/api/v1/layouts/account/"
    body = {"page": {"order": ["files"], "hidden": ["map"], "figures": ["employees"]}}
    answer = client.patch(url, body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert client.get(url).json()["page"] == body["page"]
    undone = client.post(f"/api/v1/layouts/undo/{answer.json()['undo']}/")
    assert undone.json()["page"] == {}
    refused: tuple[dict[str, Any], ...] = ({"page": []}, {"page": {"order": "files"}}, {"page": {"order": ["x"]}})
    for wrong in refused:
        assert client.patch(url, wrong, content_type="application/json").status_code == 422, wrong
    assert api_for(nima, tenant).patch(url, body, content_type="application/json").status_code == 403
