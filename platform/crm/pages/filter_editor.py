"""The form in which one field's filter is made: read from the address, written back to it."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseLocation

from crm.pages.filters import ME, read_filters, relation_ids
from crm.pages.labels import Labels
from crm.pages.links import actor_of, entity_url
from crm.pages.periods import periods
from crm.pages.state import State, from_query
from crm.pages.views_store import MODES
from kernel.errors import Invalid, NotFound
from kernel.query import operators_for, parse_filters
from kernel.registry import Entity, Field

_SHAPES = {
    "choice": "many", "relation": "many", "bool": "bool", "date": "date", "datetime": "date",
    "integer": "range", "decimal": "range", "money": "range", "percent": "range", "rating": "range",
    "multichoice": "many", "address": "words", "file": "words",
}  # fmt: skip


def shape_of(field: Field) -> str:
    """Which editor serves a field: text, words (held in it), many (of a list), bool, range or date."""
    return _SHAPES.get(field.kind, "text")


def filter_form(request: HttpRequest, *, entity: Entity) -> HttpResponse:
    """What the filter popover holds: the fields to choose from, or one field's editor.

    The rest of the address travels along in `state`.
    """
    state = from_query(entity, request.GET.get("state", ""))
    name = request.GET.get("field", "")
    if name:
        if name not in {f.name for f in entity.filter_fields}:
            raise NotFound()
        return render(request, "crm/filter_form.html", _context(request, entity, entity.field(name), state))
    context = {
        "filter_fields": entity.filter_fields, "filter_url": entity_url(entity, "filter"), "state": state.query(),
        "tree_url": entity_url(entity, "filter_tree"),
        "mode": request.GET.get("mode", "list"), "active": {key.partition("__")[0] for key in state.filters},
    }  # fmt: skip
    return render(request, "crm/filter_form.html", context)


def _context(request: HttpRequest, entity: Entity, field: Field, state: State, error: str = "") -> dict[str, Any]:
    own = state.of_field(field.name)
    labels = Labels(actor_of(request))
    reading = read_filters(entity, State(filters=own))
    labels.learn(relation_ids(entity, reading.filters))
    chosen = [v for key, values in own.items() if not key.endswith(("__empty", "__when")) for v in values]
    picked = [v for value in chosen for v in value.split(",")]
    options = [(key, label, key in picked, field.colour_of.get(key, "")) for key, label in field.choices]
    if field.kind == "relation":
        ids = relation_ids(entity, reading.filters).get(field.target, set())
        names = {str(pk): labels.get(field.target, pk) for pk in ids}
        options = [(pk, name or _("(not visible to you)"), True, "") for pk, name in names.items()]
    op = next((key.partition("__")[2] for key in own if "__" in key), "contains")
    first = {key.partition("__")[2]: values[0] for key, values in own.items()}
    return {
        "entity": entity, "field": field, "shape": shape_of(field), "state": state.query(), "error": error,
        "apply_url": entity_url(entity, "filter_apply"), "mode": request.GET.get("mode", "list"),
        "options": options, "mine": ME in picked, "op": op, "text": chosen[0] if chosen else "",
        "low": first.get("gte", ""), "high": first.get("lte", ""), "when": first.get("when", ""),
        "periods": periods(), "empty": first.get("empty", ""), "bool": first.get("", ""),
        "ops": [("contains", _("contains")), ("eq", _("is exactly")), ("ne", _("is not"))],
        "yes_no": [("1", _("Yes")), ("0", _("No"))], "may_be_empty": "empty" in operators_for(field),
        "filter_url": entity_url(entity, "filter"),
        "lookup_url": reverse("crm:lookup", args=[field.target]) if field.kind == "relation" else "",
    }  # fmt: skip


def filter_apply(request: HttpRequest, *, entity: Entity) -> HttpResponse:
    """Work out the new address and go there; what cannot be read stays in the editor with the reason."""
    field = entity.all_fields.get(request.GET.get("field", ""))
    if field is None:
        raise NotFound()
    state = from_query(entity, request.GET.get("state", ""))
    params = params_from(field, request.GET)
    changed = state.with_filter(field.name, params)
    try:
        parse_filters(entity, params)
    except Invalid as error:
        reasons = " ".join(str(p) for problems in error.problems.values() for p in problems)
        context = _context(request, entity, field, changed, reasons)
        return render(request, "crm/filter_form.html", context, status=422)
    wish = request.GET.get("mode", "list")
    mode = wish if wish in MODES else "list"
    address = entity_url(entity, mode, query=changed.query())
    if request.headers.get("HX-Request") == "true":
        return HttpResponseLocation(address, target="#list", swap="outerHTML")
    return redirect(address)


def params_from(field: Field, form: QueryDict | Mapping[str, Any]) -> dict[str, list[str]]:
    """What the editor's controls say, as parameters of the address."""
    get = form.get
    name = field.name
    if empty := str(get("empty") or ""):
        return {f"{name}__empty": [empty]}
    match shape_of(field):
        case "many":
            values = form.getlist("value") if isinstance(form, QueryDict) else list(get("value") or [])
            picked = [v for v in dict.fromkeys(values) if v]
            return {name: picked} if picked else {}
        case "range" | "date":
            if when := str(get("when") or ""):
                return {f"{name}__when": [when]}
            bounds = {f"{name}__gte": get("low"), f"{name}__lte": get("high")}
            return {key: [str(value)] for key, value in bounds.items() if value}
        case "bool":
            return {name: [str(get("value"))]} if get("value") else {}
        case _:
            text, op = str(get("value") or "").strip(), str(get("op") or "contains")
            return {f"{name}__{op}": [text]} if text else {}
