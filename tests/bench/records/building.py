"""The reference tenant: a million contacts with fields of the organization's own, teams, roles, shares, own objects."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from crm.customization.derived import define_formula, define_rollup
from crm.customization.objects import define_object
from crm.customization.services import INDEX_JOB, define_field
from crm.models import Contact
from identity.actors import actor_for
from identity.models import Role, Team, User
from kernel.access import Actor
from kernel.context import Tenant, public_context, tenant_context
from kernel.jobs import run_due
from kernel.models import Job, RecordShare
from tenants import sql
from tests.bench.measure import Stopwatch, long_watch, progress
from tests.bench.reference import ID, fill_reference
from tests.factories import make_workspace

ROLES, TEAMS, PEOPLE, SHARES = 50, 500, 200, 1_000
#: Records of the organization's own object for every ten contacts.
PROJECTS = 1
SEGMENTS = ("new", "bronze", "silver", "gold", "partner", "lost", "press", "other")
INTERESTS = ("steel", "cement", "food", "textile", "energy", "health", "media", "travel")
OWN: dict[str, dict[str, dict[str, Any]]] = {
    "contact": {
        "x_nick": {"kind": "text"}, "x_score": {"kind": "integer"}, "x_worth": {"kind": "money"},
        "x_since": {"kind": "date"}, "x_segment": {"kind": "choice", "options": {"choices": SEGMENTS}},
        "x_interests": {"kind": "multichoice", "options": {"choices": INTERESTS}},
        "x_partner": {"kind": "relation", "options": {"target": "account"}},
    },
    "x_project": {
        "x_budget": {"kind": "money"}, "x_customer": {"kind": "relation", "options": {"target": "account"}},
        "x_due": {"kind": "date"}, "x_phase": {"kind": "choice", "options": {"choices": SEGMENTS}},
    },
}  # fmt: skip
_CONTACT = f"""jsonb_build_object('x_nick', 'Nick ' || (n * 7919 %% 50021), 'x_score', n * 7919 %% 1000,
  'x_double', (n * 7919 %% 1000) * 2, 'x_worth', (n * 104729 %% 1000003)::text, 'x_worth_currency', 'EUR',
  'x_since', to_char(date '2015-01-01' + (n * 37 %% 4000)::int, 'YYYY-MM-DD'),
  'x_segment', (%(segments)s::text[])[1 + floor(8 * power((n * 7919 %% 9973) / 9973.0, 2))::int],
  'x_interests', jsonb_build_array((%(interests)s::text[])[1 + n %% 8], (%(interests)s::text[])[1 + n / 8 %% 7]),
  'x_partner', {ID.format(n="(1 + n * 17 %% %(accounts)s)")})"""
#: What the roll-up over an account's deals comes to: deals lie on accounts by turns.
_ACCOUNT = """jsonb_build_object('x_total_currency', 'EUR', 'x_total', ((SELECT coalesce(sum(d %% 9000), 0)
  FROM generate_series(n - 1, %(deals)s, %(accounts)s) d WHERE d > 0))::text)"""
_PROJECTS = f"""INSERT INTO crm_customrecord (id, version, created_at, updated_at, owner_id, object, name, extra)
SELECT {ID.format(n="n")}, 1, now() - n * interval '1 minute', now(),
  (%(owners)s::uuid[])[1 + n %% %(owners_n)s], 'x_project', 'Project ' || (n * 7919 %% 100003),
  jsonb_build_object('x_budget', (n * 104729 %% 1000003)::text, 'x_budget_currency', 'EUR',
    'x_customer', {ID.format(n="(1 + n * 17 %% %(accounts)s)")},
    'x_due', to_char(date '2026-01-01' + (n * 37 %% 700)::int, 'YYYY-MM-DD'),
    'x_phase', (%(segments)s::text[])[1 + n %% 8])
