"""The application as people meet it: gunicorn, a Celery worker and a mail server, on a database made for this run."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.parse import urlsplit

import psycopg2

from tests.e2e.proxy import Wire
from tests.factories.databases import drop_by

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "tall-cedar-1405-river"
Found = TypeVar("Found")


class Answer:
    """An answer over HTTP: what a program sees."""

    def __init__(self, status: int, body: bytes, headers: Any) -> None:
        self.status, self.body, self.headers = status, body, headers

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def until(what: Callable[[], Found], seconds: float = 30, why: str = "") -> Found:
    """Ask again until the answer is true. A bounded wait for a condition, not for a time."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        if found := what():
            return found
        if time.monotonic() > end:
            raise AssertionError(f"Not within {seconds:g} s: {why or what}")
        pause.wait(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Stack:
    var: Path
    wire: Wire
    database: str
    port: int = field(default_factory=free_port)
    smtp: int = field(default_factory=free_port)
    mail_page: int = field(default_factory=free_port)
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def at(self, subdomain: str) -> str:
        return f"http://{subdomain}.localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        parts = urlsplit(os.environ["DATABASE_URL"])
        login = parts.netloc.rpartition("@")[0]
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PEYVAND_", "PYTEST_", "DJANGO_"))}
        return {
            **kept,
            "DATABASE_URL": f"postgresql://{login}@127.0.0.1:{self.wire.port}/{self.database}",
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "PEYVAND_ENV": "dev",
            "PEYVAND_VAR": str(self.var),
            "PEYVAND_SECRET_KEY": "only-for-tests",
            "PEYVAND_SMTP_URL": f"smtp://127.0.0.1:{self.smtp}",
            "PORT": str(self.port),
            "PYTHONPATH": os.pathsep.join([str(ROOT / "platform"), str(ROOT)]),
            "PYTHONUNBUFFERED": "1",
        }

    def manage(self, *command: str) -> None:
        self._once(sys.executable, "manage.py", *command)

    def _once(self, *command: str) -> None:
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(f"{command}: {done.stderr[-3000:]}")

    def start(self, name: str) -> None:
        log = (self.var / f"{name}.log").open("ab")
        with log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *self._command(name)], cwd=ROOT, env=self.environment,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def _command(self, name: str) -> list[str]:
        celery = ["celery", "-A", "config.celery:app"]
        return {
            "web": ["gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{self.port}", "--worker-class",
                    "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "2", "--no-control-socket"],
            "worker": [*celery, "worker", "--loglevel", "INFO", "--concurrency", "1"],
            "mail": ["infra.dev.mailsink", "--folder", str(self.var / "mail"), "--smtp", str(self.smtp),
                     "--page", str(self.mail_page)],
        }[name]  # fmt: skip

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """The process and its children, at once."""
        process = self.running.pop(name)
        os.killpg(process.pid, number)
        process.wait(20)

    def wake(self) -> None:
        """What beat does every twenty seconds: look for work that nobody holds."""
        self._once(sys.executable, "-m", "celery", "-A", "config.celery:app", "call", "tenants.tasks.sweep")

    def is_up(self) -> bool:
        try:
            return self.ask("GET", "/readyz").status == 200
        except OSError:
            return False

    def ask(self, method: str, path: str, body: Any = None, *, at: str = "", token: str = "", **headers: str) -> Answer:
        """A request as a program sends it."""
        host = f"{at}.localhost:{self.port}" if at else f"localhost:{self.port}"
        sent = {"Host": host, "Accept": "application/json, text/html;q=0.5", **headers}
        data = body if isinstance(body, bytes) else None
        if body is not None and data is None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        if token:
            sent["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, sent, method=method)
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(request, timeout=30) as response:
                return Answer(response.status, response.read(), response.headers)
        except HTTPError as refused:
            with refused:
                return Answer(refused.code, refused.read(), refused.headers)

    def upload(self, at: str, token: str, name: str, content: bytes, **fields: str) -> Answer:
        edge = "peyvand-e2e-edge"
        parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = "".join(parts).encode() + head.encode() + content + f"\r\n--{edge}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return self.ask("POST", "/api/v1/imports/", body, at=at, token=token, **kind)

    def sign_up(self, subdomain: str, *, language: str = "en", email: str = "") -> str:
        """A workspace by the API; its token."""
        body = {"organization": subdomain.title(), "subdomain": subdomain, "name": "Sara Ahmadi", "language": language,
                "email": email or f"sara@{subdomain}.example", "password": PASSWORD}  # fmt: skip
        answer = self.ask("POST", "/api/v1/signup/", body)
        assert answer.status == 201, answer.body
        return str(answer.json["token"])

    def mails_to(self, address: str) -> list[Any]:
        """What the mail server kept for this address, newest last."""
        read = [
            message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in sorted((self.var / "mail").glob("*.eml"))
        ]
        return [mail for mail in read if address in str(mail["X-Envelope-To"])]

    @contextmanager
    def sql(self) -> Iterator[Any]:
        """A cursor beside the application, past the wire."""
        with _connect(self.database) as cursor:
            yield cursor


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@contextmanager
def _connect(database: str) -> Iterator[Any]:
    parts = urlsplit(os.environ["DATABASE_URL"])
    connection = psycopg2.connect(parts._replace(path=f"/{database}").geturl())
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


@contextmanager
def running_stack() -> Iterator[Stack]:
    parts = urlsplit(os.environ["DATABASE_URL"])
    own = parts.path.lstrip("/")
    database = f"e2e_{os.getpid()}"
    wire = Wire(parts.hostname or "127.0.0.1", parts.port or 5432)
    with tempfile.TemporaryDirectory(prefix="peyvand-e2e-", ignore_cleanup_errors=True) as folder:
        with _connect("postgres" if own.startswith("test_") else own) as cursor:
            cursor.execute(f"CREATE DATABASE \"{database}\" TEMPLATE template0 ENCODING 'UTF8'")
        stack = Stack(Path(folder), wire, database)
        try:
            stack.manage("release", "--pool", "4")
            for name in ("mail", "web", "worker"):
                stack.start(name)
            until(stack.is_up, 60, "the application serves")
            yield stack
        finally:
            for name in [*stack.running]:
                stack.kill(name)
            wire.close()
            with _connect("postgres" if own.startswith("test_") else own) as cursor:
                drop_by(cursor, database)
