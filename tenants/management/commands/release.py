"""`manage.py release`: make the database fit the code. Idempotent, and one query where nothing changed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tenants.releases.run import release


class Command(BaseCommand):
    help = "Bring functions, public tables, templates, workspaces and the pool of spare schemas to this version."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pool", type=int, default=None, help="schemas to keep ready")

    def handle(self, *_args: Any, **options: Any) -> None:
        release(pool=options["pool"])
