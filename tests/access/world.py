"""Small worlds drawn at random, and who sees what in them: said once more, naively, without a query."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone
from hypothesis import strategies as st

from crm.models import Account, Contact
from identity.models import Role, Team, Territory, TerritoryMember, User, UserRole
from kernel.models import AuditEntry, RecordShare, RecordType
from modules.sfa.models import Deal, Stage

LEVELS = ("none", "own", "team", "team_below", "territory", "all")
FIELD_LEVELS = ("hidden", "masked", "read", "edit")
ENGINE = {"account": "crm", "contact": "crm", "deal": "sfa"}
#: Fields that roles narrow here, and which of their values would give them away.
FIELDS = {
    "account": ("city", "phone", "revenue"),
    "contact": ("email", "mobile", "job_title", "city", "account", "description"),
    "deal": ("amount", "next_step", "reference"),
}
MODELS: dict[str, Any] = {"account": Account, "contact": Contact, "deal": Deal}
TEAMS, PEOPLE, LANDS = 4, 4, 3


@dataclass
class RoleIn:
    levels: dict[str, str]
    fields: dict[str, str]
    reveal: bool
    id: UUID = field(default_factory=uuid4)


@dataclass
class RecordIn:
    kind: str
    number: int
    owner: int | None
    land: int | None
    type: int | None
    account: int | None
    id: UUID = field(default_factory=uuid4)

    @property
    def name(self) -> str:
        return f"{self.kind.title()}{self.number}zx"

    def values(self) -> dict[str, Any]:
        n = self.number
        if self.kind == "contact":
            return {
                "email": f"mail{n}zx@acme.example", "mobile": f"+98912{500 + n}{7000 + n}", "job_title": f"titl{n}zx",
                "city": f"ville{n}zxc", "description": f"desc{n}zx", "last_name": self.name,
            }  # fmt: skip
        if self.kind == "account":
            return {"city": f"place{n}zx", "phone": f"+98212{500 + n}{8000 + n}", "revenue": Decimal(70000 + 7 * n)}
        return {
            "amount": Decimal(90000 + 1000 * 2**n), "currency": "EUR", "next_step": f"step{n}zx",
            "reference": f"ref{n}zx",
        }  # fmt: skip

    def token(self, name: str) -> str:
        """What must not stand anywhere when the field's value is not to be read."""
        value = self.values().get(name)
        if value is None:
            return ""
        text = str(value)
        return text.removeprefix("+98") if text.startswith("+98") else text.partition("@")[0]


@dataclass
class ShareIn:
    record: RecordIn
    to: tuple[str, int]
    level: str
    until: int | None


