"""Files of a workspace: under a folder of its own, under names of our own, so that no name reaches another's file."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO
from uuid import UUID

from django.conf import settings

from kernel.context import require_tenant
from kernel.errors import NotFound
from kernel.ids import uuid7


def _folder(area: str) -> Path:
    if not area.isidentifier():
        raise ValueError(f"{area!r} is not the name of an area.")
    return Path(settings.FILES_ROOT) / require_tenant().schema / area


def _path(ref: str) -> Path:
    """The path behind a reference such as "imports/0198…"; NotFound for anything else."""
    area, _slash, name = ref.partition("/")
    try:
        return _folder(area) / str(UUID(name))
    except ValueError:
        raise NotFound() from None


def save(area: str, chunks: Iterable[bytes]) -> str:
    """Keep a stream of bytes; returns its reference. An uploaded file's `.chunks()` fits."""
    folder = _folder(area)
    folder.mkdir(parents=True, exist_ok=True)
    name = str(uuid7())
    partial = folder / f"{name}.part"
    try:
        with partial.open("wb") as target:
            target.writelines(chunks)
    except BaseException:
        partial.unlink(missing_ok=True)  # a stream that broke off must leave nothing
        raise
    partial.rename(folder / name)
    return f"{area}/{name}"


def path_of(ref: str) -> Path:
    """Where a file lies, for libraries that want a path; NotFound when it is not this workspace's."""
    path = _path(ref)
    if not path.is_file():
        raise NotFound()
    return path


def open_file(ref: str) -> IO[bytes]:
    return path_of(ref).open("rb")


def delete(ref: str) -> None:
    with suppress(FileNotFoundError):
        _path(ref).unlink()


def delete_all(schema: str) -> None:
    """Remove every file of a workspace that is being erased."""
    shutil.rmtree(Path(settings.FILES_ROOT) / schema, ignore_errors=True)


def stream(ref: str, size: int = 64 * 1024) -> Iterator[bytes]:
    with open_file(ref) as source:
        while chunk := source.read(size):
            yield chunk
