"""The list: what it shows, in which order, and what it says when an address makes no sense."""

from typing import Any

import pytest

from crm.models import ViewChoice
from crm.pages import found
from crm.services.tags import add_tag, tag_named
from kernel.access import system_actor
from kernel.query import walking
from kernel.shares import share_record

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")


def titles(response: Any) -> list[str]:
    return [row.title for row in response.context["table"].rows]


def test_filters_search_and_order(page: Any, sara: Any, deal: Any, stages: Any) -> None:
    deal("Booster", amount=10)
    deal("Pump A", amount=30, stage="won")
    deal("Pump B", amount=20, stage="won")
    client = page(sara)
    assert titles(client.get(f"/deals/?stage={stages['won'].pk}&sort=amount")) == ["Pump B", "Pump A"]
    assert titles(client.get("/deals/?q=boost")) == ["Booster"]
    assert titles(client.get("/deals/?amount__gte=20&sort=-amount")) == ["Pump A", "Pump B"]


def test_chips_read_as_sentences(page: Any, sara: Any, deal: Any, stages: Any) -> None:
    deal("Pump", stage="won")
    url = f"/deals/?stage={stages['won'].pk}&amount__gte=10&amount__lte=2000&owner=me&close_date__when=this_month"
    chips = {chip.label: chip.text for chip in page(sara).get(url).context["setting"].chips}
    assert chips == {"Stage": "Won", "Amount": "€10 to €2,000", "Owner": "me", "Close date": "this month"}


def test_count_and_sum_are_of_all_rows_not_of_the_page(page: Any, sara: Any, deal: Any) -> None:
    for n in range(55):
        deal(f"Pump {n}", amount=100)
    response = page(sara).get("/deals/")
    table = response.context["table"]
    assert (table.count, len(table.rows)) == (55, 50)
    assert next(c.total for c in table.columns if c.field.name == "amount") == "€5,500"
    second = page(sara).get(response.context["next_url"])
    assert len(second.context["table"].rows) == 5
    assert second.context["previous_url"]


@pytest.mark.parametrize("query", ["sort=nonsense", "cursor=nonsense", "amount__gte=abc", "stage=nobody", "view=1"])
def test_nonsense_in_the_address_is_told_and_the_rest_shown(query: str, page: Any, sara: Any, deal: Any) -> None:
    deal("Pump")
    response = page(sara).get(f"/deals/?{query}")
    assert response.status_code == 200
    assert titles(response) == ["Pump"]
    assert query == "view=1" or 'role="alert"' in response.content.decode()


def test_htmx_gets_the_list_alone(page: Any, sara: Any, deal: Any) -> None:
    deal("Pump")
    answer = page(sara).get("/deals/", headers={"HX-Request": "true", "HX-Target": "list"})
    assert "<html" not in answer.content.decode()
    assert "HX-Request" in answer["Vary"]


def test_empty_teaches_and_filtered_to_nothing_names_the_filter(page: Any, sara: Any, deal: Any) -> None:
    client = page(sara)
    assert "A deal says what you sell" in client.get("/deals/").content.decode()
    deal("Pump")
    assert "Amount: at least €5,000" in client.get("/deals/?amount__gte=5000").content.decode()


def test_columns_are_remembered_for_the_person(page: Any, sara: Any, mina: Any, deal: Any) -> None:
    deal("Pump")
    client = page(sara)
    wish = {"columns": ["amount", "probability"], "state": "", "move": "probability:-1"}
    assert client.post("/deals/columns/", wish).headers["HX-Trigger"] == "pv:changed"
    heads = [c.field.name for c in client.get("/deals/").context["table"].columns]
    assert heads == ["name", "probability", "amount"]
    assert "stage" in [c.field.name for c in page(mina).get("/deals/").context["table"].columns]
    client.post("/deals/columns/", {"reset": "1", "state": ""})
    assert ViewChoice.objects.get(user=sara).params == {"columns": {}}


def test_filter_editor_writes_the_address(page: Any, sara: Any, stages: Any) -> None:
    client = page(sara)
    form = client.get("/deals/filter/?field=stage&state=q%3Dpump")
    assert form.status_code == 200
    applied = client.get("/deals/filter/apply/", {"field": "amount", "low": "10", "state": "q=pump"})
    assert applied.url == "/deals/?amount__gte=10&q=pump"
    refused = client.get("/deals/filter/apply/", {"field": "amount", "low": "ten", "state": ""})
    assert refused.status_code == 422


