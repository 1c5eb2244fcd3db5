"""Nobody sees, by any page, what the role or the workspace hides."""

from typing import Any

import pytest

from kernel.context import Tenant

pytestmark = pytest.mark.django_db


def test_strangers_are_sent_to_sign_in(page: Any, deal: Any) -> None:
    pump = deal("Pump")
    for url in ("/", "/deals/", "/deals/board/", f"/deals/{pump.pk}/", "/palette/", "/lookup/deal/"):
        assert page(None).get(url).url.startswith("/auth/login/")


def test_a_member_sees_only_her_own_deals(page: Any, nima: Any, deal: Any) -> None:
    mine, other = deal("Pump mine", owner=nima), deal("Pump other")
    client = page(nima)
    for url in ("/deals/", "/deals/board/", "/palette/?q=pump", "/lookup/deal/?q=pump", "/"):
        text = client.get(url).content.decode().replace("<mark>", "").replace("</mark>", "")
        assert "Pump other" not in text, url
    assert client.get(f"/deals/{mine.pk}/").status_code == 200
    for url in (f"/deals/{other.pk}/", f"/deals/{other.pk}/edit/", f"/deals/{other.pk}/cell/amount/"):
        assert client.get(url).status_code == 404, url


def test_related_lists_hide_what_may_not_be_seen(page: Any, nima: Any, deal: Any, account: Any) -> None:
    house = account("Pump house")
    deal("Pump other", account=house)
    text = page(nima).get(f"/accounts/{house.pk}/").content.decode()
    assert "Pump other" not in text


def test_a_reader_has_no_buttons_and_no_way_around_them(page: Any, reza: Any, deal: Any) -> None:
    pump, client = deal("Pump"), page(reza)
    text = client.get(f"/deals/{pump.pk}/").content.decode()
    assert "pv-cell data-edit-url" not in text
    assert "/edit/" not in text
    for url in ("/deals/new/", f"/deals/{pump.pk}/edit/", f"/deals/{pump.pk}/cell/amount/"):
        assert client.get(url).status_code == 403, url
    assert client.post(f"/deals/{pump.pk}/delete/").status_code == 403
    assert client.post("/deals/bulk/", {"act": "delete", "selected": [str(pump.pk)]}).status_code == 403


def test_an_outsider_finds_nothing(client_for: Any, olga: Any, other_tenant: Tenant, deal: Any) -> None:
    pump, client = deal("Pump"), client_for(olga, other_tenant)
    assert client.get(f"/deals/{pump.pk}/").status_code == 404
    assert "Pump" not in client.get("/deals/").content.decode()
    assert client.get("/palette/?q=pump").content.decode().count('role="option"') == 0


def test_what_is_made_of_markup_stays_text(page: Any, sara: Any, deal: Any) -> None:
    pump, client = deal("<script>alert(1)</script>", next_step="<b>x</b>"), page(sara)
    for url in ("/deals/", "/deals/board/", f"/deals/{pump.pk}/", "/palette/?q=script"):
        text = client.get(url).content.decode()
        assert "<script>alert" not in text, url
        assert "<b>x</b>" not in text, url
