from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.access import records_visible_to, require


class DueMachines(APIView):
    peyvand_access = "machines.service.plan"

    def get(self, request: Request) -> Response:
        """Names of the machines whose service is due."""
        actor: Any = request._request.actor  # type: ignore[attr-defined] # set by the middleware
        require(actor, self.peyvand_access)
        due = records_visible_to(actor, "machine").filter(next_service_on__lte=timezone.localdate())
        return Response({"results": [{"id": str(m.pk), "name": m.name} for m in due.order_by("name")]})
