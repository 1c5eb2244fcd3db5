"""Small facts that a data folder remembers: generated secrets (readable by their owner only) and chosen ports."""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Iterable
from pathlib import Path

from infra.dev.problems import Problem

LOCAL = ("127.0.0.1", "::1")


def secret(file: Path) -> str:
    """Generated once. Made with its final rights, so that it is at no moment readable by others."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        try:
            value = file.read_text().strip()
        except PermissionError as error:
            raise Problem(f"{file} belongs to another user.", "Run as that user, or set PEYVAND_VAR.") from error
        if value:
            return value
        file.unlink()  # a run that was killed between making and writing it
        return secret(file)
    with os.fdopen(handle, "w") as stream:
        value = secrets.token_urlsafe(48)
        stream.write(value + "\n")
    return value


def local_addresses() -> list[str]:
    """The loopback addresses this machine has; `*.localhost` may lead to either."""
    return [address for address in LOCAL if _can_bind(address, 0)]


def is_free(port: int, addresses: Iterable[str] = LOCAL[:1]) -> bool:
    return all(_can_bind(address, port) for address in addresses)


def _can_bind(address: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As servers do: a port that only waits out its last connections counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OSError:
        return False
    return True


def any_free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Ports:
    """Ports by name: chosen once, then kept as long as nobody else sits on them."""

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            loaded = json.loads(file.read_text())
        except (OSError, ValueError):
            loaded = {}
        self.known: dict[str, int] = {str(name): int(port) for name, port in loaded.items()}

    def choose(self, name: str, preferred: int | None = None, addresses: Iterable[str] = LOCAL[:1]) -> int:
        """The remembered port, else the preferred one, else any that is free."""
        wished = [port for port in (preferred, self.known.get(name)) if port]
        if preferred is None or name in self.known:
            wished.reverse()
        taken = {port for other, port in self.known.items() if other != name}
        free = (port for port in wished if port not in taken and is_free(port, addresses))
        port = next(free, None) or any_free_port()
        self.known[name] = port
        self._save()
        return port

    def get(self, name: str) -> int | None:
        return self.known.get(name)

    def _save(self) -> None:
        draft = self.file.with_suffix(".draft")
        draft.write_text(json.dumps(self.known, indent=1) + "\n")
        draft.replace(self.file)
