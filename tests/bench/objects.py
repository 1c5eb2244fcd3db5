"""An object of the organization's own with as many records as the reference has deals: making it, and its pages.

Budgets: making an object or a relation 1 s; pages 100 ms p95; a list of 100 by the API 80 ms.
"""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.test import Client

from crm.customization.objects import define_object
from crm.customization.relations import define_relation
from crm.customization.services import define_field
from crm.models import Account, CustomRecord
from kernel.access import system_actor
from kernel.context import tenant_context
from kernel.jobs import run_due
from kernel.records import create_record
from tenants import sql
from tests.bench.measure import Reading, long_watch, progress, spread, stopwatch, times_of, unlimited
from tests.bench.sizes import Size
from tests.factories import api_client, make_workspace, page_client

_STAGES = ("planned", "running", "done")
#: What is typed in a row: its stage, an amount, a day, and the account it belongs to.
_FILL = """
INSERT INTO {table} (id, version, created_at, updated_at, created_by_id, extra, owner_id, object, name)
SELECT gen_random_uuid(), 1, now() - n * interval '1 minute', now(), %(user)s, jsonb_build_object(
  'x_stage', (%(stages)s::text[])[1 + n %% 3], 'x_budget', (n * 7919 %% 100003)::text, 'x_budget_currency', 'EUR',
  'x_start', (date '2026-01-01' + n %% 700)::text, 'x_customer', %(account)s::text
), %(user)s, 'x_project', 'Project ' || n FROM generate_series(1, %(rows)s) n"""


def run(size: Size) -> Iterator[Reading]:
    organization, admin = make_workspace()
    tenant, rows = organization.as_tenant(), size.deals
    with tenant_context(tenant):
        yield from _made(rows)
        progress(f"{rows} projects")
        _fill(rows, admin)
        while run_due():
            pass
    with unlimited():
        pages, program = page_client(admin, tenant), api_client(admin, tenant)
        for metric, path in (
            ("list", "/x_projects/"), ("list_by_choice", "/x_projects/?x_stage=running"),
            ("list_by_amount", "/x_projects/?sort=-x_budget"), ("list_by_date", "/x_projects/?sort=x_start"),
            ("board", "/x_projects/board/"),
        ):  # fmt: skip
            yield from _measured(pages, f"{metric}.admin", path, size.repeats, budget=100, rows=rows)
        path = "/api/v1/x_projects/?limit=100&x_budget__gte=90000"
        yield from _measured(program, "api.admin", path, size.repeats, budget=80, rows=rows)


def _made(rows: int) -> Iterator[Reading]:
    actor = system_actor("bench")
    words = {"en": "Project", "fa": "پروژه"}
    with stopwatch() as watch, transaction.atomic():
        define_object(actor=actor, label=words, label_plural={"en": "Projects", "fa": "پروژه‌ها"})
    yield Reading("objects", "define", watch.seconds * 1000, "ms", 1, {"budget": 1000, "rows": rows})
    with stopwatch() as watch, transaction.atomic():
        define_relation(actor=actor, entity="x_project", target="account", label={"en": "Customer"}, name="x_customer")
    yield Reading("objects", "define_relation", watch.seconds * 1000, "ms", 1, {"budget": 1000, "rows": rows})
    choices = [{"key": key, "label": {"en": key}} for key in _STAGES]
    for name, kind, options in (
        ("stage", "choice", {"choices": choices}),
        ("budget", "money", {}),
        ("start", "date", {}),
    ):
        with transaction.atomic():
            define_field(
                actor=actor, entity="x_project", kind=kind, label={"en": name}, name=f"x_{name}", options=options
            )


def _fill(rows: int, admin: Any) -> None:
    with transaction.atomic():
        account: Account = create_record("account", actor=system_actor("bench"), values={"name": "Zagros"})
        said = {"user": admin.pk, "stages": list(_STAGES), "account": str(account.pk), "rows": rows}
        table = CustomRecord._meta.db_table
        sql.run(_FILL.format(table=table), said)
        sql.run(f"ANALYZE {table}")


def _measured(client: Client, metric: str, path: str, repeats: int, **context: Any) -> Iterator[Reading]:
    def ask() -> None:
        response = client.get(path)
        if response.status_code != 200:
            raise AssertionError(f"{path}: {response.status_code}")

    with long_watch() as watch:
        times = times_of(ask, repeats)
    # On a busy machine the wall's time tells of the neighbours; processor time tells of the page.
    cpu = round((watch.cpu + watch.server_cpu) * 1000 / (repeats + 1), 1)
    yield from spread("objects", metric, times, cpu_ms=cpu, server_cpu=round(watch.server_cpu, 2), **context)
