"""The provider's console: who our customers are and whether everything is well."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from frontend.views.access import signed_in
from kernel.registry import registry
from tenants import health, releases
from tenants.models import Organization, SpareSchema
from tenants.selectors import health_of_every_schema
from tenants.states import State

_PAGE = 50
View = Callable[..., HttpResponse]


def operator(view: View) -> View:
    """Operators are the people of the public schema; on any other host this page is not there."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.tenant.is_public:
            raise Http404
        return view(request, *args, **kwargs)

    return signed_in(guarded)


@operator
@require_GET
def organizations(request: HttpRequest) -> HttpResponse:
    found = Organization.objects.order_by("-created_at", "-id")
    text = request.GET.get("q", "").strip()
    if text:
        found = found.filter(name__icontains=text) | found.filter(subdomain__icontains=text)
    state = request.GET.get("state", "")
    if state in State.values:
        found = found.filter(state=state)
    start = int(request.GET["from"]) if request.GET.get("from", "").isdecimal() else 0
    page = list(found[start : start + _PAGE + 1])
    labels = {module.name: module.label for module in registry.modules}
    rows = [
        {"one": one, "engines": [labels.get(name, name) for name in one.engines], "behind": releases.is_behind(one)}
        for one in page[:_PAGE]
    ]
    context = {
        "rows": rows, "counts": _counts(), "total": found.count(), "q": text, "state": state, "states": State.choices,
        "next": start + _PAGE if len(page) > _PAGE else None, "previous": max(0, start - _PAGE) if start else None,
    }  # fmt: skip
    return render(request, "tenants/console/organizations.html", context)


def _counts() -> list[dict[str, Any]]:
    """How many organizations in each state that somebody is in, for the bars; as links to the list of them."""
    numbers = dict(Organization.objects.values_list("state").annotate(Count("pk")))
    total = sum(numbers.values())
    return [
        {"key": key, "label": label, "number": numbers[key], "total": total}
        for key, label in State.choices
        if key in numbers
    ]


@operator
@require_GET
def system_health(request: HttpRequest) -> HttpResponse:
    every = health_of_every_schema()
    names = {one.schema_name: one for one in Organization.objects.filter(schema_name__in=every)}
    troubled = [
        {"one": names[schema], **counts} for schema, counts in every.items() if counts["dead"] or counts["failed"]
    ]
    sums = {key: sum(counts[key] for counts in every.values()) for key in ("dead", "waiting", "failed", "open")}
    age = health.queue_age()
    context = {
        "sums": sums, "troubled": troubled, "organizations": len(every), "behind": len(releases.behind()),
        "spare": SpareSchema.objects.count(), "queue_age": None if age is None else round(age),
        "queue_ok": age is not None and age < health.STALE_SECONDS, "release": releases.release_version()[:12],
        "prepared": releases.is_prepared(),
    }  # fmt: skip
    return render(request, "tenants/console/health.html", context)
