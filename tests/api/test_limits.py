"""Rate limits count callers apart, and tell what is left."""

from typing import Any

import pytest

from kernel.context import Tenant
from tests.api.conftest import Ask, asker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few(settings: Any) -> None:
    settings.API_RATE_LIMITS = {"token": (3, 3600), "anonymous": (2, 3600), "workspace": (100, 3600)}


def test_headers_and_refusal(admin: Ask, reader: Ask) -> None:
    left = [admin("get", "")["RateLimit-Remaining"] for _ in range(3)]
    refused = admin("get", "")
    assert left == ["2", "1", "0"]
    assert refused.status_code == 429
    assert refused.json()["code"] == "throttled"
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert refused["RateLimit-Policy"] == '"token";q=3;w=3600, "workspace";q=100;w=3600'
    assert refused["RateLimit"].startswith('"token";r=0;t=')
    assert reader("get", "").status_code == 200


def test_strangers_are_counted_too(stranger: Ask) -> None:
    assert [stranger("get", "accounts/").status_code for _ in range(3)] == [401, 401, 429]


def test_a_workspace_as_a_whole(admin: Ask, reader: Ask, settings: Any) -> None:
    settings.API_RATE_LIMITS = {**settings.API_RATE_LIMITS, "workspace": (2, 3600)}
    assert [admin("get", "").status_code, reader("get", "").status_code, reader("get", "").status_code] == [
        200,
        200,
        429,
    ]


def test_workspaces_do_not_share(admin: Ask, olga: Any, other_tenant: Tenant, api_for: Any, settings: Any) -> None:
    settings.API_RATE_LIMITS = {**settings.API_RATE_LIMITS, "workspace": (1, 3600)}
    assert admin("get", "").status_code == 200
    assert asker(api_for(olga, other_tenant))("get", "").status_code == 200
