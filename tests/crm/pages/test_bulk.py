"""Acts on many, and files of what is on screen."""

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from kernel.models import AuditEntry
from modules.sfa.models import Deal

pytestmark = pytest.mark.django_db


def undo_of(response: Any) -> str:
    return str(response.headers["HX-Trigger"].partition('"undo": "')[2].partition('"')[0])


def test_many_are_changed_and_taken_back_at_once(page: Any, sara: Any, deal: Any) -> None:
    made, client = [deal(f"Pump {n}") for n in range(3)], page(sara)
    ids = [str(d.pk) for d in made[:2]]
    data = {"act": "edit", "field": "next_step", "next_step": "Call", "selected": ids}
    answer = client.post("/deals/bulk/", data)
    assert Deal.objects.filter(next_step="Call").count() == 2
    client.post(undo_of(answer))
    assert not Deal.objects.filter(next_step="Call").exists()
    everything = client.post("/deals/bulk/", {**data, "everything": "1", "state": "name__contains=pump"})
    assert Deal.objects.filter(next_step="Call").count() == 3
    assert "3 records changed" in everything.headers["HX-Trigger"]


def test_deleting_many_spares_what_is_not_ones_own(page: Any, nima: Any, deal: Any) -> None:
    mine, other = deal("Mine", owner=nima), deal("Other")
    answer = page(nima).post("/deals/bulk/", {"act": "delete", "selected": [str(mine.pk), str(other.pk)]})
    assert "1 was not yours" in answer.headers["HX-Trigger"]
    assert list(Deal.objects.all()) == [other]


def test_csv_holds_all_rows_and_no_formulas(page: Any, sara: Any, deal: Any, account: Any) -> None:
    for n in range(60):
        deal(f"Pump {n:02}", amount=n)
    deal("=HYPERLINK(1)", amount=-5)
    response = page(sara).get("/deals/export/?format=csv&columns=amount&sort=name")
    rows = list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    assert rows[0] == ["Name", "Amount", "Currency"]
    assert len(rows) == 62
    assert ["'=HYPERLINK(1)", "-5.00", "EUR"] in rows
    act = AuditEntry.objects.get(action="export")
    assert (act.entity, act.changes["rows"]) == ("deal", [None, 61])


def test_xlsx_keeps_numbers_numbers(page: Any, sara: Any, deal: Any) -> None:
    pump = deal("@SUM(1)", amount=1250)
    response = page(sara).get(f"/deals/export/?format=xlsx&columns=amount&selected={pump.pk}")
    sheet = load_workbook(io.BytesIO(response.getvalue())).active
    assert sheet is not None
    assert [tuple(row) for row in sheet.iter_rows(min_row=2, values_only=True)] == [("'@SUM(1)", 1250, "EUR")]


def test_export_gives_only_what_the_role_lets_out(page: Any, nima: Any, reza: Any, deal: Any) -> None:
    deal("Mine", owner=nima)
    deal("Other")
    text = page(nima).get("/deals/export/?format=csv").getvalue().decode("utf-8-sig")
    assert "Mine" in text
    assert "Other" not in text
    assert page(reza).get("/deals/export/").status_code == 403
