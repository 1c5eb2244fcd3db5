"""Searching at the reference size: the palette, typing ahead in a form, the page of results, a list, the API.

Server time by Django's test client. Budgets: typing ahead 50 ms, pages and lists 100 ms, the API 80 ms, all p95.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

from django.db import transaction
from django.test import Client

from kernel.context import tenant_context
from kernel.jobs import run_due
from tests.bench.crowd import colleagues
from tests.bench.measure import Reading, long_watch, progress, queries_of, spread, times_of, unlimited
from tests.bench.reference import fill_reference
from tests.bench.sizes import Size
from tests.factories import api_client, make_cast, make_workspace, page_client

#: What people type, by what is hard about it.
TYPED = {
    "letter": "م", "two_letters": "sa", "first_name": "محمد", "family_name": "احمدی", "whole_name": "سارا احمدی",
    "name_turned": "smith sara", "inside": "حسین", "phone": "0912 345 6", "phone_end": "4567", "email": "person77@",
    "reference": "D0000123", "with_account": "sara zagros", "other_keyboard": "سشقش", "typo": "پرحسینی",
    "nothing": "qxzw",
}  # fmt: skip


def run(size: Size) -> Iterator[Reading]:
    accounts, deals = size.searched // 5, size.searched * 3 // 10
    progress(f"{accounts} accounts, {size.searched} contacts, {deals} deals")
    organization, sara = make_workspace()
    cast, tenant = make_cast(organization, sara), organization.as_tenant()
    with tenant_context(tenant), transaction.atomic():
        owners = [cast.nima.pk, *(person.pk for person in colleagues(cast.nima.role_id))]
    fill_reference(tenant, owners, accounts=accounts, contacts=size.searched, deals=deals)
    rows = {"contacts": size.searched, "accounts": accounts, "deals": deals}
    with unlimited():
        page_client(sara, tenant).get("/palette/?q=qxzw")  # the first search in vain has the words of titles read
        with tenant_context(tenant), long_watch() as watch:
            run_due()
        yield Reading("search", "words_read", watch.seconds, "s", size.searched, {**rows, **watch.told()})
        for who, user in (("admin", sara), ("member", cast.nima)):
            browser, program = page_client(user, tenant), api_client(user, tenant)
            for name, text in TYPED.items():
                yield from _measured(browser, f"palette_{name}.{who}", f"/palette/?q={quote(text)}", size, 50, **rows)
            for metric, path in _pages().items():
                budget = 50 if metric.startswith("lookup") else 100
                yield from _measured(browser, f"{metric}.{who}", path, size, budget, **rows)
            yield from _measured(program, f"api.{who}", f"/api/v1/search/?q={quote('احمدی')}", size, 80, **rows)


def _pages() -> dict[str, str]:
    return {
        "palette_open": "/palette/",
        "results": f"/search/?q={quote('احمدی')}",
        "results_of_one": f"/search/?q={quote('احمدی')}&entity=contact",
        "lookup_contact": f"/lookup/contact/?q={quote('محمد')}",
        "lookup_account": "/lookup/account/?q=steel",
        "list_rare": f"/contacts/?q={quote('سارا پورحسینی')}",
        "list_common": "/contacts/?q=sara",
        "list_phone": "/contacts/?q=0912345",
    }


def _measured(client: Client, metric: str, path: str, size: Size, budget: int, **context: Any) -> Iterator[Reading]:
    status = client.get(path).status_code
    if status != 200:
        raise AssertionError(f"{path} answers {status}")
    act = partial(client.get, path)
    yield Reading("search", f"{metric}.queries", queries_of(act), "queries", 1)
    with long_watch() as watch:
        times = times_of(act, size.repeats)
    each = (watch.cpu + watch.server_cpu) * 1000 / (size.repeats + 1)
    yield from spread("search", metric, times, budget=budget, **context, processor_ms=round(each, 1))
