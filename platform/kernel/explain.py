"""Why somebody can or cannot see (change, delete) a record, from the very grounds that the predicate is made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import BooleanField, Case, Q, Value, When
from django.utils.translation import gettext as _

from kernel.access import Actor
from kernel.grounds import RANK, SHARED_FOR, Grounds, grounds_of, shares_with
from kernel.narrowing import type_label, whole
from kernel.registry import Entity


@dataclass(frozen=True)
class Reason:
    """One sentence of the answer. `holds` says for it (True) or against it (False); None: it only tells."""

    kind: str
    text: str
    holds: bool | None = None


@dataclass(frozen=True)
class Findings:
    """Which of the grounds are true of one record."""

    level: str
    own: bool
    wide: dict[str, bool]
    closed: bool
    share: bool

    @property
    def allowed(self) -> bool:
        """The formula of Grounds.condition, over what was found."""
        reach = any(self.wide.values()) and not self.closed
        return self.level != "none" and (self.own or reach or self.share)


def findings(entity: str | Entity, actor: Actor, action: str, pk: UUID) -> Findings | None:
    """Each ground asked of the record by the database, in one query; None where there is no such record."""
    kind = whole(entity)
    grounds = grounds_of(kind, actor, action)
    asked = dict(_asked(grounds))
    row = kind.records().filter(pk=pk).annotate(**{f"g_{n}": _yes(q) for n, q in asked.items()}).values(
        "pk", *(f"g_{name}" for name in asked)
    ).first()  # fmt: skip
    if row is None:
        return None
    wide = {name: bool(row[f"g_{name}"]) for name in grounds.wide}
    said = {name: bool(row.get(f"g_{name}", False)) for name in ("own", "closed", "share")}
    return Findings(grounds.level, wide=wide, **said)


def _asked(grounds: Grounds) -> Iterator[tuple[str, Q]]:
    yield from grounds.wide.items()
    for name, condition in (("own", grounds.own), ("closed", grounds.closed), ("share", grounds.share)):
        if condition is not None:
            yield name, condition


def _yes(condition: Q) -> Any:
    if not condition:
        return Value(True)
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def explain(entity: str | Entity, actor: Actor, action: str, record: Any) -> list[Reason]:
    """The verdict, then what speaks for it and against it, in sentences of the reader's language."""
    kind = whole(entity)
    found = findings(kind, actor, action, record.pk)
    if found is None:
        return [Reason("verdict", _("This record was deleted."), False)]
    reasons = [_verdict(kind, actor, action, found)]
    reasons += _levels(kind, actor, action, found)
    if found.level == "none":
        return reasons
    if actor.admin:
        reasons.append(Reason("all", _("Administrators may do everything with every record."), True))
        return reasons
    reasons += _reach(kind, actor, found, record)
    reasons += _type(actor, found, record)
    reasons += _shares(kind, actor, action, found, record)
    return reasons


def _verdict(kind: Entity, actor: Actor, action: str, found: Findings) -> Reason:
    may = {
        "view": _("%s can see this record."), "change": _("%s can change this record."),
        "delete": _("%s can delete this record."), "export": _("%s can export this record."),
    }  # fmt: skip
    may_not = {
        "view": _("%s cannot see this record."), "change": _("%s cannot change this record."),
        "delete": _("%s cannot delete this record."), "export": _("%s cannot export this record."),
    }  # fmt: skip
    words = (may if found.allowed else may_not)[action]
    return Reason("verdict", words % actor.label, found.allowed)


def level_words(level: str) -> str:
    return {
        "none": _("nothing"), "own": _("their own records"), "team": _("the records of their teams"),
        "team_below": _("the records of their teams and the teams below"),
        "territory": _("the records of their territories, and of their teams and the teams below"),
        "all": _("all records"),
    }[level]  # fmt: skip


