"""`make bench`: measures on a database of its own, under a server that it keeps."""

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
    with running(var, console) as url:
        env = environment.build(var, Addresses(environment.wished_port(), url))
        return call([sys.executable, "-m", "tests.bench", *asked(arguments)], env, ROOT)


def asked(arguments: list[str]) -> list[str]:
    """Names of benches come as they are; `--size small` and `--keep` are passed on."""
    given = iter(arguments)
    words: list[str] = []
    for one in given:
        if one == "--size":
            words += [one, next(given, "")]
        else:
            words += [one] if one.startswith("-") else ["--only", one]
    return words
