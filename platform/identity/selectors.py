"""What the pages and the API read about people."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from identity.levels import NEVER
from identity.models import BUILTIN_ROLES, ApiToken, Invitation, Role, SecondStepRule, Team, User, UserRole
from identity.services.people import may_grant
from identity.services.second_step import STRONG
from identity.trees import in_order
from kernel.access import Actor
from kernel.registry import ACTIONS, FIELD_LEVELS, LEVELS, Module, registry


def roles_in_order() -> QuerySet[Role]:
    """Built-in ones first, from the mightiest down; then the workspace's own by name."""
    rank = Case(
        *(When(key=key, then=Value(n)) for n, key in enumerate(BUILTIN_ROLES)), default=Value(99),
        output_field=IntegerField(),
    )  # fmt: skip
    return Role.objects.order_by(rank, "name")


def grantable_roles(actor: Actor) -> QuerySet[Role]:
    """Roles the actor may give to somebody."""
    roles = roles_in_order()
    return roles if may_grant(actor, Role(key=Role.ADMIN)) else roles.exclude(key=Role.ADMIN)


def people_counts() -> dict[str, int]:
    """How many people there are in each state."""
    return dict(User.objects.order_by().values_list("state").annotate(Count("pk")))


def open_invitations() -> QuerySet[Invitation]:
    waiting = Invitation.objects.filter(accepted_at=None, user__state=User.State.INVITED)
    return waiting.select_related("user", "role", "team", "invited_by").order_by("-sent_at")


def teams_in_order(*, without: Team | None = None) -> list[tuple[Team, int]]:
    """Teams as a tree: each with its depth. `without` leaves out a team and all below it: no team is its own parent."""
    teams = Team.objects.select_related("manager").annotate(size=_members()).order_by("name")
    return in_order(list(teams), without=without)


def _members() -> Count:
    return Count("members", filter=Q(members__deleted_at=None) & ~Q(members__state=User.State.DEACTIVATED))


def people_without_second_step(rule: SecondStepRule) -> QuerySet[User]:
    """Who signs in with a password alone, among those whom the rule is about (all of them where it is about nobody)."""
    strong = Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=STRONG)
    people: QuerySet[User] = User.objects.filter(~Exists(strong), state=User.State.ACTIVE).select_related("role")
    if rule.who == SecondStepRule.Who.ADMINS:
        further = UserRole.objects.filter(role__key=Role.ADMIN).values("user_id")
        people = people.filter(Q(role__key=Role.ADMIN) | Q(pk__in=further))
    return people.order_by("name")


def tokens_of(user: User) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(user=user).order_by("-created_at")


@dataclass
class Security:
    """How somebody signs in."""

    email: str = ""
    verified: bool = True
    pending: str = ""
    totp: Authenticator | None = None
    codes: Authenticator | None = None
    passkeys: list[Authenticator] = field(default_factory=list)


def security_of(user: User) -> Security:
    found = Security(email=user.email or "")
    for address in EmailAddress.objects.filter(user=user):
        if address.email.lower() == found.email:
            found.verified = address.verified
        elif not address.verified:
            found.pending = address.email
    for one in Authenticator.objects.filter(user=user).order_by("created_at"):
        if one.type == Authenticator.Type.TOTP:
            found.totp = one
        elif one.type == Authenticator.Type.RECOVERY_CODES:
            found.codes = one
        else:
            found.passkeys.append(one)
    return found


@dataclass(frozen=True)
class Cell:
    """One choice in the matrix of a role."""

    code: str
    label: Any
    level: str
    options: tuple[str, ...]
    fixed: bool = False


@dataclass(frozen=True)
class MatrixRow:
    label: Any
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class MatrixGroup:
    """An engine's part of the matrix: entities by action, then its other permissions."""

    module: Module
    rows: tuple[MatrixRow, ...]
    extra: tuple[Cell, ...]


def role_matrix(levels: dict[str, str] | Any, engines: Iterable[str]) -> list[MatrixGroup]:
    """What a role may do, by engine, entity and action; engines that are off are left out."""
    on = frozenset(engines) | registry.always_on()
    groups = []
    for module in registry.modules:
        if module.name in on:
            # The organization's own entities stand with the engine that keeps them.
            entities = (entity for entity in registry.entities if entity.engine == module.name)
            rows = tuple(_row(entity, levels) for entity in entities)
            extra = tuple(_cell(p.code, p.label, levels, ("none", "all")) for p in module.permissions)
            groups.append(MatrixGroup(module, tuple(row for row in rows if row.cells), extra))
    return [group for group in groups if group.rows or group.extra]


@dataclass(frozen=True)
class FieldRow:
    """One field in a role: what it may be, and what it is."""

    code: str
    label: Any
    level: str
    options: tuple[str, ...]


def field_rows(role: Role, entity: Any) -> list[FieldRow]:
    """Fields of an entity as a role narrows them; a record's name and owner are always shown."""
    rows = []
    for name, one in entity.all_fields.items():
        code = f"{entity.engine}.{entity.name}.{name}"
        always = name in (entity.title, entity.owner)
        options = ("read", "edit") if always else FIELD_LEVELS
        rows.append(FieldRow(code, one.label, role.fields.get(code, "edit"), options))
    return rows


def narrowed_entities(role: Role, engines: Iterable[str]) -> list[tuple[Any, int]]:
    """Entities whose fields a role can narrow, and how many it does."""
    return [
        (entity, sum(code.startswith(f"{entity.engine}.{entity.name}.") for code in role.fields))
        for entity in registry.entities_of(engines)
        if entity.editable_fields and entity.engine != "identity"
    ]


def holders_of(role: Role) -> list[tuple[User, bool]]:
    """Who holds a role, and whether beside their main one."""
    gone = User.State.DEACTIVATED
    main = User.objects.filter(role=role).exclude(state=gone).order_by("name")
    further = User.objects.filter(further_roles__role=role).exclude(state=gone).order_by("name")
    return [*((user, False) for user in main), *((user, True) for user in further)]


def _row(entity: Any, levels: Any) -> MatrixRow:
    cells = []
    for action in ACTIONS:
        reach: tuple[str, ...] = ("none", "all") if action in ("add", "import") else LEVELS
        if not entity.owner and action not in ("add", "import"):
            reach = ("none", "own", "all")
        cells.append(_cell(entity.permission(action), action, levels, reach))
    return MatrixRow(entity.label_plural, tuple(cells))


def _cell(code: str, label: Any, levels: Any, options: tuple[str, ...]) -> Cell:
    level = levels.get(code, "none")
    shown = options if level in options else (*options, level)
    return Cell(code, label, level, shown, fixed=code in NEVER)
