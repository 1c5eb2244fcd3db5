"""The reference for people, drawn from the same OpenAPI document that programs read. No script, no third party."""

import json
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from rest_framework.exceptions import APIException
from rest_framework.views import APIView

from api.access import declare, words_for
from api.errors import TITLES, problem
from api.gate import speak
from api.schema.generator import document_of, only_what_is_told
from kernel.access import Actor
from kernel.asides import asides_of
from kernel.registry import Entity, UnknownName, registry

_ORDER = ("get", "post", "patch", "delete")


def _shared(request: HttpRequest, schema: dict[str, Any]) -> dict[str, Any]:
    inside = isinstance(getattr(request, "actor", None), Actor)
    tags = dict.fromkeys(op["tags"][0] for _path, _method, op in _operations(schema))
    return {
        "layout": "layouts/app.html" if inside else "layouts/public.html",
        "base": request.build_absolute_uri("/").rstrip("/"),
        "sections": [
            {"tag": tag, "label": _label(tag), "url": reverse("api-docs-section", args=[tag])} for tag in tags
        ],
    }


def _operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in schema["paths"].items():
        for method in _ORDER:
            if method in methods:
                yield path, method, methods[method]


def _label(tag: str) -> str:
    entity = _entity(tag)
    return str(entity.label_plural) if entity else tag


def _entity(tag: str) -> Entity | None:
    try:
        return registry.by_plural(tag)
    except UnknownName:
        return None


def for_caller(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Whoever asks with a token sees what its owner sees, as in a browser."""

    @wraps(view)
    def known(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if getattr(request, "actor", None) is None and "Authorization" in request.headers:
            caller = APIView().initialize_request(request)
            try:
                caller.user  # noqa: B018 — asking for it signs in by the token
            except APIException as refused:
                return problem(request, refused)
            speak(request)  # authentication chose the language of the token's owner
        return view(request, *args, **kwargs)

    return known


@require_safe
@for_caller
def overview(request: HttpRequest) -> HttpResponse:
    """How to call: tokens, lists, errors, limits; and what there is."""
    problems = [{"code": code, "title": title} for code, title in TITLES.items()]
    with words_for(request):
        with only_what_is_told(request) as told:
            context = {**_shared(request, document_of(request, told)), "problems": problems}
        return render(request, "api/overview.html", context)


@require_safe
@for_caller
def section(request: HttpRequest, tag: str) -> HttpResponse:
    """One entity's operations and fields, or the operations of one hand-written part."""
    with words_for(request):
        with only_what_is_told(request) as told:
            context = _section(request, tag, document_of(request, told))
        return render(request, "api/section.html", context)


def _section(request: HttpRequest, tag: str, schema: dict[str, Any]) -> dict[str, Any]:
    shared = _shared(request, schema)
    if tag not in {part["tag"] for part in shared["sections"]}:
        raise Http404
    entity = _entity(tag)
    found = [(path, method, op) for path, method, op in _operations(schema) if op["tags"][0] == tag]
    return {
        **shared, "tag": tag, "label": _label(tag), "entity": entity,
        "fields": [*entity.all_fields.values(), *asides_of(entity).values()] if entity else [],
        "operations": [_operation(shared["base"], path, method, op) for path, method, op in found],
    }  # fmt: skip


def _operation(base: str, path: str, method: str, op: dict[str, Any]) -> dict[str, Any]:
    content = op.get("requestBody", {}).get("content", {}).get("application/json", {})
    example = next((e.get("value") for e in content.get("examples", {}).values()), None)
    return {
        "id": op["operationId"], "method": method.upper(), "path": path, "summary": op.get("summary", ""),
        "description": op.get("description", ""),
        "parameters": [p for p in op.get("parameters", []) if p.get("in") == "query"],
        "statuses": list(op["responses"]), "curl": _curl(base, path, method, example, bool(content)),
    }  # fmt: skip


def _curl(base: str, path: str, method: str, example: Any, has_body: bool) -> str:
    address = f"{base}{path.replace('{id}', '$ID')}"
    lines = [f'curl -X {method.upper()} "{address}"', '  -H "Authorization: Bearer $TOKEN"']
    if has_body:
        body = json.dumps(example if example is not None else {}, ensure_ascii=False).replace("'", "'\\''")
        lines += ['  -H "Content-Type: application/json"', f"  -d '{body}'"]
    return " \\\n".join(lines)


declare(overview, "public")
declare(section, "public")
