"""A workspace's own data: all of it out as one archive, and in again."""

from tenants.archive.services import make_final

__all__ = ["make_final"]
