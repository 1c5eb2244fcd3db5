"""The door in front of every address of the API: the workspace, the engine, and headers that all answers carry."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver
from django.utils import translation
from django.utils.cache import patch_vary_headers

from api.errors import problem
from api.throttling import stamp
from kernel.context import door, get_door, get_tenant
from kernel.registry import registry

Callback = Callable[..., HttpResponseBase]


def is_on(engine: str) -> bool:
    """Whether an engine's addresses exist here. "" is the API's own: it needs a workspace only."""
    tenant = get_tenant()
    if tenant is None or tenant.is_public:
        return False
    return not engine or engine in tenant.engines or engine in registry.always_on()


def speak(request: HttpRequest) -> None:
    """A program says by a header which language it wants. Whoever is signed in in a browser has said so before."""
    if "Accept-Language" in request.headers:
        translation.activate(translation.get_language_from_request(request))


def gated(callback: Callback, engine: str) -> Callback:
    """A view that is not there while its engine is off, whoever asks and by whatever method."""

    @wraps(callback)
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        here = get_door()
        with door("api", ip=here.ip, request_id=here.request_id):
            if getattr(request, "actor", None) is None:
                speak(request)
            if not is_on(engine):
                return problem(request, Http404())
            response = callback(request, *args, **kwargs)
            response["Content-Language"] = translation.get_language() or "en"
        stamp(request, response)
        patch_vary_headers(response, ("Authorization", "Cookie", "Accept-Language"))
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-cache"
        return response

    view.peyvand_engine = engine  # type: ignore[attr-defined]  # read by the schema generator
    if not hasattr(view, "peyvand_access"):
        view.peyvand_access = "api"  # type: ignore[attr-defined]  # DRF's permission classes decide
    return view


def mount(patterns: Iterable[URLPattern | URLResolver], engine: str) -> list[URLPattern | URLResolver]:
    """Put the door in front of every view of an engine's `api_urls`, nested ones too."""
    mounted: list[URLPattern | URLResolver] = []
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            view = gated(pattern.callback, engine)
            mounted.append(URLPattern(pattern.pattern, view, pattern.default_args, pattern.name))
        else:
            inner = mount(pattern.url_patterns, engine)
            mounted.append(
                URLResolver(pattern.pattern, inner, pattern.default_kwargs, pattern.app_name, pattern.namespace)
            )
    return mounted
