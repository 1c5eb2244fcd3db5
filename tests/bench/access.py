"""What the predicate costs: lists of a workspace with 50 roles, 500 teams, territories and 1,000 shares, by who asks.

Each person's list, count included, against the same list of an administrator. Budget: 100 ms p95.
Alone: `python -m tests.bench --only access`.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from django.db import transaction

from crm.models import Contact
from identity.actors import actor_for
from identity.models import Role, Team, Territory, TerritoryMember, User, UserRole
from kernel.access import visible
from kernel.context import public_context, tenant_context
from kernel.models import RecordShare, RecordType
from tenants import sql
from tests.bench.crowd import Crowd, make_crowd
from tests.bench.measure import Reading, long_watch, progress, queries_of, spread, times_of, unlimited
from tests.bench.sizes import Size
from tests.factories import page_client

ROLES, TEAMS, PEOPLE, LANDS, SHARES = 50, 500, 1_000, 100, 1_000
CONTACTS = 1_000_000
#: Of one contact many: another owner, another territory, a private type here and there.
_MORE = """
INSERT INTO crm_contact (id, version, created_at, updated_at, extra, owner_id, territory_id, record_type_id,
  first_name, last_name, name, job_title, email, phone, mobile, city, preferred_channel, description)
SELECT gen_random_uuid(), 1, now() - n * interval '1 second', now(), '{}',
  (%(people)s::uuid[])[1 + n %% %(number)s], CASE WHEN n %% 5 = 0 THEN (%(lands)s::uuid[])[1 + n %% %(places)s] END,
  CASE WHEN n %% 50 = 0 THEN %(type)s::uuid END,
  'Sara', 'Of ' || n, 'Sara of ' || (n::bigint * 7919) %% 1000003, '',
  'sara' || n || '@of.example', '', '', 'Tehran', '', ''
FROM generate_series(1, %(rows)s) n
"""


def run(size: Size) -> Iterator[Reading]:
    rows = CONTACTS if size.name == "full" else size.contacts * 5
    crowd = make_crowd(replace(size, contacts=min(size.contacts, 1_000), deals=min(size.deals, 1_000)))
    progress(f"{rows} contacts, {TEAMS} teams, {ROLES} roles, {SHARES} shares")
    with tenant_context(crowd.tenant):
        askers = _fill(crowd, rows)
    context = {"contacts": rows, "teams": TEAMS, "roles": ROLES, "shares": SHARES}
    with unlimited():
        for name, user in {"admin": crowd.admin, **askers}.items():
            with tenant_context(crowd.tenant), transaction.atomic():
                actor = actor_for(user, crowd.tenant)
                seen = Contact.objects.filter(visible("contact", actor)).count()
            browser = page_client(user, crowd.tenant)
            for place, path in {"list": "/contacts/", "newest": "/contacts/?sort=-created_at"}.items():
                act = partial(browser.get, path)
                yield Reading("access", f"{place}.{name}.queries", queries_of(act), "queries", 1)
                with long_watch() as watch:
                    times = times_of(act, size.repeats)
                each = round((watch.cpu + watch.server_cpu) * 1000 / (size.repeats + 1), 1)
                yield from spread(
                    "access", f"{place}.{name}", times, budget=100, seen=seen, processor_ms=each, **context
                )
        with tenant_context(crowd.tenant), transaction.atomic():
            build = partial(actor_for, askers["team_below"], crowd.tenant)
            yield from spread("access", "actor", times_of(build, size.repeats), budget=5, **context)


def _fill(crowd: Crowd, rows: int) -> dict[str, User]:
    """Teams ten wide and three deep, two people in each; who asks stands at some height of it."""
    with transaction.atomic():
        teams = [Team(name=f"Team {n}") for n in range(TEAMS)]
        for n, team in enumerate(teams):
            team.parent = teams[n // 10] if n else None
        Team.objects.bulk_create(teams)
        people = [
            User(name=f"Person {n}", email=f"p{n}@crowd.example", state="active", team=teams[n % TEAMS], password="!")
            for n in range(PEOPLE)
        ]
        User.objects.bulk_create(people)
        lands = [Territory(name=f"Land {n}") for n in range(LANDS)]
        Territory.objects.bulk_create(lands)
        private = RecordType.objects.create(
            entity="contact", key="private", names={"en": "Private"}, team_id=teams[-1].pk
        )
        numbers = {
            "people": [str(p.pk) for p in people], "number": PEOPLE, "lands": [str(t.pk) for t in lands],
            "places": LANDS, "type": str(private.pk), "rows": rows,
        }  # fmt: skip
        sql.run(_MORE, numbers)
        askers = _askers(teams, people, lands)
        _share(askers, people)
    with public_context():  # the workspace's own role may not
        for table in ("crm_contact", "kernel_share", "identity_user"):
            sql.run(f'VACUUM ANALYZE "{crowd.tenant.schema}".{table}')
    return askers


def _askers(teams: list[Team], people: list[User], lands: list[Territory]) -> dict[str, User]:
    levels = ("own", "team", "team_below", "territory", "all")
    roles = {level: Role(key=f"b-{level}", name=level, levels=_levels(level)) for level in levels}
    idle = [Role(key=f"idle-{n}", name=f"Idle {n}", levels=_levels("none")) for n in range(ROLES - len(levels))]
    Role.objects.bulk_create([*roles.values(), *idle])
    #: The level, and the team in the tree: 0 has all below it, 5 a tenth, 400 nothing.
    wanted = {
        "own": ("own", 400), "team": ("team", 400), "team_below_tenth": ("team_below", 5),
        "team_below": ("team_below", 0), "territory": ("territory", 400), "all_but_private": ("all", 400),
    }  # fmt: skip
    askers = {}
    for n, (name, (level, team)) in enumerate(wanted.items()):
        user = people[team + n]
        user.role, user.team = roles[level], teams[team]
        user.save()
        askers[name] = user
        UserRole.objects.bulk_create(UserRole(user=user, role=role) for role in idle[:5])
    TerritoryMember.objects.bulk_create(TerritoryMember(user=askers["territory"], territory=land) for land in lands[:5])
    return askers


def _levels(level: str) -> dict[str, str]:
    seen = {"crm.account.view": "all", "identity.user.view": "all"}
    return {f"crm.contact.{action}": level for action in ("view", "change", "export")} | seen


def _share(askers: dict[str, User], people: list[User]) -> None:
    records = islice(Contact.objects.order_by("-id").values_list("pk", flat=True).iterator(), SHARES)
    receivers = [*askers.values(), *people[:94]]
    RecordShare.objects.bulk_create(
        RecordShare(
            entity="contact", record_id=pk, to_kind="user", to_id=receivers[n % len(receivers)].pk, level="view"
        )
        for n, pk in enumerate(records)
    )


def plan_of(actor: Any) -> str:
    """How the database goes about one list: for reading by eye."""
    rows = Contact.objects.filter(visible("contact", actor)).order_by("name", "id")[:50]
    return str(rows.explain(analyze=True, buffers=True))
