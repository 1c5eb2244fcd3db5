"""Settings › Objects: kinds of records of the organization's own, in one short form each."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from crm.customization import objects
from crm.customization.checking import LANGUAGES
from crm.customization.labels import spoken
from crm.customization.services import MANAGE
from crm.customization.views.fields import after
from crm.customization.views.reading import words_from
from crm.models import CustomObject
from crm.pages.links import actor_of
from crm.pages.undo import told
from frontend.views.access import permission
from kernel.errors import Invalid
from kernel.registry import Entity, UnknownName, registry

AUDIENCES: Final = (
    ("everyone", gettext_lazy("Everyone: all see all records, members change their own")),
    ("own", gettext_lazy("Everyone, but members see only their own records")),
    ("managers", gettext_lazy("Managers only")),
    ("admins", gettext_lazy("Administrators only")),
)


@permission(MANAGE)
def listed(request: HttpRequest) -> HttpResponse:
    rows = list(CustomObject.objects.filter(deleted_at=None).order_by("position", "created_at"))
    there = [(row, entity) for row in rows if row.deactivated_at is None and (entity := _entity(row.name))]
    names = {row.name for row, _entity in there}
    context = {
        "tab": "objects", "objects": [pair for pair in there if not pair[0].is_link],
        "links": [pair for pair in there if pair[0].is_link], "away": [row for row in rows if row.name not in names],
    }  # fmt: skip
    return render(request, "crm/customization/objects.html", context)


def _entity(name: str) -> Entity | None:
    try:
        return registry.entity(name)
    except UnknownName:
        return None


def said_from(request: HttpRequest) -> dict[str, Any]:
    post = request.POST
    words = {key: words_from(post, key) for key in ("label", "label_plural", "title_label", "help")}
    return {**words, "icon": post.get("icon", ""), "in_navigation": "in_navigation" in post}


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Two labels are enough; everything else has an answer already."""
    if request.method != "POST":
        return _form(request, {"title_label": {}, "icon": "box", "in_navigation": True})
    said, post = said_from(request), request.POST
    try:
        made = objects.define_object(
            actor=actor_of(request), name=post.get("name", "").strip(), open_to=post.get("open_to", "everyone"), **said
        )
    except Invalid as error:
        return _form(request, said, error, status=422)
    messages.success(request, _("“%s” is there now. Give it the fields that its records shall have.") % _spoken(made))
    return redirect("crm:fields", entity=made.name)


def _spoken(one: CustomObject) -> str:
    return str(spoken(one.label_plural, one.name))


def _form(
    request: HttpRequest, said: dict[str, Any], error: Invalid | None = None, *, one: CustomObject | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    problems = {name: " ".join(map(str, several)) for name, several in (error.problems if error else {}).items()}
    placed = {*said, "name", "open_to"}
    context = {
        "tab": "objects", "said": said, "problems": problems, "one": one, "icons": objects.ICONS,
        "audiences": AUDIENCES, "open_to": request.POST.get("open_to", "everyone"),
        "name": request.POST.get("name", ""), "loose": [text for name, text in problems.items() if name not in placed],
        "links": objects.links_of(one) if one else (),
        "count": objects.count_records([one, *objects.links_of(one)]) if one else 0,
        "entity": _entity(one.name) if one else None,
    }  # fmt: skip
    return render(request, "crm/customization/object.html", context, status=status)


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, name: str) -> HttpResponse:
    actor = actor_of(request)
    one = objects.get_object(name, actor=actor)
    if request.method != "POST":
        return _form(request, {key: getattr(one, key) for key in objects.CHANGEABLE}, one=one)
    said = said_from(request)
    if one.is_link:
        del said["title_label"]
    try:
        objects.change_object(one.pk, actor=actor, **said)
    except Invalid as error:
        return _form(request, said, error, one=one, status=422)
    messages.success(request, _("Saved"))
    return redirect("crm:objects")


@permission(MANAGE)
@require_POST
def state(request: HttpRequest, name: str) -> HttpResponse:
    """Put it away or bring it back; either is undone by the other."""
    actor, here = actor_of(request), reverse("crm:object_state", args=[name])
    if (request.POST.get("act") or request.GET.get("act")) == "restore":
        one = objects.restore_object(name, actor=actor)
        said, back = _("“%s” is back, with all records."), "deactivate"
    else:
        one = objects.deactivate_object(name, actor=actor)
        said, back = _("“%s” is put away. Its records are kept."), "restore"
    messages.success(request, said % _spoken(one), extra_tags=f"undo:{here}?act={back}")
    return after(request, reverse("crm:objects"))


@permission(MANAGE)
@require_POST
def delete(request: HttpRequest, name: str) -> HttpResponse:
    actor = actor_of(request)
    one = objects.get_object(name, actor=actor)
    try:
        objects.delete_object(one.pk, actor=actor, typed=request.POST.get("typed", ""))
    except Invalid as error:
        messages.error(request, " ".join(str(p) for several in error.problems.values() for p in several))
        return redirect("crm:object_edit", name=one.name)
    messages.success(request, _("“%s” is deleted. Its records are removed in the background.") % _spoken(one))
    return redirect("crm:objects")


@permission(MANAGE)
@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """In the order in which they were dragged."""
    objects.order_objects(request.POST.getlist("item"), actor=actor_of(request))
    return told(_("Saved"))


@permission(MANAGE)
def suggested(request: HttpRequest) -> HttpResponse:
    """The key that a label suggests, while it is typed."""
    label = {language: request.GET.get(f"label_{language}", "")[:80] for language in LANGUAGES}
    name = objects.suggested_keys(label, {})[0] if any(label.values()) else ""
    return HttpResponse(name, content_type="text/plain; charset=utf-8")
