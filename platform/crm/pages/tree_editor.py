"""The drawer in which a filter tree is built. Its form is drawn anew by the server after each step, so that what is
in it is always what will be asked; nothing of the tree's logic lives in the browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from crm.pages.filters import ME, MY_TEAM, path_label
from crm.pages.labels import Labels
from crm.pages.links import actor_of, entity_url
from crm.pages.periods import periods
from crm.pages.state import from_query
from crm.pages.views_store import MODES
from kernel.access import Actor
from kernel.calendars.relative import COUNTED
from kernel.errors import Problem
from kernel.query import operators_for
from kernel.query.tree import Raw, dump_tree, field_at, parse_node, read_tree, related_entity
from kernel.registry import Entity, Field
from kernel.values import BadValue

#: Rows that the editor offers; a tree with more came over the API and is shown all the same.
MOST = 200


@dataclass
class Node:
    """A group or a condition of the form; `at` is its place ("1.0"), which names its controls."""

    at: str
    #: Of a group: "and", "or", "none" or "not"; empty for a condition.
    join: str = ""
    parts: list["Node"] = field(default_factory=list)
    path: str = ""
    op: str = ""
    values: tuple[str, ...] = ()
    error: str = ""
    #: What the row shows, filled in before it is drawn.
    shown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def depth(self) -> int:
        return self.at.count(".") + 1 if self.at else 0


def filter_tree(request: HttpRequest, *, entity: Entity) -> HttpResponse:
    """GET opens the drawer with the tree of the address; POST takes a step in it, or applies it."""
    actor = actor_of(request)
    if request.method != "POST":
        state = from_query(entity, request.GET.get("state", ""))
        root = root_of(entity, state.f)
        if not root.parts:
            root.parts.append(Node("0"))
        return _draw(request, entity, root, actor, state.query(), request.GET.get("mode", "list"), whole=True)
    root = read_form(request.POST)
    state = from_query(entity, request.POST.get("state", ""))
    mode = request.POST.get("mode", "list")
    do = request.POST.get("do", "")
    if do == "clear":
        root = Node("", "and", [])
    if do in ("apply", "clear"):
        if not _judge(entity, root, actor):
            raw = to_raw(root)
            address = entity_url(entity, mode if mode in MODES else "list", query=state.query(f=dump_tree(raw)))
            return HttpResponseClientRedirect(address)
        return _draw(request, entity, root, actor, state.query(), mode, status=422)
    _step(root, do)
    return _draw(request, entity, root, actor, state.query(), mode)


# ── between the tree and the form ──
def root_of(entity: Entity, text: str) -> Node:
    """The form of a tree; one that cannot be read begins anew."""
    try:
        raw = read_tree(text)
    except BadValue:
        raw = None
    if raw is None:
        return Node("", "and")
    node = _from_raw(raw, "")
    return node if node.join else Node("", "and", [_from_raw(raw, "0")])


def _from_raw(raw: Raw, at: str) -> Node:
    if isinstance(raw, list):
        return Node(at, path=raw[0], op=raw[1], values=tuple(raw[2:]))
    join, parts = next(iter(raw.items()))
    if join == "not" and len(parts) == 1 and isinstance(parts[0], dict) and "or" in parts[0]:
        join, parts = "none", parts[0]["or"]
    return Node(at, join, [_from_raw(part, f"{at}.{n}" if at else str(n)) for n, part in enumerate(parts)])


def to_raw(node: Node) -> Raw | None:
    """The tree that the form stands for; groups without conditions are left out."""
    if not node.join:
        return [node.path, node.op, *node.values]
    parts = [raw for part in node.parts if (raw := to_raw(part)) is not None]
    if not parts:
        return None
    if node.join == "none":
        return {"not": [{"or": parts}]}
    if len(parts) == 1 and node.join in ("and", "or"):
        return parts[0]
    return {node.join: parts}


def read_form(form: QueryDict) -> Node:
    """The nodes that the controls describe, at most as many as a tree may have."""
    places = [key[2:] for key in form if key.startswith("k.")][:MOST]
    nodes = {at: _read_node(form, at) for at in places if all(part.isdigit() for part in at.split(".") if at)}
    root = nodes.pop("", None) or Node("", "and")
    root.join = root.join or "and"
    for at in sorted(nodes, key=lambda one: [int(part) for part in one.split(".")]):
        parent, _dot, _own = at.rpartition(".")
        home = root if not parent else nodes.get(parent)
        if home is not None and home.join:
            home.parts.append(nodes[at])
    return root


def _read_node(form: QueryDict, at: str) -> Node:
    if form.get(f"k.{at}") == "g":
        join = form.get(f"join.{at}", "and")
        return Node(at, join if join in ("and", "or", "none", "not") else "and")
    path, op = form.get(f"field.{at}", ""), form.get(f"op.{at}", "")
    if path != form.get(f"was.{at}", path):  # another field: what was asked of the last one does not fit
        return Node(at, path=path)
    values = tuple(v for v in dict.fromkeys(form.getlist(f"v.{at}")) if v.strip())
    if op == "when":
        number, calendar = form.get(f"n.{at}", "").strip(), form.get(f"cal.{at}", "")
        values = tuple(_period(v, number, calendar) for v in values[:1])
    return Node(at, path=path, op=op, values=values)


def _period(name: str, number: str, calendar: str) -> str:
    plain = name.replace("N", number or "1") if name in COUNTED else name
    return f"{plain}:{calendar}" if calendar else plain


def _step(root: Node, do: str) -> None:
    """ "add:1" a condition into a group, "group:" a group, "drop:1.0" takes one away."""
    act, _sep, at = do.partition(":")
    if act in ("add", "group"):
        home = _find(root, at)
        if home is not None and home.join:
            fresh = Node("x", "or", [Node("x")]) if act == "group" else Node("x")
            home.parts.append(fresh)
    elif act == "drop":
        parent = _find(root, at.rpartition(".")[0])
        if parent is not None:
            parent.parts = [part for part in parent.parts if part.at != at]
    _number(root, "")


def _find(node: Node, at: str) -> Node | None:
    if node.at == at:
        return node
    return next((found for part in node.parts if (found := _find(part, at))), None)


def _number(node: Node, at: str) -> None:
    node.at = at
    for n, part in enumerate(node.parts):
        _number(part, f"{at}.{n}" if at else str(n))


def _judge(entity: Entity, node: Node, actor: Actor) -> bool:
    """Whether something in it cannot be read; the row then says what."""
    if node.join:
        bad = [_judge(entity, part, actor) for part in node.parts]  # all of them, so that each row says its own
        return any(bad)
    if not node.path:
        node.error = _("Choose a field, or take the row away.")
        return True
    try:
        parse_node(entity, [node.path, node.op or "eq", *node.values], actor)
    except BadValue as error:
        node.error = str(Problem(error.code, error.message))
    return bool(node.error)


# ── drawing ──
def _draw(
    request: HttpRequest, entity: Entity, root: Node, actor: Actor, state: str, mode: str, *, whole: bool = False,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    labels = Labels(actor)
    leaves = list(_leaves(root))
    labels.learn(_ids(entity, leaves, actor))
    for leaf in leaves:
        leaf.shown = row_of(entity, leaf, actor, labels)
    context = {
        "entity": entity, "root": root, "state": state, "mode": mode, "tree_url": entity_url(entity, "filter_tree"),
        "own": [(f.name, str(f.label)) for f in entity.filter_fields], "related": related_choices(entity, actor),
        "joins": [
            ("and", _("all of these")), ("or", _("any of these")), ("none", _("none of these")),
            ("not", _("not all of these")),
        ],
    }  # fmt: skip
    template = "crm/tree_drawer.html" if whole else "crm/tree_form.html"
    return render(request, template, context, status=status)


def related_choices(entity: Entity, actor: Actor) -> list[tuple[str, list[tuple[str, str]]]]:
    """Fields one relation away, by relation, of what the actor may see."""
    found = []
    for relation in entity.filter_fields:
        if relation.kind != "relation":
            continue
        try:
            target = related_entity(relation, actor)
        except BadValue:
            continue
        found.append((str(relation.label), [(f"{relation.name}.{f.name}", str(f.label)) for f in target.filter_fields]))
    return found


def _leaves(node: Node) -> Sequence[Node]:
    return [leaf for part in node.parts for leaf in _leaves(part)] if node.join else [node]


def _field(entity: Entity, leaf: Node, actor: Actor) -> Field | None:
    try:
        return field_at(entity, leaf.path, actor) if leaf.path else None
    except BadValue:
        return None


def _ids(entity: Entity, leaves: Sequence[Node], actor: Actor) -> dict[str, set[UUID]]:
    wanted: dict[str, set[UUID]] = {}
    for leaf in leaves:
        one = _field(entity, leaf, actor)
        if one is None or one.kind != "relation":
            continue
        for value in leaf.values:
            try:
                wanted.setdefault(one.target, set()).add(UUID(value))
            except ValueError:
                continue
    return wanted


def row_of(entity: Entity, leaf: Node, actor: Actor, labels: Labels) -> dict[str, Any]:
    """What one row's controls show."""
    one = _field(entity, leaf, actor)
    if one is None:
        return {"field": None}
    ops = ops_of(one)
    leaf.op = leaf.op if leaf.op in dict(ops) else ops[0][0]
    first = leaf.values[0] if leaf.values else ""
    shown: dict[str, Any] = {
        "field": one, "label": path_label(entity, leaf.path), "ops": ops, "shape": _shape(one, leaf.op), "first": first,
    }  # fmt: skip
    if one.kind in ("choice", "multichoice"):
        shown["options"] = [(key, label, key in leaf.values) for key, label in one.choices]
    elif one.kind == "relation":
        shown["options"] = _relation_options(one, leaf, labels)
        shown["lookup_url"] = reverse("crm:lookup", args=[one.target])
    elif leaf.op == "when":
        shown |= _period_row(first)
    return shown