FROM generate_series(1, %(projects)s::bigint) n"""


@dataclass(frozen=True)
class Reference:
    """`member` reaches a fifth of the teams by "team_below", and a thousand records that were shared with her."""

    tenant: Tenant
    admin: User
    member: User
    rows: dict[str, int]


def build_reference(contacts: int) -> tuple[Reference, Stopwatch, Stopwatch]:
    rows = {
        "contacts": contacts, "accounts": contacts // 5, "deals": contacts * 3 // 10,
        "projects": contacts * PROJECTS // 10,
    }  # fmt: skip
    progress(", ".join(f"{number} {name}" for name, number in rows.items()))
    organization, admin = make_workspace("reference")
    tenant = organization.as_tenant()
    with tenant_context(tenant), transaction.atomic():
        people = _people()
        _define(actor_for(admin, tenant))
    owners = [person.pk for person in people]
    with long_watch() as watch:
        params = {"segments": list(SEGMENTS), "interests": list(INTERESTS)}
        given = {name: rows[name] for name in ("accounts", "contacts", "deals")}
        fill_reference(tenant, owners, extra={"crm_contact": _CONTACT, "crm_account": _ACCOUNT}, params=params, **given)
        with tenant_context(tenant), transaction.atomic():
            progress("… crm_customrecord")
            more = {"owners": [str(pk) for pk in owners], "owners_n": len(owners), "projects": rows["projects"]}
            sql.run(_PROJECTS, {**params, **more, "accounts": rows["accounts"]})
            _share(people[1], contacts)
    with tenant_context(tenant), long_watch() as indexing:
        progress("… indexes of own fields")
        run_due()
    with public_context():
        for table in ("crm_account", "crm_contact", "crm_customrecord", "sfa_deal", "kernel_share"):
            sql.run(f'VACUUM ANALYZE "{tenant.schema}".{table}')
    return Reference(tenant, admin, people[1], rows), watch, indexing


def _people() -> list[User]:
    """Teams in a tree ten wide, people spread over them; each person has one role of fifty and two idle ones."""
    teams = [Team(name=f"Team {n}") for n in range(TEAMS)]
    for n, team in enumerate(teams):
        team.parent = teams[n // 10] if n else None
    Team.objects.bulk_create(teams)
    seen = {"crm.account.view": "all", "sfa.deal.view": "team_below", "sfa.deal.change": "own",
            "sfa.stage.view": "all", "sfa.pipeline.view": "all", "sfa.product.view": "all",
            "crm.x_project.view": "team_below", "identity.user.view": "all"}  # fmt: skip
    levels = {f"crm.contact.{action}": "team_below" for action in ("view", "change", "export")} | seen
    roles = [Role(key=f"b-{n}", name=f"Role {n}", levels=levels if n == 0 else {}) for n in range(ROLES)]
    Role.objects.bulk_create(roles)
    people = [
        User(
            name=f"Person {n}", email=f"p{n}@reference.example", state="active", password="!", role=roles[n % ROLES],
            team=teams[n * 7 % TEAMS],
        )
        for n in range(PEOPLE)
    ]  # fmt: skip
    people[1].role, people[1].team = roles[0], teams[1]
    User.objects.bulk_create(people)
    return people


def _define(admin: Actor) -> None:
    define_object(
        actor=admin, name="x_project", plural="x_projects", label={"en": "Project"}, label_plural={"en": "Projects"}
    )
    for entity, fields in OWN.items():
        for name, said in fields.items():
            options = dict(said.get("options", {}))
            if "choices" in options:
                options["choices"] = [{"key": key, "label": {"en": key.title()}} for key in options["choices"]]
            label = {"en": name[2:].title()}
            define_field(actor=admin, entity=entity, name=name, kind=said["kind"], label=label, options=options)
    define_formula(actor=admin, entity="contact", name="x_double", label={"en": "Double"}, source="{x_score} * 2")
    define_rollup(
        actor=admin, entity="account", name="x_total", label={"en": "Total"}, child="deal", relation="account",
        how="sum", of="amount",
    )  # fmt: skip
    # What these would calculate of every record is written with the records.
    Job.objects.exclude(kind=INDEX_JOB).delete()


def _share(member: User, contacts: int) -> None:
    """One record in a thousand, wherever it stands in the list."""
    shared = list(Contact.objects.order_by("id").values_list("pk", flat=True)[:: max(1, contacts // SHARES)])
    RecordShare.objects.bulk_create(
        RecordShare(entity="contact", record_id=pk, to_kind="user", to_id=member.pk, level="view") for pk in shared
    )
