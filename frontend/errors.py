"""Error pages: drawn with the least, because anything may be what failed."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils.translation import get_language_from_request

from frontend.context import THEME_COOKIE, THEMES


def error_page(request: HttpRequest, status: HTTPStatus, template: str = "") -> HttpResponse:
    """No context processor runs here: the database, the session or the tenant may be what failed."""
    lang = (getattr(request, "LANGUAGE_CODE", "") or get_language_from_request(request))[:2]
    context = {
        "lang": lang if lang in {"fa", "en"} else "",
        "data_theme": THEMES.get(request.COOKIES.get(THEME_COOKIE, ""), ""),
        "reference": getattr(request, "request_id", ""),
    }
    body = get_template(template or f"{status.value}.html").render(context)
    response = HttpResponse(body, status=status)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = "10"
    return response
