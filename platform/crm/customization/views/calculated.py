"""Settings › Fields and forms: formula and roll-up fields, written with a preview beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.customization import derived, kinds, services
from crm.customization.filling import job_of, resume_filling, stop_filling
from crm.customization.preview import Preview, preview_formula, vocabulary
from crm.customization.rest.shapes import GIVES
from crm.customization.rollup_preview import preview_rollup
from crm.customization.rollups import HOW, MOST_PLACES, measures_of, relations_to, sees_all, ticks_of
from crm.customization.services import MANAGE
from crm.customization.views.reading import words_from
from crm.models import CustomField
from crm.pages.explaining import HOWS, conditions_words, formula_words, may_know, reads_of, rollup_words
from crm.pages.links import actor_of
from frontend.views.access import permission
from kernel.access import Actor, entity_for
from kernel.errors import Invalid, NotFound
from kernel.formula import place_of
from kernel.formula.lexer import MAX_LENGTH
from kernel.registry import Entity

#: What goes back to the page of a formula that is far too long.
_MOST = 2 * MAX_LENGTH
_FILTER = "f."
Said = dict[str, Any]


def entity_or_404(name: str) -> Entity:
    try:
        return services.entity_named(name)
    except Invalid:
        raise NotFound() from None


def new_calculated(request: HttpRequest, entity: Entity, kind: kinds.FieldKind) -> HttpResponse:
    """Make a field of either kind."""
    if request.method != "POST" or request.POST.get("act") == "look":
        said = _said(request.POST, kind) if request.method == "POST" else {**_said(QueryDict(), kind), "indexed": True}
        return _form(request, entity, kind, said)
    actor, said = actor_of(request), _said(request.POST, kind)
    name = request.POST.get("name", "").strip()
    where = {"actor": actor, "entity": entity.name, "name": name, "label": said["label"], "help": said["help"]}
    try:
        where |= {"indexed": said["indexed"], "places": _places(said)}
        if kind.key == "formula":
            made = derived.define_formula(**where, source=said["source"], kind=said["gives"])
        else:
            made = derived.define_rollup(**where, **_parts(said))
    except Invalid as error:
        return _form(request, entity, kind, said, error)
    messages.success(request, _("The field “%s” is there now. Its values are being calculated.") % _spoken(made))
    return redirect("crm:field_edit", entity=entity.name, pk=made.pk)


def edit_calculated(request: HttpRequest, entity: Entity, field: CustomField) -> HttpResponse:
    """What it is called, and from what it is calculated; the kind of its values stays."""
    kind, actor = services.kind_of(field), actor_of(request)
    said = said_of(field)
    if request.method != "POST":
        return _form(request, entity, kind, said, field=field)
    typed = _said(request.POST, kind)
    said = {**typed, **{name: said[name] for name in ("pair", "gives")}}
    if request.POST.get("act") == "look":
        return _form(request, entity, kind, said, field=field)
    try:
        _change(field, said, actor=actor)
    except Invalid as error:
        return _form(request, entity, kind, said, error, field=field)
    messages.success(request, _("Saved"))
    return redirect("crm:field_edit", entity=entity.name, pk=field.pk)


@transaction.atomic
def _change(field: CustomField, said: Said, *, actor: Actor) -> None:
    words = {name: said[name] for name in ("label", "help")}
    services.change_field(field.pk, actor=actor, **words, options={"indexed": said["indexed"]})
    if field.state != CustomField.State.ACTIVE or not _knows(actor, field):
        return
    where: dict[str, Any] = {"actor": actor, "entity": field.entity, "name": field.name, "places": _places(said)}
    if services.kind_of(field).key == "formula":
        derived.change_formula(**where, source=said["source"])
        return
    parts = _parts(said)
    derived.change_rollup(**where, how=parts["how"], of=parts["of"], filters=parts["filters"])


def _knows(actor: Actor, field: CustomField) -> bool:
    """Whether the actor may read what it is calculated from; who may not keeps their hands off the formula."""
    entity = services.entity_named(field.entity)
    spec = entity.all_fields.get(field.name)
    if spec is None:
        return True
    others = {name for name, _field in reads_of(entity, spec)} - {entity.name}
    return may_know(actor, entity, spec) and all(sees_all(actor, name) for name in others)


def _spoken(field: CustomField) -> str:
    return str(services.registry_field(field).label)


# ── from the form and back ──
def _said(post: QueryDict, kind: kinds.FieldKind) -> Said:
    said: Said = {
        "label": words_from(post, "label"), "help": words_from(post, "help"), "indexed": "indexed" in post,
        "places": post.get("places", "").strip(),
    }  # fmt: skip
    if kind.key == "formula":
        source = post.get("source", "").replace("\r\n", "\n")
        return {**said, "source": source, "gives": post.get("gives", "") if post.get("gives") in GIVES else ""}
    filters = {
        key.removeprefix(_FILTER): [value for value in values if value]
        for key, values in post.lists() if key.startswith(_FILTER) and any(values)
    }  # fmt: skip
    how = post.get("how", "")
    return {**said, "pair": post.get("pair", ""), "how": how if how in HOW else "count", "of": post.get("of", ""),
            "filters": filters, "gives": ""}  # fmt: skip


def said_of(field: CustomField) -> Said:
    """What is kept, in the shape that the form gives."""
    options = field.options
    kept = options.get("rollup") or {}
    return {
        "label": field.label, "help": field.help, "indexed": options.get("indexed", True),
        "places": "" if options.get("places") is None else options["places"], "source": options.get("formula", ""),
        "gives": field.kind, "pair": f"{kept.get('child')}.{kept.get('relation')}", "how": kept.get("how", "count"),
        "of": kept.get("of", ""), "filters": kept.get("filters", {}),
    }  # fmt: skip


def _places(said: Said) -> int | None:
    text = str(said["places"])
    if not text:
        return None
    if not text.isdecimal() or len(text) > 3:
        raise Invalid.one("places", "range", _("Decimals are a number from 0 to 10."))
    return int(text)


def _parts(said: Said) -> dict[str, Any]:
    child, _dot, relation = str(said["pair"]).partition(".")
    return {"child": child, "relation": relation, "how": said["how"], "of": said["of"], "filters": said["filters"]}


def _form(
    request: HttpRequest, entity: Entity, kind: kinds.FieldKind, said: Said, error: Invalid | None = None,
    *, field: CustomField | None = None,
) -> HttpResponse:  # fmt: skip
    actor, status = actor_of(request), 422 if error else 200
    problems = {name: " ".join(map(str, several)) for name, several in (error.problems if error else {}).items()}
    problems |= {"pair": problems.get("child") or problems.get("relation", "")}
    knows = field is None or _knows(actor, field)
    context: dict[str, Any] = {
        "entity": entity, "kind": kind, "said": said, "field": field, "problems": problems, "knows": knows,
        "name": request.POST.get("name", ""), "loose": [t for n, t in problems.items() if n not in _PLACED],
        "gives": services.value_kind_of(field) if field else None,
        **(_kept_context(actor, entity, field) if field else {}),
    }  # fmt: skip
    if not knows or (field is not None and field.state != CustomField.State.ACTIVE):
        context["words"] = _words(actor, entity, field, said) if field and knows else []
        return render(request, "crm/customization/calculated_away.html", context, status=status)
    if kind.key == "formula":
        said["source"] = said["source"][:_MOST]
        context |= {"words": vocabulary(actor=actor, entity=entity.name), "all_gives": _gives()}
        if said["source"] or error:
            context |= _formula_context(actor, entity, said, field.name if field else "")
        return render(request, "crm/customization/formula.html", context, status=status)
    context |= _rollup_context(actor, entity, said, field)
    return render(request, "crm/customization/rollup.html", context, status=status)


_PLACED = frozenset({
    "label", "help", "name", "indexed", "source", "kind", "places", "pair", "child", "relation", "how", "of", "filters",
})  # fmt: skip


def _gives() -> list[tuple[str, Any]]:
    return [(name, kinds.BY_KEY[name].label) for name in GIVES]


def _kept_context(actor: Actor, entity: Entity, field: CustomField) -> dict[str, Any]:
    """What an existing field's page tells beside its form."""
    return {
        "filled": services.count_filled(field), "needed": derived.needed_fields(entity.name, field.name),
        "job": job_of(entity.name) if field.state == CustomField.State.ACTIVE else None,
    }  # fmt: skip


