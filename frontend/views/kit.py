"""The living style guide: every part in every state, and answers for the islands on it. For development and tests."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from frontend import samples
from frontend.context import THEME_COOKIE, THEMES
from frontend.views.access import public
from frontend.views.errors import render_error

PAGES: Final = {"kit", "list", "board", "auth", "settings", "console", "landing"}
SHORTEST_NAME: Final = 3


@public
@require_http_methods(["GET", "POST"])
def kit(request: HttpRequest) -> HttpResponseBase:
    part = request.GET.get("part", "")
    if part:
        return answer(request, part)
    page = request.GET.get("page", "kit")
    if page.isdigit():
        return render_error(request, int(page))
    if page not in PAGES:
        raise Http404
    if page == "kit" and "toast" in request.GET:
        messages.success(
            request,
            samples.say("۳ حساب به سارا ارجاع شد", "3 accounts given to Sara"),
            extra_tags="undo:/kit/?part=undo",
        )
    template = "frontend/landing.html" if page == "landing" else f"frontend/kit/{page}.html"
    return render(request, template, context(request, page))


def context(request: HttpRequest, page: str) -> dict[str, Any]:
    code = (get_language() or "en")[:2]
    theme = request.COOKIES.get(THEME_COOKIE, "")
    found: dict[str, Any] = {
        "shell": samples.sample_shell(page, theme if theme in THEMES else "system", code),
        "firms": samples.firms(),
        "lanes": samples.lanes(),
        "engines": samples.engines(),
        "plans": [],
        "fa": code == "fa",
        "total": sum(firm["value"] for firm in samples.firms()),
        "owners": [("1", samples.say("مینا رستمی", "Mina Rostami")), ("2", samples.say("نیما کاظمی", "Nima Kazemi"))],
        "steps": [_("File"), _("Mapping"), _("Preview"), _("Import")],
    }
    return {**found, "settings_nav": samples.settings_nav()} if page == "settings" else found


def answer(request: HttpRequest, part: str) -> HttpResponseBase:
    """What a server would say to an island."""
    name = request.POST.get("name", "")
    wanted = request.GET.get("q", "").lower()
    found = [firm for firm in samples.firms() if wanted in firm["name"].lower()]
    if part == "people":
        return JsonResponse(
            {"results": [{"id": firm["id"], "label": firm["name"], "detail": firm["owner"]} for firm in found]}
        )
    if part == "palette":
        return render(request, "frontend/kit/palette.html", {"found": found})
    if part == "move":
        refused = request.POST.get("lane") == "3"
        return (
            JsonResponse({"detail": _("Write the close reason first")}, status=422)
            if refused
            else HttpResponse(status=204)
        )
    if part == "cell" and request.method == "GET":
        return HttpResponse(
            format_html('<form action="?part=cell"><input name="name" value="{}"></form>', request.GET.get("value", ""))
        )
    if part == "cell" and len(name) < SHORTEST_NAME:
        return HttpResponse(format_html('<p class="err">{}</p>', _("Write at least 3 letters")), status=422)
    return HttpResponse(format_html("<bdi>{}</bdi>", name))
