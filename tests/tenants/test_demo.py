"""The demo: complete, in both languages, and made once."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils.translation import override

from identity.models import Team, User
from kernel.context import public_context, tenant_context
from kernel.registry import registry
from tenants.models import Organization


def run() -> list[dict[str, str]]:
    out = StringIO()
    call_command("seed_demo", json=True, stdout=out)
    found: list[dict[str, str]] = json.loads(out.getvalue().splitlines()[-1])["addresses"]
    return found


def test_two_workspaces_full_of_work_and_an_operator(stage: Any, db: None) -> None:
    addresses = run()
    assert [one["url"] for one in addresses] == [
        f"http://{host}localhost:8000/" for host in ("", "console.", "demo.", "nemoone.")
    ]
    assert run() == addresses
    for subdomain in ("demo", "nemoone"):
        with public_context():
            organization = Organization.objects.get(subdomain=subdomain)
        with tenant_context(organization.as_tenant()):
            counts = {name: registry.entity(name).model_class._default_manager.count()
                      for name in ("account", "contact", "product", "deal")}  # fmt: skip
            assert counts == {"account": 64, "contact": 150, "product": 20, "deal": 300}
            names = registry.entity("account").model_class._default_manager.values_list("name", flat=True)
            assert len(set(names)) == 64
            assert (User.objects.count(), Team.objects.count()) == (7, 3)
            kinds = registry.entity("deal").model_class._default_manager.values_list("kind", flat=True)
            assert set(kinds) == {"open", "won", "lost"}
            lived_with(subdomain)


def lived_with(subdomain: str) -> None:
    """People know each other, share homes and tags, and there is an object of the organization's own with its sums."""
    for name in ("relationship", "life_event", "holding", "tagging", "contact_point", "address"):
        assert registry.entity(name).records().count() >= 10, name
    assert registry.entity("account").records().filter(kind="household").count() == 4
    project = registry.entity("x_project")
    with override({"demo": "en", "nemoone": "fa"}[subdomain]):
        assert str(project.label_plural) == {"demo": "Projects", "nemoone": "پروژه‌ها"}[subdomain]
    rows = list(project.records())
    assert len(rows) == 24
    assert any(row.name.startswith({"demo": "Pump station", "nemoone": "ایستگاه پمپاژ"}[subdomain]) for row in rows)
    assert {row.x_status for row in rows} == {"planned", "running", "done"}
    assert all(row.x_left == row.x_budget - row.x_spent for row in rows)
    customer = registry.entity("account").records().get(pk=rows[0].x_customer_id)
    assert customer.x_projects_sum == sum(row.x_budget for row in rows if row.x_customer_id == customer.pk)
    assert registry.entity("contact").records().filter(x_interests__contains=["events"]).exists()


def test_it_does_not_run_where_customers_are(stage: Any, db: None, settings: Any) -> None:
    settings.ENV = "prod"
    with pytest.raises(CommandError, match="production"):
        run()