def test_saved_view_opens_shares_and_comes_back_after_deletion(page: Any, sara: Any, reza: Any, deal: Any) -> None:
    deal("Pump", amount=5000)
    deal("Valve", amount=5)
    client = page(sara)
    state = "amount__gte=1000&sort=-amount"
    made = client.post("/deals/views/", {"do": "save", "name": "Big", "state": state, "shared": "1"})
    assert titles(client.get(made.url)) == ["Pump"]
    view = made.url.partition("view=")[2]
    assert titles(page(reza).get(f"/deals/?view={view}")) == ["Pump"]
    assert page(reza).post("/deals/views/", {"do": "delete", "state": f"view={view}"}).status_code == 403
    client.post("/deals/views/", {"do": "default", "state": f"view={view}"})
    assert titles(client.get("/deals/")) == ["Pump"]
    assert len(titles(client.get("/deals/?view=all"))) == 2
    client.post("/deals/views/", {"do": "delete", "state": f"view={view}"})
    undo = next(str(m.extra_tags) for m in client.get("/deals/").context["messages"] if "undo:" in m.extra_tags)
    assert client.post(undo.removeprefix("undo:")).status_code == 204
    assert [v.name for v in client.get("/deals/").context["setting"].views] == ["Big"]


def test_tags_are_a_column_of_the_list_and_of_a_file(page: Any, sara: Any, account: Any) -> None:
    one, _two = account("One"), account("Two")
    for name in ("hot", "=cold"):
        add_tag("account", [one.pk], tag_named(f"new:{name}", actor=SYSTEM).pk, actor=SYSTEM)
    client = page(sara)
    table = client.get("/accounts/?columns=city,tags&sort=name").context["table"]
    first = table.rows[0]
    assert [column.field.name for column in table.columns] == ["name", "city", "tags"]
    name, last = first.html.partition("</th>")[0], first.html.rpartition("<td>")[2]
    assert ("tagchip" in name, "pv-cell" in last, table.columns[2].sort_query) == (False, False, "")
    assert last.count("tagchip") == 2
    assert "tagchip" not in table.rows[1].html
    # without the column they stand beside the name
    beside = client.get("/accounts/?columns=city&sort=name").context["table"].rows[0].html
    assert beside.partition("</th>")[0].count("tagchip") == 2
    text = client.get("/accounts/export/?format=csv&columns=tags&sort=name").getvalue().decode("utf-8-sig")
    assert text.splitlines()[1] == 'One,"\'=cold, hot"'
    # one neither sorts nor groups by them
    assert client.get("/accounts/?sort=tags&by=tags").status_code == 200
    assert client.get("/accounts/board/?lane=tags").status_code in (200, 404)
    view = {"do": "save", "name": "Tagged", "state": "columns=tags", "mode": "list"}
    client.post("/accounts/views/", view)
    tab = client.get("/accounts/").context["tabs"][0]
    assert [c.field.name for c in client.get(tab.url).context["table"].columns] == ["name", "tags"]


def test_many_records_are_only_sorted_by_what_an_index_has_in_order(
    page: Any, sara: Any, account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    account("Zagros", city="Yazd", sector="Steel")
    shown = "/accounts/?columns=city,sector,owner,created_at"
    columns = page(sara).get(shown).context["table"].columns
    assert all(column.sort_query and not column.unsorted for column in columns)
    monkeypatch.setattr("crm.pages.table.MOST_SORTED", 0)
    answer = page(sara).get(shown)
    offered = {c.field.name: bool(c.sort_query) for c in answer.context["table"].columns}
    assert offered == {"name": True, "city": True, "sector": False, "owner": True, "created_at": True}
    assert "Filter the list first" in answer.content.decode()
    assert page(sara).get(f"{shown}&sort=sector").status_code == 200  # who asks for it all the same gets it


@pytest.mark.parametrize("query", ["q=steel", "name__contains=steel"])
def test_of_very_many_that_hold_a_word_the_newest_come_first(
    page: Any, sara: Any, account: Any, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    for name in ("Steel C", "Steel A", "Steel B", "Paper"):
        account(name)
    by_name = page(sara).get(f"/accounts/?{query}")
    assert titles(by_name) == ["Steel A", "Steel B", "Steel C"]
    assert "the newest first" not in by_name.content.decode()
    monkeypatch.setattr("crm.pages.found.MOST_BY_NAME", -1)
    newest = page(sara).get(f"/accounts/?{query}")
    assert titles(newest) == ["Steel B", "Steel A", "Steel C"]
    assert "the newest first" in newest.content.decode()
    asked = page(sara).get(f"/accounts/?{query}&sort=name")
    assert titles(asked) == ["Steel A", "Steel B", "Steel C"]
    assert "the newest first" not in asked.content.decode()


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], set[str]]:
    """A list too large to be read: the ways to a page of it that were tried, and those that shall take too long."""
    tried: list[str] = []
    too_long: set[str] = set()

    def walk(queryset: Any, entity: Any, *, most_ms: int, **wish: Any) -> Any:
        by_date = wish["sort"] == found.NEWEST
        way = "gathered" if walking.is_gathered(queryset) else "by date" if by_date else "by name"
        tried.append(way)
        return None if way in too_long else walking.walk(queryset, entity, most_ms=most_ms, **wish)

    monkeypatch.setattr(found, "walk", walk)
    monkeypatch.setattr(found, "CHEAP", -1)
    monkeypatch.setattr(found, "MOST_BY_NAME", -1)
    return tried, too_long


