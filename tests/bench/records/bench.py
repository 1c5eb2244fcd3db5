"""Lists, boards, records, typing ahead, saving and acts on many, in a workspace of the reference size.

Real requests through Django's test client, by the administrator and by a member who sees the teams below hers (a fifth)
and what was shared with her. Budgets (p95): pages 100 ms, typing ahead 50 ms, the API 80 ms, a new field 1 s.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any
from urllib.parse import quote

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.customization.services import define_field
from crm.models import Account, Contact
from identity.actors import actor_for
from identity.models import User
from kernel.access import visible
from kernel.context import tenant_context
from kernel.query import cursors_of
from kernel.registry import registry
from modules.sfa.models import Deal, Stage
from tests.bench.measure import Reading, long_watch, queries_of, spread, stopwatch, times_of, unlimited
from tests.bench.records.building import ROLES, SHARES, TEAMS, Reference, build_reference
from tests.bench.sizes import Size
from tests.factories import api_client, page_client

#: Records of an act on many.
MANY = 10_000


def run(size: Size) -> Iterator[Reading]:
    reference, building, indexing = build_reference(size.searched)
    for metric, watch in (("building", building), ("indexing", indexing)):
        yield Reading("records", metric, watch.seconds, "s", 1, {**reference.rows, **watch.told()})
    yield from measure(reference, size)


def measure(reference: Reference, size: Size) -> Iterator[Reading]:
    with unlimited():
        places = _places(reference)
        for who, user in (("admin", reference.admin), ("member", reference.member)):
            yield from _looking(reference, who, user, places, size)
        yield from _predicate(reference, size)
        yield from _saving(reference, size)
        yield from _many(reference)
        yield from _defining(reference, size)


def _samples(size: Size) -> int:
    """There are a hundred pages: half of what other benches ask."""
    return max(2, size.repeats // 2)


def _places(reference: Reference) -> dict[str, str]:
    """Ids and cursors that addresses need."""
    with tenant_context(reference.tenant), transaction.atomic():
        # Page 10,000 of fifty rows, or the middle of what there is.
        far = Contact.objects.order_by("name", "id")[reference.rows["contacts"] // 2]
        middle = Contact.objects.order_by("-created_at", "-id")[reference.rows["contacts"] // 2]
        return {
            "middle": middle.created_at.date().isoformat(),
            "far": cursors_of(far, registry.entity("contact"), sort="name")[1],
            "contact": str(Contact.objects.filter(visible("contact", _member(reference))).order_by("id")[5].pk),
            "account": str(Account.objects.order_by("id")[7].pk), "deal": str(Deal.objects.order_by("id")[7].pk),
            "stage": str(Stage.objects.order_by("position")[1].pk), "owner": str(reference.member.pk),
        }  # fmt: skip


def _member(reference: Reference) -> Any:
    return actor_for(reference.member, reference.tenant)


def _pages(at: dict[str, str]) -> dict[str, str]:
    contacts = "/contacts/?"
    return {
        "list": "/contacts/", "list_newest": f"{contacts}sort=-created_at",
        "page_10000": f"{contacts}cursor={at['far']}",
        "list_by_account": f"{contacts}sort=account", "list_by_owner": f"{contacts}sort=owner",
        "list_by_city": f"{contacts}sort=city",
        "filter_owner": f"{contacts}owner={at['owner']}", "filter_account": f"{contacts}account={at['account']}",
        "filter_city": f"{contacts}city__contains={quote('تهران')}",
        "filter_name": f"{contacts}name__contains={quote('حسین')}",
        "filter_job": f"{contacts}job_title__contains={quote('مدیر')}",
        "filter_job_nobody": f"{contacts}job_title__contains=qxzw",
        "filter_job_is": f"{contacts}job_title__eq=nobody", "filter_birthday": f"{contacts}birthday=1970-05-05",
        "filter_trait": f"{contacts}education=doctor&gender=female",
        "filter_trait_nobody": f"{contacts}preferred_channel=post",
        "filter_changed": f"{contacts}updated_at__gte=2025-09-01",
        "filter_changed_nobody": f"{contacts}updated_at__gte=2100-01-01",
        "filter_newest_half": f"{contacts}created_at__gte={at['middle']}",
        "search_common": f"{contacts}q=sara", "search_two_words": f"{contacts}q={quote('سارا احمدی')}",
        "search_nothing": f"{contacts}q=qxzw", "search_nothing_short": f"{contacts}q=zz",
        "own_sort_number": f"{contacts}sort=-x_score", "own_sort_date": f"{contacts}sort=-x_since",
        "own_sort_text": f"{contacts}sort=x_nick",
        "own_number_one": f"{contacts}x_score=77", "own_number_half": f"{contacts}x_score__gte=500",
        "own_money": f"{contacts}x_worth__gte=999000",
        "own_date": f"{contacts}x_since__gte=2020-01-01&x_since__lte=2020-01-31",
        "own_choice": f"{contacts}x_segment=new", "own_choice_rare": f"{contacts}x_segment=other",
        "own_multichoice": f"{contacts}x_interests=steel", "own_text": f"{contacts}x_nick__contains=777",
        "own_text_nothing": f"{contacts}x_nick__contains=qxz",
        "own_relation": f"{contacts}x_partner={at['account']}",
        "own_two": f"{contacts}x_segment=gold&x_score__gte=900",
        "own_empty": f"{contacts}x_score__empty=1", "formula": f"{contacts}x_double__gte=1990",
        "rollup_sort": "/accounts/?sort=-x_total", "accounts": "/accounts/",
        "deals": "/deals/", "deals_newest": "/deals/?sort=-created_at", "deals_by_amount": "/deals/?sort=-amount",
        "deals_of_stage": f"/deals/?stage={at['stage']}", "board": "/deals/board/",
        "board_of_owner": f"/deals/board/?owner={at['owner']}",
        "own_object": "/x_projects/", "own_object_filter": "/x_projects/?x_phase=gold&x_budget__gte=900000",
        "own_object_sort": "/x_projects/?sort=-x_budget",
        "contact": f"/contacts/{at['contact']}/", "my_day": "/",
    }  # fmt: skip


def _typing() -> dict[str, str]:
    return {
        "type_palette": f"/palette/?q={quote('سارا')}", "type_palette_letters": "/palette/?q=sa",
        "type_palette_nothing": "/palette/?q=zz", "type_contact": f"/lookup/contact/?q={quote('محمد')}",
        "type_account": "/lookup/account/?q=steel", "type_object": "/lookup/x_project/?q=proj",
    }  # fmt: skip


def _api(at: dict[str, str]) -> dict[str, str]:
    return {
        "api_list": "/api/v1/contacts/?limit=100", "api_own_filter": "/api/v1/contacts/?limit=100&x_score=77",
        "api_own_half": "/api/v1/contacts/?limit=100&x_score__gte=500",
        "api_deals_of_stage": f"/api/v1/deals/?limit=100&stage={at['stage']}",
    }  # fmt: skip


def _looking(reference: Reference, who: str, user: User, at: dict[str, str], size: Size) -> Iterator[Reading]:
    browser, program = page_client(user, reference.tenant), api_client(user, reference.tenant)
    hers = {} if who == "member" else {
        "account": f"/accounts/{at['account']}/", "deal": f"/deals/{at['deal']}/",
        "form": f"/contacts/{at['contact']}/edit/",
    }  # fmt: skip
    for metric, path in {**_pages(at), **hers}.items():
        yield from _asked(browser, f"{metric}.{who}", path, _samples(size), budget=100)
    # Asked for on purpose, and worth waiting for.
    yield from _asked(browser, f"count_exact.{who}", "/contacts/?exact=1", min(3, _samples(size)))
    for metric, path in _typing().items():
        yield from _asked(browser, f"{metric}.{who}", path, _samples(size), budget=50)
    for metric, path in _api(at).items():
        yield from _asked(program, f"{metric}.{who}", path, _samples(size), budget=80)


def _asked(client: Client, metric: str, path: str, repeats: int, **context: Any) -> Iterator[Reading]:
    with CaptureQueriesContext(connection) as seen:
        status = client.get(path).status_code
    if status != 200:
        raise AssertionError(f"{path} answers {status}")
    yield Reading("records", f"{metric}.queries", len(seen), "queries", 1)
    times = []
    with long_watch() as all_of_it:
        for _ in range(repeats):
            with stopwatch() as watch:
                client.get(path)
            times.append(watch.seconds * 1000)
    each = (all_of_it.cpu + all_of_it.server_cpu) * 1000 / repeats
    yield from spread("records", metric, times, **context, processor_ms=round(each, 1))


def _predicate(reference: Reference, size: Size) -> Iterator[Reading]:
    """Who one is, and the first page's keys by the predicate alone."""
    context = {"roles": ROLES, "teams": TEAMS, "shares": SHARES}
    with tenant_context(reference.tenant), transaction.atomic():
        times = times_of(partial(_member, reference), _samples(size))
        yield from spread("records", "actor", times, budget=5, **context)
        actor = _member(reference)
        rows = Contact.objects.filter(visible("contact", actor))
        seen = rows.count()
        keys = rows.order_by("name", "id").values_list("pk", flat=True)[:50]
        times = times_of(lambda: list(keys.all()), _samples(size))
        yield from spread("records", "predicate", times, budget=20, seen=seen, **context)


