"""Engines over the API: the catalogue with what is on, and the switches."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.access import SignedIn, actor_of
from kernel.context import require_tenant
from kernel.registry import registry
from tenants import catalogue
from tenants.catalogue import Offer
from tenants.models import Organization
from tenants.selectors import current_organization
from tenants.services import engines


class EngineSerializer(serializers.Serializer[Any]):
    """An engine as the OpenAPI document describes it."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of ours, not DRF's own label
    tagline = serializers.CharField()
    enabled = serializers.BooleanField()
    available = serializers.BooleanField()
    always_on = serializers.BooleanField()
    has_data = serializers.BooleanField()
    depends = serializers.ListField(child=serializers.CharField())
    price = serializers.DecimalField(max_digits=18, decimal_places=4, allow_null=True)
    currency = serializers.CharField()


class EngineListSerializer(serializers.Serializer[Any]):
    results = EngineSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()


def represent(offer: Offer, organization: Organization) -> dict[str, Any]:
    module = offer.module
    return {
        "name": module.name, "label": str(module.label), "tagline": str(module.tagline),
        "enabled": module.always_on or module.name in organization.engines, "available": module.available,
        "always_on": module.always_on, "has_data": module.always_on or module.name in organization.releases,
        "depends": list(module.depends), "price": None if offer.price is None else format(offer.price.normalize(), "f"),
        "currency": offer.currency,
    }  # fmt: skip


def _one(name: str, organization: Organization) -> dict[str, Any]:
    offers = {offer.name: offer for offer in catalogue.offers(catalogue.currency_of(require_tenant()))}
    return represent(offers[name], organization)


class EngineListView(APIView):
    permission_classes = (SignedIn,)

    @extend_schema(tags=["engines"], operation_id="engines_list", responses=EngineListSerializer)
    def get(self, request: Request) -> HttpResponse:
        """Every engine of this installation, on or off, with its price for one user and one month."""
        actor_of(request)
        organization = current_organization()
        currency = catalogue.currency_of(require_tenant())
        core = [catalogue.Offer(m, None, currency) for m in registry.modules if m.always_on]
        rows = [represent(offer, organization) for offer in (*core, *catalogue.offers(currency))]
        return Response({"results": rows, "next": None, "previous": None, "count": len(rows)})


class EnableView(APIView):
    permission_classes = (SignedIn,)

    @extend_schema(tags=["engines"], operation_id="engines_enable", request=None, responses=EngineSerializer)
    def post(self, request: Request, name: str) -> HttpResponse:
        """Switch an engine on; its tables come to exist the first time. On already: nothing changes."""
        organization = engines.enable_engine(actor=actor_of(request), name=name)
        return Response(_one(name, organization))


class DisableView(APIView):
    permission_classes = (SignedIn,)

    @extend_schema(tags=["engines"], operation_id="engines_disable", request=None, responses=EngineSerializer)
    def post(self, request: Request, name: str) -> HttpResponse:
        """Switch an engine off; its data is kept. Off already: nothing changes."""
        organization = engines.disable_engine(actor=actor_of(request), name=name)
        return Response(_one(name, organization))
