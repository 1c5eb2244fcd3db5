"""Objects of the organization's own come back with their fields, relations, values and views."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import transaction

from crm.customization.derived import define_formula, define_rollup
from crm.customization.objects import define_object
from crm.customization.relations import define_relation
from crm.customization.services import define_field
from crm.models import SavedView
from identity.actors import actor_for
from identity.models import User
from kernel.access import Actor
from kernel.context import Tenant, tenant_context
from kernel.errors import Conflict
from kernel.query import parse_filters, select
from kernel.records import create_record, delete_record, undo_batch, update_record
from kernel.registry import registry
from tenants.archive.selectors import Archive
from tests.factories import page_client
from tests.tenants.archive.test_restore import restore
from tests.tenants.archive.whole import tenant_now


@pytest.fixture
def bridge(live_tenant: Tenant, admin: Actor) -> str:
    """A project of a customer, by an object made here; the id of its record."""
    with transaction.atomic():
        define_object(
            actor=admin, name="x_project", label={"en": "Project"}, label_plural={"en": "Projects"}, open_to="own"
        )
        options = {"choices": [{"key": "on", "label": {"en": "On"}}, {"key": "off", "label": {"en": "Off"}}]}
        define_field(actor=admin, entity="x_project", name="x_state", kind="choice", label={"en": "State"},
                     options=options)  # fmt: skip
        define_field(actor=admin, entity="x_project", name="x_budget", kind="money", label={"en": "Budget"})
        define_relation(actor=admin, entity="x_project", target="account", name="x_customer", label={"en": "Customer"})
        define_formula(actor=admin, entity="x_project", name="x_half", label={"en": "Half"}, source="{x_budget} / 2")
        admin = actor_for(User.objects.get(pk=admin.user_id), live_tenant)  # whose role knows the new object
        define_rollup(actor=admin, entity="account", name="x_sum", label={"en": "Sum"}, child="x_project",
                      relation="x_customer", how="sum", of="x_budget")  # fmt: skip
        account = create_record("account", actor=admin, values={"name": "Zagros"})
        values = {"name": "Bridge", "x_state": "on", "x_budget": Decimal(90), "x_customer": account}
        made = create_record("x_project", actor=admin, values=values)
        SavedView.objects.create(
            user=User.objects.get(pk=admin.user_id),
            entity="x_project",
            name="Running",
            params={"filters": {"x_state": ["on"]}},
        )
    return str(made.pk)


def test_an_own_object_comes_back_with_all_that_is_about_it(
    live_tenant: Tenant, admin: Actor, export: Callable[[], Archive], bridge: str
) -> None:
    made = export()
    with transaction.atomic():
        admin = actor_for(User.objects.get(pk=admin.user_id), live_tenant)
        update_record("x_project", bridge, actor=admin, values={"x_budget": Decimal(1), "x_customer": None})
        delete_record("x_project", bridge, actor=admin)
        SavedView.objects.all().delete()
    job = restore(made, admin)
    assert (job.state, job.error) == ("done", "")
    now = tenant_now(live_tenant)
    with tenant_context(now), transaction.atomic():
        sara = actor_for(User.objects.get(pk=admin.user_id), now)
        kind = registry.entity("x_project")
        record = kind.records().get(pk=bridge)
        assert (record.x_state, record.x_budget, record.x_half) == ("on", Decimal(90), Decimal(45))
        assert kind.title_of(record) == "Bridge"
        customer = registry.entity("account").records().get(pk=record.x_customer_id)
        assert (customer.name, customer.x_sum) == ("Zagros", Decimal(90))
        found = select(kind, actor=sara, filters=parse_filters(kind, {"x_state": "on"}))
        assert [str(row.pk) for row in found] == [bridge]
        # and it goes on: a change, its roll-up, its undo
        changed = update_record(kind, bridge, actor=sara, values={"x_budget": Decimal(50)})
        assert registry.entity("account").records().get(pk=customer.pk).x_sum == 50
        undo_batch(changed.audit_id, actor=sara)
        with pytest.raises(Conflict):
            update_record(kind, bridge, actor=sara, values={"x_budget": Decimal(2)}, version=1)
    with tenant_context(now), transaction.atomic():
        user = User.objects.get(pk=admin.user_id)
    client = page_client(user, now)
    tabs = client.get("/x_projects/").context["tabs"]
    assert [tab.label for tab in tabs] == ["Running"]
    table = client.get(tabs[0].url).context["table"]
    assert [row.title for row in table.rows] == ["Bridge"]