def _saving(reference: Reference, size: Size) -> Iterator[Reading]:
    browser, program = page_client(reference.admin, reference.tenant), api_client(reference.admin, reference.tenant)
    with tenant_context(reference.tenant), transaction.atomic():
        pk = str(Contact.objects.order_by("id")[3].pk)
    numbers = count(1)

    def cell(field: str) -> Any:
        was = browser.get(f"/contacts/{pk}/cell/{field}/")
        value = str(next(numbers) % 1000)
        return browser.post(f"/contacts/{pk}/cell/{field}/", {field: value, "was": "", "version": ""}), was

    def made() -> Any:
        n = next(numbers)
        given = {"first_name": "Sara", "last_name": f"Bench {n}", "email": f"b{n}@bench.example", "x_score": n % 1000}
        return program.post("/api/v1/contacts/", given)

    def patched() -> Any:
        given = json.dumps({"job_title": f"Engineer {next(numbers)}"})
        return program.patch(f"/api/v1/contacts/{pk}/", given, content_type="application/json")

    acts: dict[str, Callable[[], Any]] = {
        "save_cell": partial(cell, "city"), "save_own_cell": partial(cell, "x_score"), "save_new": made,
        "save_api": patched,
    }  # fmt: skip
    for metric, act in acts.items():
        answer = act()
        status = (answer[0] if isinstance(answer, tuple) else answer).status_code
        if status not in (200, 201):
            raise AssertionError(f"{metric} answers {status}")
        yield Reading("records", f"{metric}.queries", queries_of(act), "queries", 1)
        yield from spread("records", metric, times_of(act, _samples(size)), budget=100)


