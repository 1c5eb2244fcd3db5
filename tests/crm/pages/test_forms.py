"""Making, editing and deleting a record; what was typed is never lost."""

from typing import Any

import pytest

from crm.models import Account
from modules.sfa.models import Deal

pytestmark = pytest.mark.django_db


def test_making_a_record_with_a_related_one_named_as_new(page: Any, sara: Any, stages: Any) -> None:
    data = {"name": "Pump", "account": "new:Zagros Steel", "amount": "1,500", "currency": "EUR", "owner": sara.pk}
    response = page(sara).post("/deals/new/", data)
    made = Deal.objects.get(name="Pump")
    assert response.url == f"/deals/{made.pk}/"
    assert (made.account.name, made.amount, made.stage.key) == ("Zagros Steel", 1500, "prospecting")


def test_a_mistake_keeps_what_was_typed_and_makes_nothing(page: Any, sara: Any, stages: Any) -> None:
    data = {"name": "Pump", "account": "new:Zagros Steel", "amount": "plenty", "close_date": "2026-13-40"}
    response = page(sara).post("/deals/new/", data)
    text = response.content.decode()
    assert response.status_code == 422
    assert 'value="plenty"' in text
    assert 'value="Zagros Steel"' in text
    assert not Account.objects.exists()
    assert {c.name for c in response.context["faulty"]} == {"amount", "close_date"}


def test_blank_form_starts_from_the_address_and_the_defaults(page: Any, sara: Any, account: Any, stages: Any) -> None:
    house = account("Zagros Steel")
    text = page(sara).get(f"/deals/new/?account={house.pk}").content.decode()
    assert f'value="{house.pk}"' in text
    assert f'value="{stages["prospecting"].pk}"' in text
    assert f'value="{sara.pk}"' in text


def edit_data(client: Any, record: Any, **typed: str) -> dict[str, str]:
    sections = client.get(f"/deals/{record.pk}/edit/").context["sections"]
    values = {c.name: c.value for _label, controls in sections for c in controls}
    return {**values, **{f"was_{k}": v for k, v in values.items()}, "version": str(record.version), **typed}


def test_two_people_editing_different_fields_both_win(page: Any, sara: Any, mina: Any, deal: Any) -> None:
    pump, first, second = deal("Pump"), page(sara), page(mina)
    hers, his = edit_data(first, pump, next_step="Call"), edit_data(second, pump, lost_reason="Price")
    assert second.post(f"/deals/{pump.pk}/edit/", his).status_code == 302
    assert first.post(f"/deals/{pump.pk}/edit/", hers).status_code == 302
    pump.refresh_from_db()
    assert (pump.next_step, pump.lost_reason) == ("Call", "Price")


def test_two_people_editing_one_field_choose(page: Any, sara: Any, mina: Any, deal: Any) -> None:
    pump, first, second = deal("Pump"), page(sara), page(mina)
    hers, his = edit_data(first, pump, next_step="Mine"), edit_data(second, pump, next_step="Theirs")
    second.post(f"/deals/{pump.pk}/edit/", his)
    clash = first.post(f"/deals/{pump.pk}/edit/", hers)
    assert clash.status_code == 409
    assert [(c.mine, c.theirs) for c in clash.context["clashes"]] == [("Mine", "Theirs")]
    pump.refresh_from_db()
    assert pump.next_step == "Theirs"
    again = {**hers, "was_next_step": "Theirs", "version": str(pump.version)}
    first.post(f"/deals/{pump.pk}/edit/", {**again, "keep_next_step": "theirs"})
    pump.refresh_from_db()
    assert pump.next_step == "Theirs"
    first.post(f"/deals/{pump.pk}/edit/", {**again, "keep_next_step": "mine"})
    pump.refresh_from_db()
    assert pump.next_step == "Mine"


def test_a_cell_is_edited_refused_and_kept_from_overwriting(page: Any, sara: Any, deal: Any) -> None:
    pump, client = deal("Pump", amount=10), page(sara)
    url = f"/deals/{pump.pk}/cell/amount/"
    assert 'name="amount"' in client.get(url).content.decode()
    assert "€25" in client.post(url, {"amount": "25", "was": "10", "version": "1"}).content.decode()
    refused = client.post(url, {"amount": "many", "was": "25", "version": "2"})
    assert (refused.status_code, 'class="err"' in refused.content.decode()) == (422, True)
    stale = client.post(url, {"amount": "30", "was": "10", "version": "1"})
    assert stale.status_code == 409
    pump.refresh_from_db()
    assert pump.amount == 25


def test_deleting_says_undo(page: Any, sara: Any, deal: Any) -> None:
    pump, client = deal("Pump"), page(sara)
    assert client.get(f"/deals/{pump.pk}/delete/").status_code == 405
    client.post(f"/deals/{pump.pk}/delete/")
    assert not Deal.objects.exists()
    undo = next(str(m.extra_tags) for m in client.get("/deals/").context["messages"])
    assert client.post(undo.removeprefix("undo:")).status_code == 204
    assert Deal.objects.get() == pump


def test_history_names_people_and_fields(page: Any, sara: Any, deal: Any, stages: Any) -> None:
    pump, client = deal("Pump"), page(sara)
    client.post(f"/deals/{pump.pk}/cell/stage/", {"stage": str(stages["proposal"].pk), "was": "", "version": "1"})
    entry = client.get(f"/deals/{pump.pk}/").context["stream"].entries[0]
    assert (entry.who, entry.lines[0].label) == ("Sara Ahmadi", "Stage")
    assert (entry.lines[0].before, entry.lines[0].after) == ("Prospecting", "Proposal")


def test_neighbours_follow_the_list(page: Any, sara: Any, deal: Any) -> None:
    one, two, three = (deal(name, amount=n) for n, name in ((1, "A"), (2, "B"), (3, "C")))
    found = page(sara).get(f"/deals/{two.pk}/?list=sort%3Damount").context["neighbours"]
    assert (str(one.pk) in found.previous, str(three.pk) in found.next) == (True, True)
