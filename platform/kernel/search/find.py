"""Searching: every entity that one may see, in one list, the likeliest first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Q

from kernel.access import Actor, entity_for, records_visible_to
from kernel.registry import Entity, registry
from kernel.search.conditions import answering
from kernel.search.gathering import words_are_known
from kernel.search.matching import Said, Tier, Verdict, judge
from kernel.search.near import near_words
from kernel.search.proposals import Proposal, propose, propose_where
from kernel.search.typed import Typed, meant, read, with_near
from kernel.text.folding import fold

#: Fewer than these, and what was typed may be a mistake.
ENOUGH = 3
#: Related records whose names may answer to one of several words.
_RELATED = 200
#: By entity and record: how much nearer it is to the person who searches.
Fresh = Mapping[str, Mapping[UUID, int]]


@dataclass(frozen=True)
class Hit:
    """A record that answers: which, how well, and the words that it answered to."""

    entity: Entity
    id: UUID
    verdict: Verdict
    typed: Typed
    #: How many places up: one's own records, those opened lately.
    boost: int = 0

    @property
    def tier(self) -> Tier:
        return self.verdict.tier


def find(
    text: str, *, actor: Actor, entities: Iterable[Entity], fresh: Fresh | None = None, most: int = 8,
) -> list[Hit]:  # fmt: skip
    """At most `most` hits over these entities. `fresh` says which records are nearer to this person (1 to 9)."""
    kinds = [kind for kind in (entity_for(actor, e) for e in entities) if kind.searched]
    typed, fresh = read(text), fresh or {}
    if not typed:
        return []
    hits = _found(kinds, typed, actor, fresh)
    if len(hits) < most and len(typed.words) > 1:
        hits += _by_related(kinds, typed, actor, fresh, {hit.id for hit in hits})
    if len(hits) < ENOUGH:
        hits = _more(hits, kinds, text, typed, actor, fresh)
    return sorted(hits, key=_order)[:most]


def _order(hit: Hit) -> tuple[Any, ...]:
    # Of ids that are as good as each other the younger record's is the greater one.
    return (hit.verdict.tier, hit.verdict.outside, -hit.boost, -hit.id.int)


def _more(hits: list[Hit], kinds: Sequence[Entity], text: str, typed: Typed, actor: Actor, fresh: Fresh) -> list[Hit]:
    """What the other keyboard, then what a slip of the finger may have meant; never instead of what was found."""
    known = {hit.id for hit in hits}
    found: list[Hit] = []
    if (other := meant(text)) is not None:
        found = [_as_near(hit) for hit in _found(kinds, other, actor, fresh)]
    if not hits and not found and words_are_known(actor):
        near = near_words(typed)
        if any(near.values()):
            found = [_as_near(hit) for hit in _found(kinds, with_near(typed, near), actor, fresh)]
    return hits + [hit for hit in found if hit.id not in known]


def _as_near(hit: Hit) -> Hit:
    return replace(hit, verdict=Verdict(Tier.NEAR, hit.verdict.tier + hit.verdict.outside))


def _found(kinds: Iterable[Entity], typed: Typed, actor: Actor, fresh: Fresh) -> list[Hit]:
    return [hit for kind in kinds for hit in _found_in(kind, typed, actor, fresh)]


def _found_in(kind: Entity, typed: Typed, actor: Actor, fresh: Fresh) -> list[Hit]:
    return _judged(kind, typed, propose(kind, typed, actor=actor, fresh=fresh.get(kind.name, {})), fresh)


def _judged(kind: Entity, typed: Typed, proposals: Iterable[Proposal], fresh: Fresh) -> list[Hit]:
    near = fresh.get(kind.name, {})
    found = ((proposal, judge(typed, proposal.said, kind.title)) for proposal in proposals)
    return [
        Hit(kind, p.id, verdict, typed, near.get(p.id, 0) * 2 + p.mine) for p, verdict in found if verdict is not None
    ]


def _by_related(
    kinds: Iterable[Entity], typed: Typed, actor: Actor, fresh: Fresh, known: Collection[UUID]
) -> list[Hit]:
    """Records that hold some of the words themselves and the others by what they belong to: "sara zagros"."""
    titles: dict[str, dict[str, dict[UUID, str]]] = {}
    hits = []
    for kind in kinds:
        relations = [field for field in kind.searched if field.kind == "relation"]
        for field in relations:
            if field.target not in titles:
                titles[field.target] = _titles_holding(field.target, typed, actor)
        named = {field.name: titles[field.target] for field in relations}
        if any(held for found in named.values() for held in found.values()):
            condition = _partly_own(kind, typed, {field.column: titles[field.target] for field in relations})
            proposals = [p for p in propose_where(kind, condition, actor=actor) if p.id not in known]
            told = [replace(p, said=[*p.said, *_said_by_related(p, named)]) for p in proposals]
            hits += _judged(kind, typed, told, fresh)
    return hits


def _partly_own(kind: Entity, typed: Typed, related: Mapping[str, Mapping[str, Collection[UUID]]]) -> Q:
    """Every word in the record or in what it belongs to, and at least one in the record itself."""
    every, own = Q(), Q()
    for word in typed.words:
        mine = answering(kind, Typed(word.text, (word,)))
        theirs = [Q(**{f"{column}__in": list(held)}) for column, t in related.items() if (held := t.get(word.text))]
        every &= Q(mine, *theirs, _connector=Q.OR)
        own |= mine
    return every & own


def _said_by_related(proposal: Proposal, named: Mapping[str, Mapping[str, Mapping[UUID, str]]]) -> list[Said]:
    told = ((name, {held[pk] for held in named[name].values() if pk in held}) for name, pk in proposal.related.items())
    return [Said(name, "relation", fold(title)) for name, titles in told for title in titles]


def _titles_holding(target: str, typed: Typed, actor: Actor) -> dict[str, dict[UUID, str]]:
    """Titles of visible related records, by the word that they hold and by id."""
    kind = entity_for(actor, registry.entity(target))
    if not kind.has_search:
        return {}
    found: dict[str, dict[UUID, str]] = {}
    for word in typed.words:
        alone = Typed(word.text, (word,))
        rows = records_visible_to(actor, kind).order_by().filter(answering(kind, alone)).values_list("pk", kind.title)
        titled = ((pk, title, Said(kind.title, "text", fold(title))) for pk, title in rows[:_RELATED])
        found[word.text] = {pk: title for pk, title, said in titled if judge(alone, [said], kind.title)}
    return found