def _relation_options(one: Field, leaf: Node, labels: Labels) -> list[tuple[str, str, bool]]:
    fixed = {"user": ((ME, _("Me")), (MY_TEAM, _("My team"))), "team": ((MY_TEAM, _("My team")),)}.get(one.target, ())
    found = [(key, str(word), key in leaf.values) for key, word in fixed]
    for value in leaf.values:
        if value in (ME, MY_TEAM):
            continue
        try:
            name = labels.get(one.target, UUID(value))
        except ValueError:
            continue
        found.append((value, name or _("(not visible to you)"), True))
    return found


def _period_row(text: str) -> dict[str, Any]:
    name, _sep, calendar = text.partition(":")
    number = "".join(c for c in name if c.isdigit())
    counted = name.replace(number, "N", 1) if number else ""
    is_fixed = name in dict(periods())
    return {
        "periods": [*periods(), *((key, str(words).replace("{n}", "…")) for key, (words, _make) in COUNTED.items())],
        "period": name if is_fixed or counted not in COUNTED else counted, "calendar": calendar,
        "number": "" if is_fixed else number, "counted": not is_fixed and counted in COUNTED,
    }  # fmt: skip


def _shape(one: Field, op: str) -> str:
    if op == "empty":
        return "empty"
    if op == "when":
        return "period"
    if one.kind in ("choice", "multichoice", "relation"):
        return "many"
    return {"bool": "bool", "date": "date", "datetime": "date"}.get(one.kind, "number" if one.numeric else "text")


def ops_of(one: Field) -> list[tuple[str, str]]:
    """The ways to ask of a field, in words."""
    dated = one.kind in ("date", "datetime")
    words = {
        "in": _("is"), "eq": _("is exactly") if one.textual else _("is"), "ne": _("is not"), "contains": _("contains"),
        "gte": _("from") if dated else _("at least"), "lte": _("until") if dated else _("at most"),
        "gt": _("after") if dated else _("more than"), "lt": _("before") if dated else _("less than"),
        "when": _("is in the period"), "empty": _("filled or empty"),
    }  # fmt: skip
    possible = [op for op in operators_for(one) if not (one.textual and op == "in")]
    if dated:
        possible = ["when", *(op for op in possible if op != "when")]
    return [(op, words[op]) for op in possible]
