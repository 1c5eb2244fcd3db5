"""Who may open a view. Every view of ours says so by one of these; a test walks the URL map and refuses the rest."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver

from kernel.access import require
from kernel.context import require_tenant

View = TypeVar("View", bound=Callable[..., Any])


def _marked(view: Any, access: str) -> Any:
    view.peyvand_access = access
    return view


def public(view: View) -> View:
    """Anybody may open it, signed in or not."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return view(request, *args, **kwargs)

    result: View = _marked(guarded, "public")
    return result


def signed_in(view: View) -> View:
    """Anybody who is signed in; what they may see is decided inside, by the predicate."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if getattr(request, "actor", None) is None:
            return to_sign_in(request)
        return view(request, *args, **kwargs)

    result: View = _marked(guarded, "signed_in")
    return result


def permission(code: str) -> Callable[[View], View]:
    """Whoever holds this permission at any level."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            actor = getattr(request, "actor", None)
            if actor is None:
                return to_sign_in(request)
            require(actor, code)
            return view(request, *args, **kwargs)

        result: View = _marked(guarded, code)
        return result

    return decorate


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send to the sign-in page and back again afterwards; htmx is told to leave the page as a whole."""
    back = request.get_full_path() if request.method == "GET" else "/"
    if request.headers.get("HX-Request") == "true":
        back = request.headers.get("HX-Current-URL", "/")
        response = HttpResponse(status=401)
        response["HX-Redirect"] = f"{settings.LOGIN_URL}?next={quote(_path(back))}"
        return response
    return HttpResponseRedirect(f"{settings.LOGIN_URL}?next={quote(back)}")


def _path(url: str) -> str:
    """The path of an address of ours; foreign hosts are dropped."""
    _scheme, _sep, rest = url.partition("://")
    return "/" + rest.partition("/")[2] if rest else url


def engine_on(name: str) -> Callable[[View], View]:
    """404 unless the workspace has this engine on."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if name not in require_tenant().engines:
                raise Http404
            return view(request, *args, **kwargs)

        result: View = _marked(guarded, getattr(view, "peyvand_access", ""))
        result.peyvand_engine = name  # type: ignore[attr-defined] # read by the test that walks the URL map
        return result

    return decorate


def guard_engine(name: str, patterns: Sequence[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """Put every view of these patterns behind the engine's switch; nothing is mounted open by mistake."""
    guarded: list[URLPattern | URLResolver] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = guard_engine(name, pattern.url_patterns)
            pattern.__dict__["url_patterns"] = inner
            guarded.append(pattern)
        else:
            guarded.append(
                URLPattern(pattern.pattern, engine_on(name)(pattern.callback), pattern.default_args, pattern.name)
            )
    return guarded
