"""The order of a list's groups, on screen, on a phone and in a file."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.pages import export
from crm.pages.bucket_parts import Bucket

pytestmark = pytest.mark.django_db


def labels(client: Any, query: str) -> list[str]:
    return [group.label for group in client.get(f"/deals/?{query}").context["table"].groups]


@pytest.fixture
def filled(deal: Any, account: Any) -> None:
    """Of Ashna three deals worth little, of Pars one worth much, one of nobody; names that code points sort wrongly."""
    ashna, pars, gilan = account("آشنا"), account("پارس"), account("گیلان")
    for n in range(3):
        deal(f"A{n}", account=ashna, amount=10, close_date=date(2026, 1, 5))
    deal("P", account=pars, amount=900, stage="won", close_date=date(2026, 3, 5))
    for n in range(2):
        deal(f"G{n}", account=gilan, amount=20, stage="proposal", close_date=date(2026, 2, 5))
    deal("Nobodys", amount=5000)


def test_related_records_by_number_name_or_sum(page: Any, sara: Any, filled: None) -> None:
    client = page(sara)
    assert labels(client, "by=account") == ["آشنا", "گیلان", "پارس", "empty"]
    assert labels(client, "by=account&by_order=label") == ["آشنا", "پارس", "گیلان", "empty"]
    assert labels(client, "by=account&by_order=sum:amount") == ["پارس", "گیلان", "آشنا", "empty"]
    # a sum that is not on screen gives the order as well
    assert labels(client, "by=account&by_order=sum:amount&columns=owner")[0] == "پارس"
    offered = [key for key, _label in client.get("/deals/?by=account").context["order_choices"]]
    assert offered == ["", "label", "sum:amount"]


def test_stages_stand_in_their_order_and_dates_run_either_way(page: Any, sara: Any, filled: None) -> None:
    client = page(sara)
    assert labels(client, "by=stage") == ["Prospecting", "Proposal", "Won"]
    assert labels(client, "by=stage&by_order=count") == ["Prospecting", "Proposal", "Won"]
    assert labels(client, "by=stage&by_order=label") == ["Proposal", "Prospecting", "Won"]
    early = labels(client, "by=close_date:month")
    assert early[-1] == "empty"
    assert labels(client, "by=close_date:month&by_order=late") == [*early[-2::-1], "empty"]
    # nonsense falls back to the order that the field has
    assert labels(client, "by=stage&by_order=sum:nothing") == labels(client, "by=stage")


def test_names_that_one_may_not_see_give_no_order(page: Any, nima: Any, filled: None, deal: Any, account: Any) -> None:
    deal("Mine", owner=nima, account=account("Zagros", owner=nima))
    assert labels(page(nima), "by=account&by_order=label") == ["Zagros"]


def test_the_order_is_kept_by_a_view(page: Any, sara: Any, filled: None) -> None:
    client = page(sara)
    client.post(
        "/deals/views/", {"do": "save", "name": "By name", "state": "by=account&by_order=label", "mode": "list"}
    )
    tab = client.get("/deals/").context["tabs"][0]
    assert [g.label for g in client.get(tab.url).context["table"].groups][:2] == ["آشنا", "پارس"]


def test_a_phone_sees_the_groups_with_their_sums(page: Any, sara: Any, filled: None) -> None:
    html = page(sara).get("/deals/?by=account&by_order=label&columns=amount").content.decode()
    phone = html[html.index('<div class="phone') :]
    places = [phone.index(f'<bdi class="cut">{name}</bdi>') for name in ("آشنا", "پارس", "گیلان", "empty")]
    assert places == sorted(places)
    first = phone[phone.index("phone-grp") :][:400]
    assert "€30" in first
    assert "Amount: " in first


def rows(client: Any, query: str) -> list[list[str]]:
    answer = client.get(f"/deals/export/?format=csv&columns=amount&{query}")
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))[1:]


def test_a_file_has_the_order_on_screen(page: Any, sara: Any, filled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    client = page(sara)
    query = "by=account&by_order=sum:amount&sort=-name"
    expected = [["پارس", "P"], ["گیلان", "G1"], ["گیلان", "G0"], ["آشنا", "A2"], ["آشنا", "A1"], ["آشنا", "A0"],
                ["empty", "Nobodys"]]  # fmt: skip
    assert [row[:2] for row in rows(client, query)] == expected
    for chunk in (1, 2, 3):
        monkeypatch.setattr(export, "CHUNK", chunk)
        assert [row[:2] for row in rows(client, query)] == expected, chunk
    months = rows(client, "by=close_date:month&by_order=late&sort=name")
    assert [row[1] for row in months] == ["P", "G0", "G1", "A0", "A1", "A2", "Nobodys"]


@pytest.mark.parametrize("by", ["account", "stage", "close_date:month", "created_at:day", "kind"])
def test_a_grouped_file_asks_no_more_for_more_groups(
    by: str, page: Any, sara: Any, deal: Any, account: Any, stages: Any
) -> None:
    client = page(sara)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            rows(client, f"by={by}")
        return len([q for q in queries if "set_config" not in q["sql"]])

    deal("First", account=account("A"), close_date=date(2026, 1, 1))
    asked()
    first = asked()
    for n, stage in enumerate(("won", "proposal")):
        deal(f"More {n}", account=account(f"B{n}"), stage=stage, close_date=date(2026, 2 + n, 1))
    assert asked() == first


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is slow at anything
@given(st.lists(st.integers(0, 9), max_size=30), st.integers(1, 12), st.integers(1, 5))
def test_batches_lose_no_group_and_stay_small(counts: list[int], most: int, together: int) -> None:
    buckets = [Bucket(str(n), "", count) for n, count in enumerate(counts)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "CHUNK", most)
        patch.setattr(export, "TOGETHER", together)
        batches = list(export._batches(buckets))
    assert [b for batch in batches for b in batch] == buckets
    for batch in batches:
        assert len(batch) == 1 or (sum(b.count for b in batch) <= most and len(batch) <= together)
    assert Decimal(sum(b.count for batch in batches for b in batch)) == sum(counts)
