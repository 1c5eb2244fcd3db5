"""What runs: the command line of every process. A further process is one more function here."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.dev.environment import Addresses
from infra.dev.paths import ROOT
from infra.dev.pgserver import Server
from infra.dev.processes import Spec
from infra.dev.python_env import script

# The application expects some errors (a unique value taken), so of the database only what ends something is news.
DATABASE_NEWS = re.compile(r"\b(?:FATAL|PANIC):")
# Celery thinks out loud at its start; as root it warns of something that does not matter on a developer's machine.
WORKER_NEWS = re.compile(r"\b(?:ERROR|CRITICAL)\b|^Traceback|^\S*(?:Error|Exception)\b")


def database(server: Server) -> Spec:
    return Spec(
        "postgres", server.command(), server.environment(), server.home, account=server.account,
        stop_signal=signal.SIGINT, patience=20, alarming=DATABASE_NEWS,
    )  # fmt: skip


def mail(addresses: Addresses, var: Path, env: Mapping[str, str]) -> Spec:
    command = [sys.executable, "-m", "infra.dev.mailsink", "--folder", str(var / "mail"),
               "--smtp", str(addresses.smtp_port), "--page", str(addresses.mail_port)]  # fmt: skip
    return Spec("mail", command, env, ROOT)


def manage(command: str, env: Mapping[str, str], *options: str) -> Spec:
    return Spec(command, [sys.executable, "manage.py", command, *options], env, ROOT)


def standing(port: int, loopback: Sequence[str], var: Path, env: Mapping[str, str]) -> list[Spec]:
    return [
        Spec("web", web_command(port, loopback), env, ROOT),
        Spec("worker", celery("worker", "--concurrency", "2"), env, ROOT, alarming=WORKER_NEWS),
        Spec("beat", celery("beat", "--schedule", str(var / "beat"), "--pidfile="), env, ROOT, alarming=WORKER_NEWS),
    ]


def web_command(port: int, loopback: Sequence[str]) -> list[str]:
    hosts = [f"[{address}]" if ":" in address else address for address in loopback]
    bind = [word for host in hosts for word in ("--bind", f"{host}:{port}")]
    return [str(script("gunicorn")), "config.wsgi:application", *bind, "--worker-class", "gthread",
            "--workers", "2", "--threads", "4", "--graceful-timeout", "5", "--no-control-socket"]  # fmt: skip


def celery(command: str, *options: str) -> list[str]:
    return [str(script("celery")), "-A", "config.celery:app", command, "--loglevel", "INFO", *options]
