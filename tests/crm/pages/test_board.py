"""The board: exact counts and sums, the next cards, and moves that nobody loses."""

from typing import Any

import pytest

from kernel.access import system_actor
from kernel.records import create_record

pytestmark = pytest.mark.django_db

SYSTEM = system_actor("test")


def lanes(response: Any) -> dict[str, tuple[int, str, int]]:
    return {lane.label: (lane.count, lane.sum_text, len(lane.cards)) for lane in response.context["lanes"]}


def test_lanes_count_everything_and_show_the_first_cards(page: Any, sara: Any, deal: Any) -> None:
    for n in range(30):
        deal(f"Pump {n}", stage="won", amount=10)
    deal("Valve", amount=7)
    client = page(sara)
    response = client.get("/deals/board/")
    shown = lanes(response)
    assert shown["Won"] == (30, "€300", 20)
    assert shown["Prospecting"] == (1, "€7", 1)
    won = next(lane for lane in response.context["lanes"] if lane.label == "Won")
    more = client.get(won.more)
    assert more.content.decode().count("data-card") == 10


def test_board_takes_the_list_filters(page: Any, sara: Any, deal: Any) -> None:
    deal("Pump", amount=10)
    deal("Valve", amount=2000)
    assert lanes(page(sara).get("/deals/board/?amount__gte=100"))["Prospecting"] == (1, "€2,000", 1)


def test_a_move_is_saved_counted_and_undone(page: Any, sara: Any, deal: Any, stages: Any) -> None:
    pump, client = deal("Pump", amount=10), page(sara)
    data = {"record": pump.pk, "lane": stages["won"].pk, "from": stages["prospecting"].pk}
    answer = client.post("/deals/board/move/", data)
    assert answer.json()["lanes"][str(stages["won"].pk)] == {"count": "1", "sum": "€10"}
    pump.refresh_from_db()
    assert (pump.kind, pump.probability) == ("won", 100)
    undo = answer.headers["HX-Trigger"].partition('"undo": "')[2].partition('"')[0]
    assert client.post(undo).status_code == 204
    pump.refresh_from_db()
    assert pump.stage_id == stages["prospecting"].pk


def test_a_card_that_somebody_moved_meanwhile_is_not_moved_again(page: Any, sara: Any, deal: Any, stages: Any) -> None:
    pump = deal("Pump", stage="proposal")
    data = {"record": pump.pk, "lane": stages["won"].pk, "from": stages["prospecting"].pk}
    answer = page(sara).post("/deals/board/move/", data)
    assert answer.status_code == 409
    assert "moved this card" in answer.json()["detail"]
    pump.refresh_from_db()
    assert pump.stage_id == stages["proposal"].pk


def test_who_may_not_change_may_not_move(page: Any, reza: Any, deal: Any, stages: Any) -> None:
    pump = deal("Pump")
    assert page(reza).post("/deals/board/move/", {"record": pump.pk, "lane": stages["won"].pk}).status_code == 403
    pump.refresh_from_db()
    assert pump.kind == "open"


def test_each_pipeline_has_its_board(page: Any, sara: Any, deal: Any, tenant: Any) -> None:
    deal("Pump")
    other = create_record("pipeline", actor=SYSTEM, values={"name": "Service"})
    create_record("stage", actor=SYSTEM, values={"pipeline": other, "name": "Asked", "probability": 20})
    client = page(sara)
    assert "Prospecting" in lanes(client.get("/deals/board/"))
    assert lanes(client.get(f"/deals/board/?group={other.pk}")) == {"Asked": (0, "", 0)}


def test_cards_do_not_wait_for_counts_and_sums(
    page: Any, sara: Any, olga: Any, client_for: Any, other_tenant: Any, deal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(30):
        deal(f"Pump {n}", stage="won", amount=10)
    deal("Valve", amount=7)
    monkeypatch.setattr("crm.pages.lanes.CHEAP", 0)
    monkeypatch.setattr("crm.pages.lanes.worth_trying", lambda rows, cost: False)
    client = page(sara)
    response = client.get("/deals/board/")
    shown = lanes(response)
    assert shown["Won"] == (0, "", 20)
    assert shown["Prospecting"] == (0, "", 1)
    text = response.content.decode()
    assert 'id="board-size"' in text
    assert "€300" not in text
    won = next(lane for lane in response.context["lanes"] if lane.label == "Won")
    assert client.get(won.more).content.decode().count("data-card") == 10
    asks = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "board-size"}
    counted = client.get("/deals/board/", **asks)
    assert {lane.label: (lane.count, lane.sum_text) for lane in counted.context["lanes"]}["Won"] == (30, "€300")
    assert '<span class="count num" id="list-count" hx-swap-oob="true">31</span>' in counted.content.decode()
    theirs = client_for(olga, other_tenant).get("/deals/board/", **asks).content.decode()
    assert 'id="list-count" hx-swap-oob="true">0<' in theirs
    assert "€300" not in theirs