@dataclass
class World:
    """`people[0]` is the one who looks. Numbers point into the lists; parents only at what stands before."""

    parents: list[int | None]
    leads: list[int | None]
    member: list[int | None]
    lands: list[int | None]
    serves: set[int]
    roles: list[RoleIn]
    types: list[int | None]
    records: list[RecordIn]
    shares: list[ShareIn]
    teams: list[UUID] = field(default_factory=lambda: [uuid4() for _ in range(TEAMS)])
    people: list[UUID] = field(default_factory=lambda: [uuid4() for _ in range(PEOPLE)])
    territories: list[UUID] = field(default_factory=lambda: [uuid4() for _ in range(LANDS)])
    type_ids: list[UUID] = field(default_factory=lambda: [uuid4() for _ in range(2)])

    # ── the reference ──
    def _up(self, tree: Sequence[int | None], start: int) -> Iterator[int]:
        here: int | None = start
        while here is not None:
            yield here
            here = tree[here]

    @cached_property
    def mine(self) -> set[int]:
        return {t for t in range(TEAMS) if self.member[0] == t or self.leads[t] == 0}

    @cached_property
    def below(self) -> set[int]:
        return {t for t in range(TEAMS) if self.mine & set(self._up(self.parents, t))}

    @cached_property
    def above(self) -> set[int]:
        return {up for t in self.mine for up in self._up(self.parents, t)}

    @cached_property
    def land(self) -> set[int]:
        return {t for t in range(LANDS) if self.serves & set(self._up(self.lands, t))}

    def level(self, kind: str, action: str) -> str:
        def best(act: str) -> int:
            return max(LEVELS.index(r.levels.get(f"{ENGINE[kind]}.{kind}.{act}", "none")) for r in self.roles)

        return LEVELS[min(best(action), best("view"))]

    def may(self, record: RecordIn, action: str = "view") -> bool:
        level = LEVELS.index(self.level(record.kind, action))
        if level == 0:
            return False
        if record.owner == 0:
            return True
        team = self.member[record.owner] if record.owner is not None else None
        reached = (
            (level >= 2 and team in self.mine) or (level >= 3 and team in self.below)
            or (level >= 4 and record.land in self.land) or level == 5
        )  # fmt: skip
        private = self.types[record.type] if record.type is not None else None
        return (reached and (private is None or private in self.above)) or self.shared(record, action)

    def shared(self, record: RecordIn, action: str) -> bool:
        enough = {"view": 0, "export": 0, "change": 1, "delete": 2}[action]
        for share in self.shares:
            to, n = share.to
            mine = (
                (to == "user" and n == 0)
                or (to == "team" and n in self.above)
                or (to == "role" and n < len(self.roles))
            )
            live = share.until is None or share.until > 0
            if share.record is record and mine and live and ("view", "change", "delete").index(share.level) >= enough:
                return True
        return False

    def field(self, kind: str, name: str) -> str:
        seeing = [r for r in self.roles if r.levels.get(f"{ENGINE[kind]}.{kind}.view", "none") != "none"]
        given = [r.fields.get(f"{ENGINE[kind]}.{kind}.{name}", "edit") for r in seeing]
        return max(given, key=FIELD_LEVELS.index, default="hidden")

    def reveals(self, kind: str, name: str) -> bool:
        code = f"{ENGINE[kind]}.{kind}.{name}"
        seeing = [r for r in self.roles if r.levels.get(f"{ENGINE[kind]}.{kind}.view", "none") != "none"]
        return self.field(kind, name) == "masked" and any(r.reveal and r.fields.get(code) == "masked" for r in seeing)

    def of(self, kind: str) -> list[RecordIn]:
        return [record for record in self.records if record.kind == kind]

    def seen(self, kind: str, action: str = "view") -> list[RecordIn]:
        return [record for record in self.of(kind) if self.may(record, action)]

    # ── made real ──
    def build(self) -> User:
        def up(ids: list[UUID], parent: int | None) -> UUID | None:
            return None if parent is None else ids[parent]

        roles = [
            Role(id=r.id, key=f"drawn-{n}", name=f"Drawn {n}", levels=r.levels, fields=r.fields, masked_reveal=r.reveal)
            for n, r in enumerate(self.roles)
        ]
        Role.objects.bulk_create(roles)
        for n, pk in enumerate(self.teams):
            Team.objects.bulk_create([Team(id=pk, name=f"T{n}", parent_id=up(self.teams, self.parents[n]))])
        User.objects.bulk_create(
            User(
                id=pk, name=f"Person {n}", email=f"p{n}@drawn.example", state="active",
                team_id=up(self.teams, self.member[n]), role_id=roles[0].pk if n == 0 else None, password="!",
            )
            for n, pk in enumerate(self.people)
        )  # fmt: skip
        UserRole.objects.bulk_create(UserRole(user_id=self.people[0], role=role) for role in roles[1:])
        for n, lead in enumerate(self.leads):
            if lead is not None:
                Team.objects.filter(pk=self.teams[n]).update(manager_id=self.people[lead])
        for n, pk in enumerate(self.territories):
            Territory.objects.bulk_create(
                [Territory(id=pk, name=f"L{n}", parent_id=up(self.territories, self.lands[n]))]
            )
        TerritoryMember.objects.bulk_create(
            TerritoryMember(territory_id=self.territories[n], user_id=self.people[0]) for n in self.serves
        )
        RecordType.objects.bulk_create(
            RecordType(
                id=pk, entity="contact", key=f"k{n}", names={"en": f"Kind {n}"}, team_id=up(self.teams, self.types[n])
            )
            for n, pk in enumerate(self.type_ids)
        )
        self._records()
        user: User = User.objects.get(pk=self.people[0])
        return user

    def _records(self) -> None:
        stage = Stage.objects.order_by("position").first()
        assert stage is not None
        for kind, model in MODELS.items():
            model.objects.bulk_create(
                model(
                    id=r.id, name=r.name, owner_id=None if r.owner is None else self.people[r.owner],
                    territory_id=None if r.land is None else self.territories[r.land],
                    record_type_id=None if r.type is None else self.type_ids[r.type],
                    **r.values(), **self._links(r, stage),
                )
                for r in self.of(kind)
            )  # fmt: skip
        AuditEntry.objects.bulk_create(
            AuditEntry(
                action="changed", entity=r.kind, record_id=r.id, record_label=r.name, actor_label="Somebody",
                source="web",
                changes={name: [None, str(r.values()[name])] for name in FIELDS[r.kind] if name in r.values()},
            )
            for r in self.records
        )  # fmt: skip
        to = {"user": self.people, "team": self.teams, "role": [role.id for role in self.roles]}
        RecordShare.objects.bulk_create(
            [
                RecordShare(
                    entity=s.record.kind, record_id=s.record.id, to_kind=s.to[0], to_id=to[s.to[0]][s.to[1]],
                    level=s.level, until=None if s.until is None else timezone.now() + timedelta(days=s.until),
                )
                for s in self.shares
            ],
            ignore_conflicts=True,
        )  # fmt: skip

    def _links(self, record: RecordIn, stage: Any) -> dict[str, Any]:
        account = None if record.account is None else self.of("account")[record.account].id
        if record.kind == "contact":
            return {"account_id": account}
        if record.kind == "deal":
            return {"account_id": account, "stage": stage, "pipeline_id": stage.pipeline_id, "kind": "open"}
        return {}


