"""Which fields a formula may name: those of an entity, and one hop further through its relations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kernel.errors import Text
from kernel.formula.types import LINK, Type
from kernel.text.folding import fold


@dataclass(frozen=True)
class Known:
    """A field that a formula may name."""

    name: str
    label: Text
    type: Type
    kind: str = ""
    #: The entity that a relation points to.
    target: str = ""


@dataclass
class Scope:
    """Fields by name. `beyond` gives the fields of another entity, for hops."""

    fields: Mapping[str, Known]
    beyond: Callable[[str], Scope | None] = field(default=lambda _entity: None)

    @cached_property
    def _by_label(self) -> dict[str, Known | None]:
        """Fields by folded label; None where two share one."""
        found: dict[str, Known | None] = {}
        for known in self.fields.values():
            label = fold(str(known.label))
            found[label] = None if label in found else known
        return found

    def named(self, name: str) -> Known | None:
        """By key, by key of a custom field without its x_, or by a label that only one field has."""
        return self.fields.get(name) or self.fields.get(f"x_{name}") or self._by_label.get(fold(name))

    def find(self, path: tuple[str, ...]) -> tuple[tuple[str, ...], Known] | None:
        """The path in keys with the field at its end."""
        first = self.named(path[0])
        if first is None or len(path) == 1:
            return None if first is None else ((first.name,), first)
        further = self.beyond(first.target) if first.type == LINK and first.target else None
        last = further.named(path[1]) if further else None
        return None if last is None or further is None else ((first.name, last.name), _seen_from(first.name, last))

    def _end(self, path: tuple[str, ...]) -> Scope | None:
        """Where the last part of a path is looked up."""
        if len(path) == 2 and (first := self.named(path[0])) and first.target:
            return self.beyond(first.target)
        return self

    def names(self, path: tuple[str, ...]) -> Iterator[str]:
        """Everything that may stand at this path's end, keys and labels, for suggestions."""
        scope = self._end(path)
        for known in scope.fields.values() if scope else ():
            yield known.name
            yield str(known.label)

    def key(self, path: tuple[str, ...], name: str) -> str:
        """The key of what was suggested by key or label."""
        scope = self._end(path)
        known = scope.named(name) if scope else None
        return known.name if known else name


def _seen_from(relation: str, known: Known) -> Known:
    """Money beyond a relation has its currency there too."""
    kind = Type(known.type.name, known.type.choices, frozenset(f"{relation}.{c}" for c in known.type.currencies))
    return Known(known.name, known.label, kind, known.kind, known.target)
