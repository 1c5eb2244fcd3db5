"""`manage.py prepare`: make the database fit the code. Idempotent, and quick where nothing changed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tenants.direct import use_direct_connection
from tenants.releases import prepare


class Command(BaseCommand):
    help = "Create or update functions, public tables, templates, workspaces and the pool of spare schemas."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pool", type=int, default=None, help="schemas to keep ready")

    def handle(self, *_args: Any, **options: Any) -> None:
        use_direct_connection()
        prepare(pool=options["pool"])
