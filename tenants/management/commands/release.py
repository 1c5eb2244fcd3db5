"""`manage.py release`: make the database fit the code. Idempotent, and one query where nothing changed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.context import public_context
from tenants.releases import Options, Report, release
from tenants.releases.safety import findings
from tenants.releases.status import rehearsal, status, told


class Command(BaseCommand):
    help = "Bring functions, public tables, templates, workspaces and the pool of spare schemas to this version."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--status", action="store_true", help="say where things stand, and change nothing")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, with the SQL")
        parser.add_argument("--check", action="store_true", help="refuse migrations that cannot be released safely")
        parser.add_argument("--tenant", action="append", default=[], metavar="SUBDOMAIN", help="only these")
        parser.add_argument("--canaries", action="store_true", help="only the workspaces that go first")
        parser.add_argument("--go-on", action="store_true", help="whatever fails")
        parser.add_argument("--pool", type=int, default=None, help="schemas to keep ready")
        parser.add_argument("--parallel", type=int, default=Options.parallel, help="connections at once")
        parser.add_argument("--batch", type=int, default=Options.batch, help="workspaces in one message")
        parser.add_argument("--wait", type=int, default=Options.wait, help="milliseconds to wait for a lock")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["status"]:
            with public_context():
                lines = list(told(status()))
            self.stdout.write("\n".join(lines))
        elif options["dry_run"]:
            for line in rehearsal(tuple(options["tenant"])):
                self.stdout.write(line)
        elif options["check"]:
            self._check()
        else:
            self._release(options)

    def _release(self, options: dict[str, Any]) -> None:
        say = self.stdout.write if options["verbosity"] > 0 else lambda _line: None
        given = {name: options[name] for name in ("pool", "go_on", "parallel", "batch", "wait")}
        chosen = Options(**given, tenants=tuple(options["tenant"]), only_canaries=options["canaries"], say=say)
        try:
            report = release(chosen)
        except ValueError as error:
            raise CommandError(str(error)) from None
        self._end(report)

    def _check(self) -> None:
        """Needs no database."""
        found = findings()
        for one in found:
            self.stdout.write(str(one))
        if refused := [one for one in found if not one.accepted]:
            raise CommandError(f"{len(refused)} of these cannot be released safely.")

    def _end(self, report: Report) -> None:
        """Who is quarantined or busy is told and does not fail the command: the release itself is done."""
        for one, error in report.failed:
            self.stderr.write(f"Failed: {one.subdomain} ({one.schema}): {error}")
        for one, error in report.busy:
            self.stderr.write(f"Still behind: {one.subdomain} ({one.schema}): {error}")
        if report.stopped:
            raise CommandError(f"The release stopped. {report.stopped}")
