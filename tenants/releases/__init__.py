"""Releases: bringing every workspace's schema to the code's version, many at once, none of them half."""

from tenants.releases.history import UnknownMigrations, build_schema_at, upgrade_schema
from tenants.releases.run import Options, Report, release
from tenants.releases.state import behind, is_behind, is_prepared, late, prepared_version, release_version, versions

__all__ = [
    "Options", "Report", "UnknownMigrations", "behind", "build_schema_at", "is_behind", "is_prepared",
    "late", "prepared_version", "release", "release_version", "upgrade_schema", "versions",
]  # fmt: skip
