"""The palette and the page of results: ranked, marked, counted, and only what one may see."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Opened
from crm.services.opened import KEPT, note_opened, opened_by
from kernel.access import Actor
from kernel.context import Tenant
from kernel.ids import uuid7

pytestmark = pytest.mark.django_db


def text_of(client: Any, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return str(response.content.decode())


def test_the_palette_marks_what_answered_and_says_what_it_is(page: Any, sara: Any, deal: Any, account: Any) -> None:
    house = account("پمپ‌سازان كرج")
    deal("Karaj", account=house)
    text = text_of(page(sara), "/palette/?q=کرج")
    assert "پمپ‌سازان <mark>كرج</mark>" in text
    assert text.index("پمپ‌سازان") < text.index("/search/?q=")
    assert "All results for" in text


def test_a_command_comes_before_records_that_only_resemble_it(page: Any, sara: Any, account: Any) -> None:
    account("Xnew deal")
    text = text_of(page(sara), "/palette/?q=new deal")
    assert text.index("/deals/new/") < text.index("<mark>new</mark>")


def test_what_was_opened_stands_first_next_time(page: Any, sara: Any, deal: Any) -> None:
    first, second = deal("Pump 1"), deal("Pump 2")
    client = page(sara)
    client.get(f"/deals/{first.pk}/")
    text = text_of(client, "/palette/")
    assert str(first.pk) in text
    assert "Recent" in text
    found = text_of(client, "/palette/?q=pump")
    assert found.index(str(first.pk)) < found.index(str(second.pk))
    client.get(f"/deals/{first.pk}/")
    assert Opened.objects.get(record_id=first.pk).times == 2


def test_work_that_waits_is_suggested(page: Any, nima: Any, deal: Any) -> None:
    late = deal("Pump late", owner=nima)
    Opened.objects.all().delete()
    assert str(late.pk) in text_of(page(nima), "/palette/")


def test_only_the_latest_are_remembered(tenant: Tenant, actor_for: Callable[..., Actor], nima: Any) -> None:
    actor = actor_for(nima)
    ids = [uuid7() for _ in range(KEPT + 30)]
    for pk in ids:
        note_opened(actor=actor, entity="deal", pk=pk)
    assert next(iter(opened_by(actor))) == ids[-1]
    assert len(opened_by(actor)) == KEPT
    assert Opened.objects.count() <= KEPT + 21


def test_results_are_counted_by_kind_and_paged(page: Any, sara: Any, deal: Any, account: Any) -> None:
    for n in range(23):
        account(f"Pump house {n}")
    deal("Pump")
    client = page(sara)
    text = text_of(client, "/search/?q=pump")
    assert text.count('class="found-row"') == 20
    assert ">24<" in text
    assert ">23<" in text
    assert "page=2" in text
    assert text_of(client, "/search/?q=pump&page=2").count('class="found-row"') == 4
    assert text_of(client, "/search/?q=pump&entity=deal").count('class="found-row"') == 1
    part = client.get("/search/?q=pump", headers={"HX-Request": "true", "HX-Target": "results"}).content.decode()
    assert part.startswith('<div id="results"')


def test_nothing_typed_and_nothing_found_say_what_helps(page: Any, sara: Any) -> None:
    assert "Find anything you may see" in text_of(page(sara), "/search/")
    assert "Nothing found for “qxq”" in text_of(page(sara), "/search/?q=qxq&entity=deal")


def test_near_results_say_that_they_are(page: Any, sara: Any, account: Any) -> None:
    account("Zagros Steel")
    assert "This is near it" in text_of(page(sara), "/search/?q=zagrus")


def test_a_member_an_outsider_and_a_stranger(
    page: Any, nima: Any, deal: Any, client_for: Any, olga: Any, other_tenant: Tenant
) -> None:
    other = deal("Pump other")
    assert page(None).get("/search/?q=pump").url.startswith("/auth/login/")
    for client in (page(nima), client_for(olga, other_tenant)):
        text = text_of(client, "/search/?q=pump")
        assert str(other.pk) not in text
        assert "</mark> other" not in text
        assert 'class="found-row"' not in text


@pytest.mark.parametrize("url", ["/search/?q=pump", "/search/?q=pump&entity=deal", "/palette/?q=pump ho", "/palette/"])
def test_questions_do_not_grow(url: str, page: Any, sara: Any, deal: Any, account: Any) -> None:
    client = page(sara)

    def asked(start: int, number: int) -> int:
        for n in range(start, start + number):
            deal(f"Pump {n}", account=account(f"Pump house {n}", owner=sara), owner=sara)
        with CaptureQueriesContext(connection) as queries:
            text_of(client, url)
        return len([q for q in queries if "set_config" not in q["sql"]])

    asked(0, 12)  # what is found is enough: fewer would be looked for in more ways
    assert asked(12, 1) == asked(13, 6)
