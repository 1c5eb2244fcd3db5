"""Files of a workspace: under a folder of its own, under names of our own, so that no name reaches another's file."""

import re
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from uuid import UUID, uuid4

from django.conf import settings

from kernel.context import require_tenant
from kernel.errors import NotFound
from kernel.ids import uuid7

_PARTIAL = ".part"
_NAME = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_DAY = 86_400


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
    ref = f"{area}/{uuid7()}"
    with write(ref) as target:
        target.writelines(chunks)
    return ref


@contextmanager
def write(ref: str) -> Iterator[IO[bytes]]:
    """Write the file of this very reference; it is there when the block ends well, and not a byte of it before."""
    path = _path(ref)
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f"{path.name}.*{_PARTIAL}"):
        left.unlink(missing_ok=True)  # of a worker that was killed
    partial = path.with_name(f"{path.name}.{uuid4().hex[:8]}{_PARTIAL}")
    try:
        with partial.open("wb") as target:
            yield target
        partial.rename(path)
    except BaseException:
        partial.unlink(missing_ok=True)  # what broke off must leave nothing
        raise


def refs(*, but: Iterable[str] = ()) -> Iterator[str]:
    """Every file of the workspace, by area, those of some areas left out."""
    home = Path(settings.FILES_ROOT) / require_tenant().schema
    for folder in sorted(home.iterdir()) if home.is_dir() else []:
        if folder.is_dir() and folder.name.isidentifier() and folder.name not in frozenset(but):
            yield from (f"{folder.name}/{file.name}" for file in sorted(folder.iterdir()) if _NAME.match(file.name))


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


def sweep(days: Mapping[str, int]) -> int:
    """Remove files of these areas that are older than so many days, in every workspace; how many went.

    What was left half written goes after a day, whatever its area.
    """
    gone, now = 0, time.time()
    for path in Path(settings.FILES_ROOT).glob("*/*/*"):
        kept = 1 if path.name.endswith(_PARTIAL) else days.get(path.parent.name)
        with suppress(FileNotFoundError):  # somebody was quicker
            if kept is not None and path.is_file() and now - path.stat().st_mtime > kept * _DAY:
                path.unlink()
                gone += 1
    return gone
