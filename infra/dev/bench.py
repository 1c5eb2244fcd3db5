"""`make bench`: measures on a database of its own, which is kept, since filling it takes most of the time."""

from __future__ import annotations

import sys

from infra.dev import environment
from infra.dev.console import Console
from infra.dev.database import call, running
from infra.dev.environment import Addresses
from infra.dev.paths import ROOT, var_folder


def main(name: str, arguments: list[str], console: Console) -> int:
    var = var_folder() / "bench"
    var.mkdir(mode=0o711, exist_ok=True)
    only = [word for one in arguments for word in ("--only", one)]
    with running(var, console) as url:
        env = environment.build(var, Addresses(environment.wished_port(), url))
        return call([sys.executable, "-m", "tests.bench", *only], env, ROOT)
