"""`manage.py seed_demo`: two demo workspaces and an operator. Idempotent; the last line of its output is JSON."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from identity.services.accounts import create_operator
from identity.services.emails import holder_of
from kernel.access import system_actor
from kernel.context import public_context
from tenants import hosts
from tenants.demo.english import ENGLISH
from tenants.demo.fill import seed_workspace
from tenants.demo.people import PASSWORD
from tenants.demo.persian import PERSIAN

OPERATOR = "operator@peyvand.example"


class Command(BaseCommand):
    help = "Make the demo workspaces (English and Persian) and the console's operator, where they are missing."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print nothing but the JSON line")

    def handle(self, *_args: Any, **options: Any) -> None:
        if settings.ENV == "prod":
            raise CommandError("The demo's password is public: seed_demo does not run in production.")
        addresses = [
            {"what": "public site", "url": hosts.address(hosts.public_host()), "email": "", "password": ""},
            _operator(),
        ]
        for words, what in ((ENGLISH, "demo workspace (English)"), (PERSIAN, "demo workspace (Persian)")):
            organization = seed_workspace(words)
            email = words.staff[0].email
            addresses.append({"what": what, "url": organization.url, "email": email, "password": PASSWORD})
        if not options["json"]:
            for one in addresses:
                self.stdout.write(f"{one['what']}: {one['url']} {one['email']}")
        self.stdout.write(json.dumps({"addresses": addresses}))


@transaction.atomic
def _operator() -> dict[str, str]:
    with public_context():
        if holder_of(OPERATOR) is None:
            create_operator(actor=system_actor("demo"), email=OPERATOR, name="Arash Panahi", password=PASSWORD)
    url = hosts.address(settings.CONSOLE_HOST)
    return {"what": "provider console", "url": url, "email": OPERATOR, "password": PASSWORD}