def test_where_the_way_by_name_is_long_the_newest_come_first(
    page: Any, sara: Any, account: Any, ways: tuple[list[str], set[str]]
) -> None:
    _tried, too_long = ways
    for name, city in (("C", "Yazd"), ("A", "Yazd"), ("B", "Yazd"), ("D", "Qom")):
        account(name, city=city)
    assert titles(page(sara).get("/accounts/?city__eq=Yazd")) == ["A", "B", "C"]
    too_long.add("by name")
    newest = page(sara).get("/accounts/?city__eq=Yazd")
    assert titles(newest) == ["B", "A", "C"]
    assert "the newest first" in newest.content.decode()
    for asked, titled in (("city__eq=Yazd&sort=name", ["A", "B", "C"]), ("", ["A", "B", "C", "D"])):
        answer = page(sara).get(f"/accounts/?{asked}")
        assert titles(answer) == titled, "who asks for an order gets it, and so does who asks for nothing"
        assert "the newest first" not in answer.content.decode()
    too_long.add("by date")
    assert titles(page(sara).get("/accounts/?city__eq=Yazd")) == ["A", "B", "C"]


def test_the_newest_go_on_over_pages(page: Any, sara: Any, account: Any, ways: tuple[list[str], set[str]]) -> None:
    _tried, too_long = ways
    names = [account(f"{(n * 7) % 53:02}", city="Yazd").name for n in range(53)]
    too_long.add("by name")
    first = page(sara).get("/accounts/?city__eq=Yazd")
    second = page(sara).get(first.context["next_url"])
    assert titles(first) + titles(second) == names[::-1]
    back = page(sara).get(second.context["previous_url"])
    assert titles(back) == titles(first)


def test_letters_are_looked_for_by_their_index_first(
    page: Any, sara: Any, account: Any, ways: tuple[list[str], set[str]]
) -> None:
    tried, too_long = ways
    account("A", sector="Steel works")
    for expected in (["gathered"], ["gathered", "by name"]):
        tried.clear()
        assert titles(page(sara).get("/accounts/?sector=steel")) == ["A"]
        assert tried == expected
        too_long.add("gathered")
    tried.clear()
    assert titles(page(sara).get("/accounts/?sector=st")) == ["A"]
    assert tried == ["by name"], "of two letters no index knows"


def test_in_the_order_of_its_owners_what_was_shared_stands_in_its_place(
    page: Any, nima: Any, sara: Any, deal: Any
) -> None:
    """Who sees records by their owner and others one by one."""
    own = {person.pk: [deal(f"{person.name} {n}", owner=person) for n in (2, 0, 1)] for person in (nima, sara)}
    shared = own[sara.pk][:2]
    for one in shared:
        share_record("deal", one.pk, actor=SYSTEM, to_kind="user", to_id=nima.pk)
    seen = {nima.pk: own[nima.pk], sara.pk: shared}
    people = sorted((nima, sara), key=lambda person: person.name)
    expected = [one.name for person in people for one in sorted(seen[person.pk], key=lambda one: one.pk)]
    assert titles(page(nima).get("/deals/?sort=owner")) == expected
    assert titles(page(nima).get("/deals/?sort=-owner")) == expected[::-1]


@pytest.mark.parametrize("query", ["q=steel", "city=Yazd", "city=Yazd&sort=-created_at", "q=steel&sort=owner"])
def test_rows_that_are_gathered_are_the_rows_that_are_met(
    page: Any, sara: Any, account: Any, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    for number in range(7):
        account(f"Steel {number * 3 % 7}", city="Yazd" if number % 2 else "Qom")
    met = titles(page(sara).get(f"/accounts/?{query}"))
    monkeypatch.setattr("kernel.query.reaching.LARGE", -1)
    monkeypatch.setattr("kernel.query.reaching.table_size", lambda rows: 1_000_000)
    assert titles(page(sara).get(f"/accounts/?{query}")) == met
