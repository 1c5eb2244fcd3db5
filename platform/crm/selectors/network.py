"""Who stands around a customer: the accounts above and below, people and partners, two steps far."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.models import Account, Relationship
from crm.selectors.ties import newest_ties, seen_from, ties_among
from kernel.access import Actor, entity_for, records_visible_to

MOST = 40
MOST_NEAR = 14
MOST_BELOW = 8
MOST_FAR = 3


@dataclass
class Node:
    """A customer on the map. `word` says what it is to the one that it is drawn from."""

    entity: str
    pk: UUID
    name: str
    word: str = ""
    #: What kind of tie it is: a role's group, "up" for the hierarchy, "here" for who works or lives there.
    group: str = "here"
    tier: str = ""
    kind: str = ""
    far: list["Node"] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, UUID]:
        return self.entity, self.pk


@dataclass
class Network:
    center: Node
    above: list[Node] = field(default_factory=list)
    below: list[Node] = field(default_factory=list)
    near: list[Node] = field(default_factory=list)
    #: How many more there are than drawn, by what they are: "below", "people", "ties".
    more: dict[str, int] = field(default_factory=dict)

    @property
    def drawn(self) -> int:
        return 1 + len(self.above) + len(self.below) + sum(1 + len(node.far) for node in self.near)


def node_of(entity: str, record: Any, word: str = "", group: str = "") -> Node:
    kind = getattr(record, "kind", "") if entity == "account" else ""
    return Node(entity, record.pk, record.name or "—", word, group, record.tier, kind)


def network_of(
    entity: str, record: Any, *, actor: Actor, hops: int = 2, ties: Sequence[Relationship] | None = None
) -> Network:  # fmt: skip
    """A fixed number of queries, whatever hangs on the record; `ties` are its relationships where they were read."""
    net = Network(node_of(entity, record))
    seen = {net.center.key}
    read = newest_ties(entity, record.pk, actor=actor) if ties is None else ties
    tied = _tied(net, entity, record, read, seen)
    if entity == "account":
        _storeys(net, record, actor, seen)
        people = _people(net, record, actor, seen)
    else:
        people = _homes(record, actor, seen)
    net.near = [*tied, *people][:MOST_NEAR]
    dropped = len(tied) + len(people) - len(net.near)
    net.more = {name: n for name, n in {**net.more, "ties": net.more.get("ties", 0) + dropped}.items() if n}
    if hops > 1:
        _second_step(net, actor, seen)
    _blank_tiers(net, actor)
    return net


def _blank_tiers(net: Network, actor: Actor) -> None:
    """Whose role hides the tier does not read it off the map."""
    fields = {name: entity_for(actor, name).all_fields.get("tier") for name in ("account", "contact")}
    blind = {name for name, field in fields.items() if field is None or field.masked}
    for node in (net.center, *net.above, *net.below, *net.near, *(far for near in net.near for far in near.far)):
        if node.entity in blind:
            node.tier = ""


def _knows(actor: Actor, entity: str, name: str) -> bool:
    """Whether a role lets one read this field: what it ties together is drawn only then."""
    field = entity_for(actor, entity).all_fields.get(name)
    return field is not None and not field.masked


def _living_at(actor: Actor, **homes: Any) -> Q:
    """Contacts by where they work or live, as far as the actor may know it."""
    known = [Q(**{f"{name}_id__in": ids}) for name, ids in homes.items() if _knows(actor, "contact", name)]
    return Q(*known, _connector=Q.OR) if known else Q(pk__in=[])


def _work_of(actor: Actor, row: Any) -> str:
    return str(row.job_title) if _knows(actor, "contact", "job_title") else ""


def _by_worth(actor: Actor) -> tuple[str, ...]:
    return ("-tier", "name", "id") if _knows(actor, "contact", "tier") else ("name", "id")


def _tied(
    net: Network, entity: str, record: Any, ties: Sequence[Relationship], seen: set[Any]
) -> list[Node]:  # fmt: skip
    found = []
    for row in sorted((row for row in ties if row.is_active), key=attrgetter("pk"))[: MOST_NEAR + 1]:
        tie = seen_from(entity, record.pk, row)
        node = node_of(tie.entity, tie.other, tie.word, tie.group)
        if node.key not in seen:
            seen.add(node.key)
            found.append(node)
    return found


def _storeys(net: Network, record: Any, actor: Actor, seen: set[Any]) -> None:
    """Up to three accounts above, and those right below."""
    if not _knows(actor, "account", "parent"):
        return
    ids = _parents(record)
    visible = {a.pk: a for a in records_visible_to(actor, "account").filter(pk__in=ids)} if ids else {}
    for pk in ids:
        if pk not in visible or ("account", pk) in seen:
            break  # what stands above an account one may not see is not told either
        seen.add(("account", pk))
        net.above.append(node_of("account", visible[pk], _("further up") if net.above else _("parent account"), "up"))
    below = records_visible_to(actor, "account").filter(parent_id=record.pk)
    total = below.count()
    for child in below.order_by("name", "id")[:MOST_BELOW]:
        if ("account", child.pk) not in seen:
            node = node_of("account", child, _("belongs to it"), "up")
            seen.add(node.key)
            net.below.append(node)
    if total > MOST_BELOW:
        net.more["below"] = total - MOST_BELOW


def _parents(record: Any) -> list[UUID]:
    """Ids of up to three accounts above, the nearest first."""
    if record.parent_id is None:
        return []
    above = Account.objects.filter(pk=record.parent_id).values_list("parent_id", "parent__parent_id").first()
    return [pk for pk in (record.parent_id, *(above or ())) if pk]


def _people(net: Network, record: Any, actor: Actor, seen: set[Any]) -> list[Node]:
    """Contacts of the account, or members of the household, that no relationship has named already."""
    homes = _living_at(actor, account=[record.pk], household=[record.pk])
    here = records_visible_to(actor, "contact").filter(homes)
    rows = list(here.order_by(*_by_worth(actor))[: MOST_NEAR + 1])
    total = here.count() if len(rows) > MOST_NEAR else len(rows)
    found = []
    for row in rows[:MOST_NEAR]:
        lives = row.household_id == record.pk and _knows(actor, "contact", "household")
        node = node_of("contact", row, _work_of(actor, row) or (_("lives here") if lives else ""), "here")
        if node.key not in seen:
            seen.add(node.key)
            found.append(node)
    if total > MOST_NEAR:
        net.more["people"] = total - MOST_NEAR
    return found


def _homes(record: Any, actor: Actor, seen: set[Any]) -> list[Node]:
    """Where a person works and lives."""
    homes = ((record.account_id, "account", _("works here")), (record.household_id, "household", _("lives here")))
    wanted = {pk: word for pk, name, word in homes if pk is not None and _knows(actor, "contact", name)}
    rows = records_visible_to(actor, "account").filter(pk__in=list(wanted)) if wanted else []
    nodes = [node_of("account", row, wanted[row.pk], "here") for row in rows if ("account", row.pk) not in seen]
    seen.update(node.key for node in nodes)
    return nodes


def _second_step(net: Network, actor: Actor, seen: set[Any]) -> None:
    """What those around are to others: three each, so that nobody's circle covers the rest."""
    budget = MOST - net.drawn
    for entity in ("contact", "account"):
        near = {node.pk: node for node in net.near if node.entity == entity}
        if not near:
            continue
        rows = ties_among(entity, near, actor=actor).filter(is_active=True).order_by("id")[:200]
        for row in rows:
            for pk in _near_ends(entity, row, near):
                tie = seen_from(entity, pk, row)
                node = node_of(tie.entity, tie.other, tie.word, tie.group)
                if budget and node.key not in seen and len(near[pk].far) < MOST_FAR:
                    seen.add(node.key)
                    near[pk].far.append(node)
                    budget -= 1
    _colleagues(net, actor, seen, budget)


def _near_ends(entity: str, row: Any, near: Iterable[UUID]) -> list[UUID]:
    ends = (getattr(row, f"from_{entity}_id"), getattr(row, f"to_{entity}_id"))
    return [pk for pk in ends if pk in near]


def _colleagues(net: Network, actor: Actor, seen: set[Any], budget: int) -> None:
    """Around a person: who else is where they work or live."""
    near = {node.pk: node for node in net.near if node.entity == "account" and net.center.entity == "contact"}
    if not near:
        return
    here = records_visible_to(actor, "contact").filter(_living_at(actor, account=near, household=near))
    for row in here.order_by(*_by_worth(actor))[: 4 * MOST_FAR]:
        home = near.get(row.account_id) or near.get(row.household_id)
        if home and budget and ("contact", row.pk) not in seen and len(home.far) < MOST_FAR:
            seen.add(("contact", row.pk))
            home.far.append(node_of("contact", row, _work_of(actor, row), "here"))
            budget -= 1