def _many(reference: Reference) -> Iterator[Reading]:
    """Ten thousand chosen by a filter over an own field, changed, and taken back."""
    browser = page_client(reference.admin, reference.tenant)
    below = min(1_000, MANY * 1_000 // reference.rows["contacts"])
    state = f"x_score__lt={below}"
    given = {"act": "edit", "field": "job_title", "job_title": "Benchmarked", "state": state, "everything": "1"}
    for metric, place in (("bulk_preview", {"do": "preview"}), ("bulk_edit", {})):
        with long_watch() as watch:
            answer = browser.post("/contacts/bulk/", {**given, **place})
        if answer.status_code != 200:
            raise AssertionError(f"{metric} answers {answer.status_code}")
        yield Reading("records", metric, watch.seconds, "s", 1, {"rows": MANY, **watch.told()})
    told = json.loads(answer.headers["HX-Trigger"])["toast"]
    with long_watch() as watch:
        answer = browser.post(told["undo"])
    if answer.status_code not in (200, 204):
        raise AssertionError(f"undo answers {answer.status_code}")
    yield Reading(
        "records", "bulk_undo", watch.seconds, "s", 1, {"rows": MANY, "told": told["message"], **watch.told()}
    )


def _defining(reference: Reference, size: Size) -> Iterator[Reading]:
    """Until the field is in the list's filters. Its index follows by a job and keeps nobody waiting."""
    browser, times = page_client(reference.admin, reference.tenant), []
    for n in range(min(5, _samples(size))):
        with stopwatch() as watch:
            with tenant_context(reference.tenant), transaction.atomic():
                admin = actor_for(reference.admin, reference.tenant)
                define_field(actor=admin, entity="contact", name=f"x_new{n}", kind="text", label={"en": f"New {n}"})
            answer = browser.get("/contacts/?x_score=77")
        if answer.status_code != 200:
            raise AssertionError(answer.status_code)
        times.append(watch.seconds * 1000)
    yield from spread("records", "new_field", times, budget=1_000)
