"""The audit's page and its combinations of filters, with a million lines: two years of imports, edits and sign-ins.

Budget: 100 ms p95. Alone: `python -m tests.bench --only audit`.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from identity.models import User
from kernel.context import public_context, tenant_context
from tenants import sql
from tests.bench.crowd import Crowd, make_crowd
from tests.bench.measure import Reading, long_watch, progress, queries_of, spread, times_of, unlimited
from tests.bench.sizes import Size
from tests.factories import page_client

LINES = 1_000_000
#: Oldest first, by numbers as the product makes them. Of a hundred: sixty of imports and bulk edits, thirty by hand,
#: seven by programs, three sign-ins; an export or a look at a hidden value now and then.
_FILL = """
INSERT INTO kernel_audit
  (id, at, actor_id, actor_label, source, ip, request_id, action, entity, record_id, record_label, changes, batch)
SELECT
  (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid,
  moment, (%(people)s::uuid[])[1 + n %% 20], 'Colleague ' || n %% 20,
  CASE WHEN n %% 100 < 60 THEN 'import' WHEN n %% 100 < 67 THEN 'api' ELSE 'web' END,
  CASE WHEN n %% 100 >= 60 THEN ('10.0.' || n %% 7 || '.' || n %% 250)::inet END, '',
  CASE WHEN n %% 5000 = 4999 THEN 'export' WHEN n %% 3000 = 2999 THEN 'revealed'
    WHEN n %% 100 = 99 THEN 'sign_in_failed' WHEN n %% 100 > 96 THEN 'sign_in' WHEN n %% 100 = 96 THEN 'deleted'
    WHEN n %% 3 = 0 THEN 'created' ELSE 'changed' END,
  CASE WHEN n %% 100 > 96 THEN 'user'
    ELSE (ARRAY['contact', 'contact', 'account', 'deal', 'deal', 'product'])[1 + n / 7 %% 6] END,
  (%(records)s::uuid[])[1 + n %% 500], 'Record ' || n,
  CASE WHEN n %% 3 > 0 THEN '{"city": [null, "Yazd"]}'::jsonb
    ELSE '{"name": [null, "Of steel"], "city": [null, "Qom"]}' END,
  CASE WHEN n %% 100 < 60 THEN (%(batches)s::uuid[])[1 + n / 20000 %% 50] END
FROM (SELECT n, %(now)s::timestamptz - (%(rows)s - n) * (interval '730 days' / %(rows)s) AS moment
  FROM generate_series(1, %(rows)s) n) numbered ORDER BY n
"""
_SEAL = """
INSERT INTO kernel_audit_seal (id, number, first_seq, count, first_id, last_id, ids, hashes, content, previous, link,
  signature, key, late, sealed_at, gone, gone_signature)
SELECT gen_random_uuid(), 1, 1, 0, id, id, '{}', '', '', '', '', '', '', false, now(), '[]', '' FROM kernel_audit
ORDER BY id DESC OFFSET 40 LIMIT 1
"""


def run(size: Size) -> Iterator[Reading]:
    lines = LINES if size.name == "full" else size.contacts * 5
    few = {name: min(getattr(size, name), 1_000) for name in ("accounts", "contacts", "deals")}
    crowd = make_crowd(replace(size, **few))
    progress(f"{lines} lines of the audit")
    people = fill(crowd, lines)
    with unlimited():
        browser = page_client(crowd.admin, crowd.tenant)
        for name, query in questions(crowd, people[0]).items():
            act = partial(browser.get, f"/settings/audit/?{query}")
            if (status := act().status_code) != 200:
                raise AssertionError(f"{query} answers {status}")
            yield Reading("audit", f"{name}.queries", queries_of(act), "queries", 1)
            repeats = max(2, size.repeats // 2)
            with long_watch() as watch:
                times = times_of(act, repeats)
            each = round((watch.cpu + watch.server_cpu) * 1000 / (repeats + 1), 1)
            yield from spread("audit", name, times, budget=100, lines=lines, processor_ms=each)


def fill(crowd: Crowd, lines: int) -> list[User]:
    """The crowd's own lines make room for these; all but the last forty are sealed."""
    with tenant_context(crowd.tenant), transaction.atomic():
        people = list(User.objects.filter(email__startswith="colleague").order_by("email")) or [crowd.admin]
        people = (people * 20)[:20]
        records = [one.pk for one in (crowd.account, crowd.deal, crowd.mid_contact)]
        sql.run("DELETE FROM kernel_audit")
        sql.run(_FILL, {
            "people": [str(one.pk) for one in people], "rows": lines, "now": timezone.now(),
            "records": [str((records * 167)[n]) for n in range(500)],
            "batches": [str(one.pk) for one in (people * 3)[:50]],
        })  # fmt: skip
        sql.run(_SEAL)
    with public_context():  # the workspace's own role may not
        sql.run(f'VACUUM ANALYZE "{crowd.tenant.schema}".kernel_audit')
    return people


def questions(crowd: Crowd, person: User) -> dict[str, str]:
    today = timezone.now().date()
    month, old = today - timedelta(days=30), today - timedelta(days=600)
    period = {"since": old, "until": old + timedelta(days=30)}
    combined: dict[str, dict[str, Any]] = {
        "whole": {},
        "person": {"who": person.pk}, "entity": {"entity": "deal"}, "act": {"action": "deleted"},
        "rare_act": {"action": "export"}, "source": {"source": "api"}, "address": {"ip": "10.0.3.7"},
        "sign_ins": {"category": "sign_ins"}, "reads": {"category": "reads"}, "changes": {"category": "changes"},
        "record": {"entity": "account", "record": crowd.account.pk}, "field": {"entity": "deal", "field": "city"},
        "month": {"since": month}, "old_month": period,
        "search": {"q": "steel"}, "person_and_act": {"who": person.pk, "action": "deleted"},
        "person_and_rare_act": {"who": person.pk, "action": "revealed"},
        "entity_and_rare_act": {"entity": "product", "action": "revealed"},
        "person_and_reads": {"who": person.pk, "category": "reads"},
        "source_and_address": {"source": "api", "ip": "10.0.3.7"},
        "old_person_and_entity": {"who": person.pk, "entity": "product", **period},
        "import_of_rare_entity": {"source": "import", "entity": "user"},
        "nothing": {"source": "import", "action": "sign_in"},
        "nothing_of_three": {"who": person.pk, "source": "import", "category": "sign_ins"},
        "old_reads": {"category": "reads", "until": old},
    }  # fmt: skip
    return {name: "&".join(f"{key}={value}" for key, value in given.items()) for name, given in combined.items()}