def _maybe(strategy: Any, often: int = 2) -> Any:
    """The value or None, one of them more often."""
    return st.one_of(*([strategy] * often), st.none())


@st.composite
def worlds(draw: Any) -> World:
    team, land = st.integers(0, TEAMS - 1), st.integers(0, LANDS - 1)

    def tree(size: int) -> list[int | None]:
        return [draw(_maybe(st.integers(0, i - 1))) if i else None for i in range(size)]

    roles = [draw(_roles()) for _ in range(draw(st.integers(1, 3)))]
    records = [
        RecordIn(
            kind, n, draw(_maybe(st.integers(0, PEOPLE - 1), 4)), draw(_maybe(land)),
            draw(_maybe(st.integers(0, 1))) if kind == "contact" else None,
            draw(_maybe(st.integers(0, 2))) if kind != "account" else None,
        )
        for kind, number in (("account", 3), ("contact", 5), ("deal", 3))
        for n in range(number)
    ]  # fmt: skip
    receivers = st.one_of(
        st.tuples(st.just("user"), st.integers(0, 1)), st.tuples(st.just("team"), team),
        st.tuples(st.just("role"), st.integers(0, len(roles) - 1)),
    )  # fmt: skip
    shares, taken = [], set()
    for _ in range(draw(st.integers(0, 4))):
        record, to = draw(st.sampled_from(records)), draw(receivers)
        if (record.id, to) not in taken:
            taken.add((record.id, to))
            level, until = (
                draw(st.sampled_from(("view", "change", "delete"))),
                draw(st.sampled_from((None, None, 1, -1))),
            )
            shares.append(ShareIn(record, to, level, until))
    return World(
        parents=tree(TEAMS), leads=[draw(_maybe(st.integers(0, PEOPLE - 1))) for _ in range(TEAMS)],
        member=[draw(_maybe(team, 4)) for _ in range(PEOPLE)], lands=tree(LANDS),
        serves=draw(st.sets(land, max_size=2)),
        roles=roles, types=[draw(_maybe(team)) for _ in range(2)], records=records, shares=shares,
    )  # fmt: skip


@st.composite
def _roles(draw: Any) -> RoleIn:
    levels = {
        f"{engine}.{kind}.{action}": draw(st.sampled_from(LEVELS))
        for kind, engine in ENGINE.items()
        for action in ("view", "change", "delete", "export")
    }
    levels |= {f"sfa.{kind}.view": "all" for kind in ("stage", "pipeline")} | {"identity.user.view": "all"}
    fields = {
        f"{ENGINE[kind]}.{kind}.{name}": level
        for kind, names in FIELDS.items()
        for name in names
        if (level := draw(st.sampled_from((*FIELD_LEVELS, "hidden", "masked")))) != "edit"
    }
    return RoleIn(levels, fields, draw(st.booleans()))
