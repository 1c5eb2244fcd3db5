"""A bucket of S3 (or of whatever speaks its protocol) for the files of all workspaces, where several hosts share them.

Keys are `<schema>/<area>/<name>`, as in the folder that a single host has. Credentials come from where every S3 client
looks for them: the environment, or the machine's own role.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
#: What one request may delete.
_MANY = 1000


class Bucket:
    """`s3://name`, or `s3://name?endpoint=https://…&region=…` for another provider's."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.scheme != "s3" or not parts.netloc or options.keys() - {"endpoint", "region"}:
            raise ValueError("PEYVAND_FILES_URL reads s3://bucket, s3://bucket?endpoint=https://…&region=…")
        self.name = parts.netloc
        self.client: Any = boto3.client(  # boto3 makes its methods at run time
            "s3", endpoint_url=options.get("endpoint"), region_name=options.get("region"),
            config=Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "max_attempts": 3}),
        )  # fmt: skip

    def put(self, path: Path, key: str) -> None:
        """In parts where it is large; nobody sees it before it is whole."""
        self.client.upload_file(str(path), self.name, key)

    def size(self, key: str) -> int | None:
        """None where there is no such file."""
        try:
            return int(self.client.head_object(Bucket=self.name, Key=key)["ContentLength"])
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise

    def fetch(self, key: str, path: Path) -> None:
        self.client.download_file(self.name, key, str(path))

    def copy(self, key: str, target: str) -> None:
        """Within the bucket: not a byte passes through here."""
        self.client.copy({"Bucket": self.name, "Key": key}, self.name, target)

    def listed(self, prefix: str = "") -> Iterator[tuple[str, datetime]]:
        """Each key below, in order, and when its file was written."""
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix):
            yield from ((found["Key"], found["LastModified"]) for found in page.get("Contents", ()))

    def folders(self) -> Iterator[str]:
        """First parts of keys."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Delimiter="/")
        for page in pages:
            yield from (found["Prefix"].rstrip("/") for found in page.get("CommonPrefixes", ()))

    def delete(self, keys: Iterable[str]) -> None:
        left = list(keys)
        for start in range(0, len(left), _MANY):
            gone = [{"Key": key} for key in left[start : start + _MANY]]
            answer = self.client.delete_objects(Bucket=self.name, Delete={"Objects": gone, "Quiet": True})
            if answer.get("Errors"):
                raise OSError(f"Not deleted from {self.name}: {answer['Errors'][0]}")

    def delete_below(self, prefix: str) -> None:
        # Listed anew until nothing is left: somebody may have added meanwhile.
        while found := [key for key, _written in self.listed(prefix)]:
            self.delete(found)


def refresh(bucket: Bucket, key: str, path: Path) -> bool:
    """Make the local copy what the bucket holds; False, and no copy, where it holds nothing."""
    size = bucket.size(key)
    if size is None:
        with suppress(FileNotFoundError):
            path.unlink()
        return False
    if not path.is_file() or path.stat().st_size != size:
        path.parent.mkdir(parents=True, exist_ok=True)
        bucket.fetch(key, path)  # beside its place first, and renamed
    return True
