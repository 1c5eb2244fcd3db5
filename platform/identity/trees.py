"""Teams and territories as trees: in order, each with its depth, and what lies below one."""

from typing import Any, TypeVar
from uuid import UUID

Node = TypeVar("Node", bound=Any)


def in_order(nodes: list[Node], *, without: Any = None) -> list[tuple[Node, int]]:
    """Each with its depth, siblings as given. `without` leaves out one and all below it.

    Each also learns `below`, how many people its `size` and those of all below come to.
    """
    known = {node.pk for node in nodes}
    children: dict[UUID | None, list[Node]] = {}
    for node in nodes:
        children.setdefault(node.parent_id if node.parent_id in known else None, []).append(node)
    rows: list[tuple[Node, int]] = []

    def walk(parent: UUID | None, depth: int) -> int:
        total = 0
        for node in children.get(parent, []):
            if without is None or node.pk != without.pk:
                rows.append((node, depth))
                node.below = getattr(node, "size", 0) + walk(node.pk, depth + 1)
                total += node.below
        return total

    walk(None, 0)
    if without is None:
        # Those that stand below each other in a circle (two moved at once) hang on nothing: show them too.
        shown = {node.pk for node, _depth in rows}
        for node in nodes:
            if node.pk not in shown:
                node.below = getattr(node, "size", 0)
                rows.append((node, 0))
    return rows