def _levels(kind: Entity, actor: Actor, action: str, found: Findings) -> Iterator[Reason]:
    """What each role gives, and that the lower of seeing and doing holds."""
    if not actor.roles:
        yield Reason("role", _("They hold no role."), False)
    for role in actor.roles:
        level = role.levels.get(kind.permission(action), "none")
        values = {"role": role.label, "reach": level_words(level)}
        yield Reason("role", _("The role “%(role)s” reaches %(reach)s here.") % values, level != "none" or None)
    code, seen = kind.permission(action), kind.permission("view")
    if action != "view" and RANK[actor.level(seen)] < RANK[actor.level(code)]:
        words = _("What one may not see, one may not touch: seeing reaches only %s.")
        yield Reason("view", words % level_words(actor.level(seen)))
    held = max((role.levels.get(code, "none") for role in actor.roles), key=RANK.__getitem__, default="none")
    if RANK[actor.level(code)] < RANK[held]:
        yield Reason("state", _("The workspace is read-only, or the module is switched off."), False)


def _reach(kind: Entity, actor: Actor, found: Findings, record: Any) -> Iterator[Reason]:
    owner_id = getattr(record, f"{kind.owner}_id", None) if kind.has_owner else record.created_by_id
    owner = _owner(owner_id)
    if not kind.has_owner:
        words = _("They made this record themselves.") if found.own else _("They did not make this record.")
    elif owner is None:
        words = _("Nobody owns this record.")
    elif found.own:
        words = _("They own this record.")
    else:
        words = _("%s owns it.") % owner
    yield Reason("own", words, found.own or None)
    if kind.has_owner and owner is not None and not found.own:
        team = owner.team.name if owner.team else ""
        if found.wide.get("team"):
            yield Reason("team", _("The owner's team “%s” is one of theirs.") % team, True)
        elif found.wide.get("team_below"):
            yield Reason("team_below", _("The owner's team “%s” is below one of theirs.") % team, True)
        elif RANK[found.level] >= RANK["team"]:
            words = (
                _("The owner's team “%s” is not within their reach.") % team if team else _("The owner is in no team.")
            )
            yield Reason("team", words)
    if found.wide.get("territory"):
        yield Reason("territory", _("It lies in the territory “%s”, which they serve.") % _territory(record), True)
    elif RANK[found.level] >= RANK["territory"] and found.level != "all":
        yield Reason("territory", _("It lies in none of their territories."))


def _owner(pk: UUID | None) -> Any:
    if pk is None:
        return None
    return apps.get_model("identity", "User")._base_manager.select_related("team").filter(pk=pk).first()


def _territory(record: Any) -> str:
    found = apps.get_model("identity", "Territory")._base_manager.filter(pk=record.territory_id).first()
    return str(found or "")


def _type(actor: Actor, found: Findings, record: Any) -> Iterator[Reason]:
    here = next((one for one in actor.types if one.id == getattr(record, "record_type_id", None)), None)
    if here is None or here.team_id is None:
        return
    team = apps.get_model("identity", "Team")._base_manager.filter(pk=here.team_id).first()
    values = {"type": type_label(here), "team": str(team or "")}
    if found.closed:
        words = _("Its type “%(type)s” is private to the team “%(team)s” and the teams below.")
        yield Reason("type", words % values, False)
    else:
        yield Reason("type", _("Its type “%(type)s” is private to “%(team)s”, where they belong.") % values)


def _shares(kind: Entity, actor: Actor, action: str, found: Findings, record: Any) -> Iterator[Reason]:
    rows = list(shares_with(actor).filter(entity=kind.name, record_id=record.pk)) if actor.sharing else []
    from kernel.shares import names_of  # which stands on access too

    names = names_of(rows)
    for row in rows:
        good = row.level in SHARED_FOR.get(action, ())
        values = {"to": names.get(row.to_id, ""), "by": names.get(row.by_id, "—"), "what": row.get_level_display()}
        yield Reason("share", _("%(by)s shared it with “%(to)s”: %(what)s.") % values, good or None)
    if not rows:
        yield Reason("share", _("It is not shared with them."))
