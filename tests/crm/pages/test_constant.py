"""Every page asks the database a fixed number of questions, whatever the number of rows."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db

PAGES = (
    "/deals/", "/deals/?sort=-amount&q=pump", "/deals/board/", "/accounts/", "/contacts/", "/palette/?q=pump",
    "/palette/?q=", "/lookup/deal/?q=pump", "/", "/deals/export/?format=csv",
)  # fmt: skip


def queries(client: Any, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        response = client.get(url)
        response.getvalue()
    assert response.status_code == 200, url
    return len([q for q in asked if "set_config" not in q["sql"]])


def rows(deal: Any, account: Any, owner: Any, number: int, start: int) -> None:
    for n in range(start, start + number):
        where = account(f"Pump house {n}", owner=owner)
        deal(f"Pump {n}", stage=("prospecting", "won", "proposal")[n % 3], account=where, owner=owner, next_step="Call")


@pytest.mark.parametrize("url", PAGES)
def test_queries_do_not_grow_with_rows(url: str, page: Any, sara: Any, deal: Any, account: Any) -> None:
    client = page(sara)
    queries(client, url)  # what a process learns once is learnt
    rows(deal, account, sara, 3, 0)
    first = queries(client, url)
    rows(deal, account, sara, 6, 3)
    assert queries(client, url) == first


def test_record_page_does_not_grow_with_what_hangs_on_it(page: Any, sara: Any, deal: Any, account: Any) -> None:
    client, house = page(sara), account("Pump house")
    deal("Pump 0", account=house)
    client.get(f"/accounts/{house.pk}/")
    first = queries(client, f"/accounts/{house.pk}/")
    for n in range(3):
        deal(f"Pump {n}", account=house, owner=sara)
    assert queries(client, f"/accounts/{house.pk}/") <= first + 1  # names of owners, once there are any
