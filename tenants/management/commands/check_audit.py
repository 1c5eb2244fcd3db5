"""`manage.py check_audit`: whether the provider's own audit, of operators' acts, is whole since it was sealed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from kernel import sealing
from kernel.context import public_context


class Command(BaseCommand):
    help = "Check the seals of the provider's own audit. Workspaces check theirs under Settings › Audit."

    def handle(self, *args: Any, **options: Any) -> None:
        found, more = sealing.Findings(), True
        with public_context():
            sealing.seal_lines()
            while more:
                with transaction.atomic():
                    more = sealing.verify_seals(found)
        for fault in found.faults:
            self.stderr.write(f"{fault.kind}: seal {fault.seal}, line {fault.seq or fault.id or '–'}")
        if not found.is_whole:
            raise CommandError(f"{len(found.faults) + found.more_faults} faults in {found.lines} lines.")
        self.stdout.write(f"{found.lines} lines in {found.seals} seals are as they were sealed: {found.previous}")
