"""Pages and lists over 100,000 contacts and deals, as an administrator and as a member who sees her own.

Server time by Django's test client: everything but the network and gunicorn. Budgets: pages 100 ms, typing ahead
50 ms, a list of 100 by the API 80 ms, all p95.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

from django.db import transaction
from django.test import Client

from kernel.context import tenant_context
from kernel.query import cursors_of
from kernel.registry import registry
from tests.bench.crowd import Crowd, make_crowd
from tests.bench.measure import Reading, long_watch, progress, queries_of, spread, times_of, unlimited
from tests.bench.sizes import Size
from tests.factories import api_client, page_client


def run(size: Size) -> Iterator[Reading]:
    progress(f"{size.accounts} accounts, {size.contacts} contacts, {size.deals} deals")
    crowd = make_crowd(size)
    rows = {"contacts": size.contacts, "deals": size.deals, "accounts": size.accounts}
    with unlimited():
        for who, user in (("admin", crowd.admin), ("member", crowd.member)):
            browser, program = page_client(user, crowd.tenant), api_client(user, crowd.tenant)
            for metric, path in _pages(crowd).items():
                yield from _measured(browser, f"{metric}.{who}", path, size, budget=100, **rows)
            for metric, path in _typing().items():
                yield from _measured(browser, f"{metric}.{who}", path, size, budget=50, **rows)
            for metric, path in _api(crowd).items():
                yield from _measured(program, f"{metric}.{who}", path, size, budget=80, **rows)


def _pages(crowd: Crowd) -> dict[str, str]:
    with tenant_context(crowd.tenant), transaction.atomic():
        by_name = cursors_of(crowd.mid_contact, registry.entity("contact"), sort="name")[1]
        by_date = cursors_of(crowd.deal, registry.entity("deal"), sort="-created_at")[1]
    mine = crowd.member.pk
    return {
        "contacts": "/contacts/",
        "contacts_deep": f"/contacts/?cursor={by_name}",
        "contacts_newest": "/contacts/?sort=-created_at",
        "contacts_by_account": "/contacts/?sort=account",
        "contacts_of_owner": f"/contacts/?owner={mine}",
        "contacts_searched": f"/contacts/?q={quote('ahmadi sara')}",
        "contacts_searched_short": "/contacts/?q=sa",
        "contacts_searched_rare": f"/contacts/?q={quote('پورحسینیz')}",
        "deals": "/deals/",
        "deals_deep": f"/deals/?cursor={by_date}",
        "deals_of_stage": f"/deals/?stage={crowd.stage.pk}",
        "deals_by_amount": "/deals/?sort=-amount",
        "board": "/deals/board/",
        "deal_page": f"/deals/{crowd.deal.pk}/",
        "account_page": f"/accounts/{crowd.account.pk}/",
        "my_day": "/",
    }


def _typing() -> dict[str, str]:
    return {
        "palette": f"/palette/?q={quote('ahmadi st')}",
        "palette_short": "/palette/?q=sa",
        "palette_open": "/palette/",
        "lookup_account": "/lookup/account/?q=steel",
        "lookup_contact": f"/lookup/contact/?q={quote('محمد')}",
        "lookup_short": "/lookup/contact/?q=sa",
    }


def _api(crowd: Crowd) -> dict[str, str]:
    return {
        "api_contacts": "/api/v1/contacts/?limit=100",
        "api_deals": "/api/v1/deals/?limit=100",
        "api_deals_of_stage": f"/api/v1/deals/?limit=100&stage={crowd.stage.pk}",
    }


def _measured(client: Client, metric: str, path: str, size: Size, **context: Any) -> Iterator[Reading]:
    status = client.get(path).status_code
    if status != 200:
        raise AssertionError(f"{path} answers {status}")
    act = partial(client.get, path)
    yield Reading("pages", f"{metric}.queries", queries_of(act), "queries", 1)
    with long_watch() as watch:
        times = times_of(act, size.repeats)
    each = (watch.cpu + watch.server_cpu) * 1000 / (size.repeats + 1)
    yield from spread("pages", metric, times, **context, processor_ms=round(each, 1))