def _words(actor: Actor, entity: Entity, field: CustomField, said: Said) -> list[Any]:
    if services.kind_of(field).key == "formula":
        return [formula_words(entity, said["source"])]
    return list(rollup_words(actor, services.registry_field(field)))


# ── previews ──
@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def try_formula(request: HttpRequest, entity: str) -> HttpResponse:
    """What a formula gives while it is written (POST), and what may be written (GET)."""
    kind, actor = entity_or_404(entity), actor_of(request)
    if request.method == "GET":
        return JsonResponse(vocabulary(actor=actor, entity=kind.name))
    said = _said(request.POST, kinds.CALCULATED["formula"])
    context = _formula_context(actor, kind, said, request.POST.get("field", ""))
    return render(request, "crm/customization/formula_try.html", context)


def _formula_context(actor: Actor, entity: Entity, said: Said, name: str) -> dict[str, Any]:
    try:
        places = _places(said)
    except Invalid:
        places = None
    shown = preview_formula(
        actor=actor, entity=entity.name, source=said["source"], kind=said["gives"], name=name,
        places=places if places is None or places <= MOST_PLACES else None,
    )  # fmt: skip
    return {"shown": shown, "issues": [(issue, place_of(shown.source, issue)) for issue in shown.issues],
            "errors": sum(issue.error for issue in shown.issues), "result": _result(shown)}  # fmt: skip


