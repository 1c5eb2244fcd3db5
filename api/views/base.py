"""What all views of the API share: the actor, the caller's language, limits for strangers, kept answers."""

from typing import Any

from django.http import HttpResponse
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.access import actor_of
from api.gate import speak
from api.idempotency import Keeper, begin
from kernel.access import Actor


class ApiView(APIView):
    """A view of an engine's `api_urls` starts from this one."""

    #: Keep what a POST with an Idempotency-Key answered. Not for answers that hold a secret.
    keeps_answers = False
    _keeper: Keeper | None = None

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        try:
            super().initial(request, *args, **kwargs)
        except APIException as refused:
            # DRF counts after it has let somebody in; those it turns away are to be counted as well.
            if refused.status_code in (401, 403) and not hasattr(request._request, "peyvand_quotas"):
                request._not_authenticated()  # type: ignore[attr-defined]  # DRF has it, its stubs do not
                self.check_throttles(request)
            raise
        if request.auth is not None:
            speak(request._request)  # authentication chose the language of the token's owner
        if self.keeps_answers and request.method == "POST":
            self._keeper = begin(request, self.actor.user_id)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        keeper, self._keeper = self._keeper, None
        if keeper and isinstance(final, Response):
            final.add_post_render_callback(keeper.keep)
        elif keeper and isinstance(final, HttpResponse):
            keeper.keep(final)
        return final

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return Response(status=204, headers={"Allow": ", ".join(self.allowed_methods)})
