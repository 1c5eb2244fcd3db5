"""`manage.py reap`: remove schemas, roles and folders that nobody owns. A worker does the same once a day."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import reaper


class Command(BaseCommand):
    help = "Remove what a kill left behind: schemas, roles, files and cache entries without an owner."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            found = reaper.find_ownerless() if options["dry_run"] else reaper.reap()
        except reaper.TooMuch as error:
            raise CommandError(str(error)) from None
        for find in found:
            self.stdout.write(str(find))
        self.stdout.write(f"{'Would remove' if options['dry_run'] else 'Removed'}: {len(found)}")