def _result(shown: Preview) -> str:
    """The kind of field that would keep the result, as people call it."""
    return str(kinds.BY_KEY[shown.kinds[0]].label) if shown.kinds else ""


@permission(MANAGE)
@require_POST
def try_rollup(request: HttpRequest, entity: str) -> HttpResponse:
    """What depends on the choices made so far: fields to add up, conditions, and the first results."""
    kind, actor = entity_or_404(entity), actor_of(request)
    said = _said(request.POST, kinds.CALCULATED["rollup"])
    context = {"entity": kind, "said": said, "problems": {}, **_rollup_context(actor, kind, said, None)}
    return render(request, "crm/customization/rollup_parts.html", context)


def _rollup_context(actor: Actor, entity: Entity, said: Said, field: CustomField | None) -> dict[str, Any]:
    pairs = [
        (f"{child.name}.{one.name}", _("%(things)s (%(relation)s)")
         % {"things": child.label_plural, "relation": one.label}, child)
        for child, one in relations_to(actor=actor, entity=entity.name)
    ]  # fmt: skip
    if not said["pair"] and pairs:
        said["pair"] = pairs[0][0]
    child = next((one for key, _label, one in pairs if key == said["pair"]), None)
    context: dict[str, Any] = {
        "pairs": [(key, label) for key, label, _child in pairs], "hows": [(how, HOWS[how]) for how in HOW],
        "fixed": next((label for key, label, _child in pairs if key == said["pair"]), "") if field else "",
    }  # fmt: skip
    if child is None:
        return context
    relation = said["pair"].partition(".")[2]
    measures = measures_of(child, said["how"]) if said["how"] != "count" else []
    ticks = ticks_of(actor, child, relation)
    held = {tick.name for tick, _values in ticks}
    others = {key: values for key, values in said["filters"].items() if key not in held}
    context |= {
        "measures": [(one.name, one.label) for one in measures],
        "ticks": [(f"{_FILTER}{tick.name}", tick, [(value, label, value in said["filters"].get(tick.name, ()))
                   for value, label in values]) for tick, values in ticks],
        "others": [(f"{_FILTER}{key}", value, words) for key, values in others.items() for value in values
                   for words in conditions_words(actor, child, {key: [value]})],
    }  # fmt: skip
    return {**context, **_rollup_samples(actor, entity, said, bool(measures))}


def _rollup_samples(actor: Actor, entity: Entity, said: Said, has_measures: bool) -> Mapping[str, Any]:
    if said["how"] != "count" and not said["of"]:
        return {"waiting": _("Choose what to calculate with.") if has_measures
                else _("These records have no field of numbers.")}  # fmt: skip
    try:
        kind, samples = preview_rollup(actor=actor, entity=entity.name, places=_places(said), **_parts(said))
    except Invalid as error:
        said_so = [str(one) for name, several in error.problems.items() if name != "places" for one in several]
        return {"refused": " ".join(said_so)}
    return {"samples": samples, "result": kinds.BY_KEY[kind].label, "parent": entity_for(actor, entity.name)}


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def filling(request: HttpRequest, entity: str) -> HttpResponse:
    """How far records are calculated; stops that, or goes on."""
    kind, actor = entity_or_404(entity), actor_of(request)
    if request.method == "POST":
        (resume_filling if request.POST.get("do") == "resume" else stop_filling)(kind.name, actor=actor)
    if request.headers.get("HX-Request") != "true":
        return redirect("crm:fields", entity=kind.name)
    return render(request, "crm/customization/filling.html", {"entity": kind, "job": job_of(kind.name)})
