"""Addresses of the pages that every entity gets."""

from django.urls import URLPattern

from kernel.registry import Entity

urlpatterns: list[URLPattern] = []


def entity_urls(entity: Entity) -> list[URLPattern]:
    return []
