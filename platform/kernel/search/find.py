"""Searching: every entity that one may see, in one list, the likeliest first."""

from collections.abc import Iterable, Mapping, Sequence
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
from kernel.search.proposals import MOST, Proposal, propose
from kernel.search.typed import Typed, meant, read, with_near
from kernel.text.folding import fold

#: Fewer than these, and what was typed may be a mistake.
ENOUGH = 3
#: Related records whose names may answer to one of several words.
_RELATED = 200


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
    text: str, *, actor: Actor, entities: Iterable[Entity], fresh: Mapping[UUID, int] | None = None, most: int = 8,
) -> list[Hit]:  # fmt: skip
    """At most `most` hits over these entities. `fresh` says how much nearer a record is to this person (1 to 9)."""
    kinds = [kind for kind in (entity_for(actor, e) for e in entities) if kind.searched]
    typed, fresh = read(text), fresh or {}
    if not typed:
        return []
    hits = _found(kinds, typed, actor, fresh)
    if len(hits) < ENOUGH:
        hits = _more(hits, kinds, text, typed, actor, fresh)
    return sorted(hits, key=_order)[:most]


def _order(hit: Hit) -> tuple[Any, ...]:
    # Of ids that are as good as each other the younger record's is the greater one.
    return (hit.verdict.tier, hit.verdict.outside, -hit.boost, -hit.id.int)


def _more(
    hits: list[Hit], kinds: Sequence[Entity], text: str, typed: Typed, actor: Actor, fresh: Mapping[UUID, int]
) -> list[Hit]:
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


def _found(kinds: Iterable[Entity], typed: Typed, actor: Actor, fresh: Mapping[UUID, int]) -> list[Hit]:
    return [hit for kind in kinds for hit in _found_in(kind, typed, actor, fresh)]


def _found_in(kind: Entity, typed: Typed, actor: Actor, fresh: Mapping[UUID, int]) -> list[Hit]:
    proposals = propose(kind, typed, actor=actor, fresh=fresh)
    if len(typed.words) > 1 and len(proposals) < MOST:
        known = {proposal.id for proposal in proposals}
        proposals += [p for p in _by_related(kind, typed, actor, fresh) if p.id not in known]
    hits = []
    for proposal in proposals:
        verdict = judge(typed, proposal.said, kind.title)
        if verdict is not None:
            boost = fresh.get(proposal.id, 0) * 2 + proposal.mine
            hits.append(Hit(kind, proposal.id, verdict, typed, boost))
    return hits


def _by_related(kind: Entity, typed: Typed, actor: Actor, fresh: Mapping[UUID, int]) -> list[Proposal]:
    """Records that hold some of the words themselves and the others by what they belong to: "sara zagros"."""
    named = {
        field.name: _titles_holding(field.target, typed, actor) for field in kind.searched if field.kind == "relation"
    }
    if not any(ids for titles in named.values() for ids in titles.values()):
        return []
    every, own = Q(), Q()
    for word in typed.words:
        mine = answering(kind, Typed(word.text, (word,)))
        theirs = [Q(**{f"{name}_id__in": list(t[word.text])}) for name, t in named.items() if t.get(word.text)]
        every &= Q(mine, *theirs, _connector=Q.OR)
        own |= mine
    found = propose(kind, typed, actor=actor, fresh=fresh, condition=every & own)
    titles = {name: {pk: title for ids in t.values() for pk, title in ids.items()} for name, t in named.items()}
    return [replace(p, said=[*p.said, *_said_by_related(p, titles)]) for p in found]


def _said_by_related(proposal: Proposal, titles: Mapping[str, Mapping[UUID, str]]) -> list[Said]:
    named = ((name, titles.get(name, {}).get(pk)) for name, pk in proposal.related.items())
    return [Said(name, "relation", fold(title)) for name, title in named if title]


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
