"""Migrations that cannot be released while the old code still serves are refused, unless they say why they may."""

from django.db.migrations.loader import MigrationLoader

from tenants.releases.safety import findings


def test_every_migration_can_be_released_or_says_why_it_may() -> None:
    refused = [str(one) for one in findings() if not one.accepted]
    assert refused == [], "\n".join(refused)


def test_what_is_accepted_has_something_to_accept() -> None:
    """A reason stays in a migration only as long as it is needed."""
    written = MigrationLoader(None).disk_migrations.values()
    reasons = {f"{one.app_label}.{one.name}" for one in written if getattr(one, "accepted", "")}
    assert reasons == {one.migration for one in findings() if one.accepted}
