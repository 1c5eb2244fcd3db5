"""What depends on what, over all entities: the order of calculation, who needs a field, and circles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kernel.formula import Program
from kernel.registry import Entity, registry

if TYPE_CHECKING:
    from kernel.derived.plans import Plans

#: A field of an entity.
Node = tuple[str, str]
Edges = Mapping[Node, Iterable[Node]]


def edges_of(kind: Entity, program: Program) -> set[Node]:
    """The fields that a formula of this entity reads."""
    found: set[Node] = set()
    for path in program.paths:
        found.add((kind.name, path[0]))
        if len(path) == 2:
            found.add((registry.entity(kind.field(path[0]).target).name, path[1]))
    return found


def cycle_in(edges: Edges, start: Node) -> list[Node]:
    """The way from a field back to itself, such as [a, b, a]; [] where there is none."""
    way: list[Node] = [start]
    waiting = [iter(edges.get(start, ()))]
    seen: set[Node] = set()
    while waiting:
        for node in waiting[-1]:
            if node == start:
                return [*way, start]
            if node not in seen:
                seen.add(node)
                way.append(node)
                waiting.append(iter(edges.get(node, ())))
                break
        else:
            waiting.pop()
            way.pop()
    return []


def in_order(names: Sequence[str], entity: str, edges: Edges) -> list[str]:
    """Fields of one entity, each after those it reads. One in a circle (no service lets that be kept) is left out."""
    done: list[str] = []
    left = [name for name in names if not cycle_in(edges, (entity, name))]
    while left:
        ready = [n for n in left if not any(e == entity and other in left for e, other in edges.get((entity, n), ()))]
        if not ready:
            break
        done += ready
        left = [name for name in left if name not in ready]
    return done


def needed_by(plans: Plans, node: Node) -> list[Node]:
    """The derived fields that read this one, themselves or through a relation."""
    return sorted(reader for reader, reads in plans.edges.items() if node in reads and reader != node)


def ranks(kinds: Iterable[Entity], plans: Plans) -> dict[str, int]:
    """An order in which records come before the records that they point to, as far as derived fields look at them.

    Whoever locks goes by it, so that no two transactions wait for each other.
    """
    points: dict[str, set[str]] = {}
    for rollup in [r for found in plans.rollups.values() for r in found]:
        points.setdefault(rollup.child, set()).add(rollup.parent)
    for name, calculations in plans.calculations.items():
        kind = registry.entity(name)
        for path in [p for c in calculations for p in c.program.paths if len(p) == 2]:
            points.setdefault(name, set()).add(kind.field(path[0]).target)
    order: list[str] = []

    def visit(name: str, on_the_way: frozenset[str]) -> None:
        if name in order or name in on_the_way:
            return
        for target in sorted(points.get(name, ())):
            visit(target, on_the_way | {name})
        order.append(name)

    for kind in sorted(kinds, key=lambda one: one.name):
        visit(kind.name, frozenset())
    return {name: place for place, name in enumerate(reversed(order))}
