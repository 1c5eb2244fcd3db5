"""What a calculated field is calculated from, in words: its formula with labels, or what it counts."""

from __future__ import annotations

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.pages.filters import chips, read_filters
from crm.pages.labels import Labels
from crm.pages.state import State
from kernel.access import Actor, entity_for
from kernel.derived import Node, current_plans
from kernel.errors import Text
from kernel.formula import FormulaError
from kernel.formula.lexer import tokens
from kernel.registry import Entity, Field, UnknownName, registry

HOWS: dict[str, Text] = {
    "count": gettext_lazy("Count"), "sum": gettext_lazy("Sum"), "min": gettext_lazy("Smallest or earliest"),
    "max": gettext_lazy("Largest or latest"), "average": gettext_lazy("Average"),
}  # fmt: skip


def reads_of(entity: Entity, field: Field) -> list[Node]:
    """The fields that it reads, without the currencies that belong to amounts among them."""
    nodes = current_plans().edges.get((entity.name, field.name), set())
    money = {(e, registry.entity(e).all_fields[name].currency) for e, name in nodes if _field((e, name))}
    return sorted(node for node in nodes if node not in money)


def _field(node: Node) -> Field | None:
    try:
        return registry.entity(node[0]).all_fields.get(node[1])
    except UnknownName:
        return None


def may_know(actor: Actor, entity: Entity, field: Field) -> bool:
    """Whether the actor may read every field that it is calculated from, and so know how."""
    return bool(field.derived and (field.formula or field.rollup)) and all(
        _readable(actor, node) for node in current_plans().edges.get((entity.name, field.name), ())
    )


def _readable(actor: Actor, node: Node) -> bool:
    kind = entity_for(actor, node[0])
    field = kind.all_fields.get(node[1])
    return field is not None and not field.masked and (kind.is_part or actor.may(kind.permission("view")))


def sources_words(entity: Entity, field: Field) -> str:
    """Labels of what it reads: "Amount, Account › City"."""
    words = []
    for node in reads_of(entity, field):
        label = getattr(_field(node), "label", node[1])
        words.append(str(label) if node[0] == entity.name else f"{registry.entity(node[0]).label} › {label}")
    return _(", ").join(words)


def formula_words(entity: Entity, source: str) -> SafeString:
    """A formula as it is kept, with the labels of fields instead of their keys."""
    try:
        found = tokens(source)
    except FormulaError:
        return format_html("{}", source)
    parts, at = [], 0
    for token in found:
        if token.kind == "field":
            parts += [(source[at : token.start],), (_named(entity, token.value),)]
            at = token.end
    parts.append((source[at:],))
    return format_html_join("", "{}", parts)


def _named(entity: Entity, path: str) -> SafeString:
    words, kind = [], entity
    for name in path.split("."):
        field = kind.all_fields.get(name)
        words.append(str(field.label) if field else name)
        if field is not None and field.target:
            kind = registry.entity(field.target)
    return format_html('<bdi class="f-field" title="{}">{}</bdi>', f"{{{path}}}", " › ".join(words))


def rollup_words(actor: Actor, field: Field) -> list[Text]:
    """What a roll-up does, line by line: what of which records, and which of those."""
    rollup = field.rollup
    assert rollup is not None
    try:
        child = entity_for(actor, rollup.child)
    except UnknownName:
        return [HOWS[rollup.how]]
    relation = child.all_fields.get(rollup.relation)
    values = {"how": HOWS[rollup.how], "things": child.label_plural,
              "of": getattr(child.all_fields.get(rollup.of), "label", rollup.of),
              "relation": getattr(relation, "label", rollup.relation)}  # fmt: skip
    if rollup.how == "count":
        first: Text = format_lazy(_("{how}: {things} ({relation})"), **values)
    else:
        first = format_lazy(_("{how} of “{of}”: {things} ({relation})"), **values)
    return [first, *conditions_words(actor, child, {name: list(given) for name, given in rollup.filters})]


def conditions_words(actor: Actor, child: Entity, filters: dict[str, list[str]]) -> list[Text]:
    """Filters as the list's chips say them; those that the actor may not ask for are left out."""
    known = {key: tuple(values) for key, values in filters.items() if key.partition("__")[0] in child.all_fields}
    state = State(filters=known)
    reading = read_filters(child, state)
    return [f"{chip.label}: {chip.text}" for chip in chips(child, state, reading, Labels(actor))]
