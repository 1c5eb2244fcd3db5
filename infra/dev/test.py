"""`make test`: the tests against a PostgreSQL that is thrown away afterwards."""

from __future__ import annotations

import sys

from infra.dev import environment
from infra.dev.console import Console
from infra.dev.database import call, thrown_away
from infra.dev.environment import Addresses
from infra.dev.paths import ROOT

#: By group, so that the browser tests share one stack in one worker.
WORKERS = ["-n", "2", "--dist", "loadgroup"]


def main(name: str, arguments: list[str], console: Console) -> int:
    with thrown_away(console) as (var, url):
        env = environment.build(var, Addresses(environment.wished_port(), url))
        env["PEYVAND_ENV"] = "test"
        return call([sys.executable, "-m", "pytest", *WORKERS, *arguments], env, ROOT)
