"""Files of a workspace: under a folder of its own, under names of our own, so that no name reaches another's file.

They lie below FILES_ROOT. Where FILES_URL names a bucket, that one counts, for all hosts, and the folder only holds
copies to work with, which go after a day.
"""

import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO
from uuid import UUID, uuid4

from django.conf import settings

from kernel.bucket import Bucket, refresh
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


@cache
def _bucket_at(url: str) -> Bucket | None:
    return Bucket(url) if url else None


def _bucket() -> Bucket | None:
    return _bucket_at(settings.FILES_URL)


def _key(path: Path) -> str:
    return path.relative_to(settings.FILES_ROOT).as_posix()


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
        if bucket := _bucket():
            bucket.put(partial, _key(path))
        partial.rename(path)
    except BaseException:
        partial.unlink(missing_ok=True)  # what broke off must leave nothing
        raise


def refs(*, but: Iterable[str] = ()) -> Iterator[str]:
    """Every file of the workspace, by area, those of some areas left out."""
    left_out = frozenset(but)
    for ref in _refs(require_tenant().schema):
        area, _slash, name = ref.partition("/")
        if area.isidentifier() and area not in left_out and _NAME.match(name):
            yield ref


def _refs(schema: str) -> Iterator[str]:
    if bucket := _bucket():
        yield from (key.partition("/")[2] for key, _written in bucket.listed(f"{schema}/"))
    else:
        home = Path(settings.FILES_ROOT) / schema
        yield from sorted(path.relative_to(home).as_posix() for path in home.glob("*/*"))


def path_of(ref: str) -> Path:
    """Where a file lies, for libraries that want a path; NotFound when it is not this workspace's."""
    path = _path(ref)
    bucket = _bucket()
    if not (refresh(bucket, _key(path), path) if bucket else path.is_file()):
        raise NotFound()
    return path


def open_file(ref: str) -> IO[bytes]:
    return path_of(ref).open("rb")


def delete(ref: str) -> None:
    path = _path(ref)
    if bucket := _bucket():
        bucket.delete([_key(path)])
    with suppress(FileNotFoundError):
        path.unlink()


def delete_all(schema: str) -> None:
    """Remove every file of a workspace that is being erased."""
    if bucket := _bucket():
        bucket.delete_below(f"{schema}/")
    shutil.rmtree(Path(settings.FILES_ROOT) / schema, ignore_errors=True)


def folders() -> set[str]:
    """Names of the folders there are, one for each workspace that has files."""
    root = Path(settings.FILES_ROOT)
    here = {folder.name for folder in root.iterdir() if folder.is_dir()} if root.is_dir() else set()
    bucket = _bucket()
    return here | set(bucket.folders()) if bucket else here


def carry(area: str, old: str, new: str) -> None:
    """Have one schema's files of an area in another's too, without copying where that can be helped."""
    if bucket := _bucket():
        for key, _written in bucket.listed(f"{old}/{area}/"):
            bucket.copy(key, f"{new}/{area}/{key.rpartition('/')[2]}")
        return
    target = Path(settings.FILES_ROOT) / new / area
    for path in (Path(settings.FILES_ROOT) / old / area).glob("*"):
        target.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            _link(path, target / path.name)


def _link(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        shutil.copyfile(path, target)


def sweep(days: Mapping[str, int]) -> int:
    """Remove files of these areas that are older than so many days, in every workspace; how many went.

    What was left half written goes after a day, whatever its area; so do copies of what a bucket holds.
    """
    bucket = _bucket()
    gone = _sweep_folder({} if bucket else days, copies=bucket is not None)
    return gone + (_sweep_bucket(bucket, days) if bucket else 0)


def _sweep_folder(days: Mapping[str, int], *, copies: bool) -> int:
    gone, now = 0, time.time()
    for path in Path(settings.FILES_ROOT).glob("*/*/*"):
        kept = 1 if copies or path.name.endswith(_PARTIAL) else days.get(path.parent.name)
        with suppress(FileNotFoundError):  # somebody was quicker
            if kept is not None and path.is_file() and now - path.stat().st_mtime > kept * _DAY:
                path.unlink()
                gone += not copies
    return gone


def _sweep_bucket(bucket: Bucket, days: Mapping[str, int]) -> int:
    now = time.time()
    old = [
        key
        for key, written in bucket.listed()
        if (kept := days.get(key.split("/")[1])) is not None and now - written.timestamp() > kept * _DAY
    ]
    bucket.delete(old)
    return len(old)
