"""Whether a good archive may be restored into the workspace that is bound."""

from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext_lazy as _

from kernel.context import require_tenant
from kernel.registry import Entity, UnknownName, registry
from tenants.archive.checking import BadArchive
from tenants.archive.manifest import Manifest
from tenants.selectors import current_organization
from tenants.versions import CORE


def check_fits(manifest: Manifest) -> None:
    """BadArchive with the reason where it may not."""
    _check_owner(manifest)
    if strangers := [name for name in manifest.parts if name != CORE and not _is_available(name)]:
        message = _("The archive needs an engine that this installation does not have: {name}.")
        raise BadArchive("engine", message, name=strangers[0])
    if {(app, name) for app, name in manifest.migrations} - MigrationLoader(None).disk_migrations.keys():
        message = _("The archive was made by a newer version of Peyvand. It can be restored once this one is updated.")
        raise BadArchive("newer", message)


def _check_owner(manifest: Manifest) -> None:
    if manifest.organization["id"] == str(require_tenant().id) or is_fresh():
        return
    message = _(
        "The archive belongs to another organization, {name}. It can be restored only into its own workspace, or into"
        " one that has no records yet."
    )
    raise BadArchive("foreign", message, name=manifest.organization["name"])


def is_fresh() -> bool:
    """Whether people have put nothing in here yet: what engines begin with (stages, kinds, roles) does not count."""
    entities = [entity for entity in registry.entities_of(current_organization().releases) if entity.pages]
    return not any(_has_records(entity) for entity in entities)


def _has_records(entity: Entity) -> bool:
    """Of what belongs to somebody any record counts; of the words and kinds of a workspace those that a person made."""
    rows = entity.model_class._base_manager.all()
    return rows.exists() if entity.has_owner else rows.filter(created_by__isnull=False).exists()


def _is_available(engine: str) -> bool:
    try:
        return registry.module(engine).available
    except UnknownName:
        return False
