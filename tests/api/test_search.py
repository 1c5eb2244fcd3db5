"""GET /api/v1/search/: one list over what the caller may see."""

from typing import Any

import pytest

pytestmark = pytest.mark.django_db


def test_one_ranked_list_with_counts(admin: Any, make: Any) -> None:
    house = make("account", name="Zagros Steel", phone="+982188000012")
    make("contact", name="Sara Ahmadi", account=house)
    answer = admin("get", "search/?q=zagros").json()
    assert [(r["entity"], r["title"], r["match"]) for r in answer["results"]] == [("account", "Zagros Steel", "title")]
    assert answer["results"][0]["marked"] == [["Zagros", True], [" Steel", False]]
    assert answer["results"][0]["url"].endswith(f"/api/v1/accounts/{house.pk}/")
    assert answer["counts"]["account"] == 1
    by_phone = admin("get", "search/?q=021-8800 0012&entities=account").json()
    assert by_phone["results"][0]["match"] == "exact"
    assert set(by_phone["counts"]) == {"account"}
    assert admin("get", "search/").json() == {"results": [], "counts": {}}


def test_what_cannot_be_asked_is_refused(admin: Any, stranger: Any) -> None:
    assert admin("get", "search/?q=a&entities=nothing").status_code == 422
    assert len(admin("get", "search/?q=a&limit=1").json()["results"]) <= 1
    assert stranger("get", "search/?q=a").status_code == 401


def test_it_is_described(admin: Any) -> None:
    described = admin("get", "schema/").json()["paths"]["/api/v1/search/"]["get"]
    assert {one["name"] for one in described["parameters"]} >= {"q", "entities", "limit"}
