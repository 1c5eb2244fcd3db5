"""A bucket of a server that speaks S3 over HTTP, in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from moto.server import ThreadedMotoServer

from kernel.bucket import Bucket
from kernel.ids import uuid7


@cache
def _server() -> str:
    """One for the whole run; its threads end with the process."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _host, port = server.get_host_and_port()
    return f"http://127.0.0.1:{port}"


@contextmanager
def own_bucket(settings: Any, environment: Any) -> Iterator[Bucket]:
    """A fresh bucket that FILES_URL leads to; `environment` is pytest's monkeypatch."""
    environment.setenv("AWS_ACCESS_KEY_ID", "test")
    environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
    bucket = Bucket(f"s3://files-{uuid7()}?endpoint={_server()}&region=us-east-1")
    bucket.client.create_bucket(Bucket=bucket.name)
    settings.FILES_URL = f"s3://{bucket.name}?endpoint={_server()}&region=us-east-1"
    yield bucket
