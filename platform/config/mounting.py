"""Mounts what engines describe: their pages under their own namespace, behind the switch that is theirs."""

from importlib import import_module

from django.urls import URLPattern, URLResolver, include, path

from crm.pages.urls import entity_urls
from frontend.views.access import guard_engine
from kernel.registry import Module, registry


def engine_patterns() -> list[URLResolver]:
    """One include for each engine; an engine that is off answers 404 on every address of its own."""
    return [path("", include((_patterns(module), module.name), namespace=module.name)) for module in registry.modules]


def _patterns(module: Module) -> list[URLPattern | URLResolver]:
    found: list[URLPattern | URLResolver] = []
    for entity in module.entities:
        if entity.pages:
            found += entity_urls(entity)
    if module.urls:
        found += import_module(module.urls).urlpatterns
    return found if module.always_on else guard_engine(module.name, found)
