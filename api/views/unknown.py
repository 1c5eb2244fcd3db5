"""Whatever else is asked for under /api/."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt

from api.access import declare
from api.errors import problem


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponseBase:
    """A problem document, or the way to the address with its slash (308 keeps method and body)."""
    if not request.path.endswith("/"):
        target = f"{request.path}/"
        if resolve(target).url_name != "api-unknown":
            query = request.META.get("QUERY_STRING", "")
            response = HttpResponse(status=308)
            response["Location"] = f"{target}?{query}" if query else target
            return response
    return problem(request, Http404())


declare(unknown, "public")
