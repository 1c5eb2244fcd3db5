"""`make shell`: Django's shell on the data of `make run`, whether that runs or not."""

from __future__ import annotations

import sys

from infra.dev import environment
from infra.dev.console import Console
from infra.dev.database import call, running
from infra.dev.environment import Addresses
from infra.dev.paths import ROOT, var_folder
from infra.dev.saved import Ports


def main(name: str, arguments: list[str], console: Console) -> int:
    var = var_folder()
    with running(var, console) as url:
        ports = Ports(var / "ports.json")
        addresses = Addresses(environment.wished_port(), url, ports.get("smtp"), ports.get("mail"))
        return call([sys.executable, "manage.py", "shell", *arguments], environment.build(var, addresses), ROOT)
