"""How addresses name what an organization made itself."""

from django.urls import register_converter
from django.urls.converters import StringConverter

from kernel.errors import NotFound
from kernel.registry import Entity, UnknownName, registry


class OwnPlural(StringConverter):
    """The plural of an entity of the organization's own, such as "x_projects"."""

    regex = "x_[a-z0-9_]{1,48}"


register_converter(OwnPlural, "own")


def own_entity(plural: str) -> Entity:
    """The organization's own entity of this plural; NotFound where this workspace has none."""
    try:
        entity = registry.by_plural(plural)
    except UnknownName:
        raise NotFound() from None
    if not entity.is_own:
        raise NotFound()
    return entity
