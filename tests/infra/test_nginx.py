"""nginx itself with the configuration of a real installation, in front of something that tells what it was sent."""

import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from infra.dev.paths import ROOT
from infra.dev.pgserver import wait_until
from infra.dev.saved import any_free_port, is_free

CONFIGURATION = ROOT / "infra" / "production" / "nginx" / "peyvand.conf"
PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")

pytestmark = [
    pytest.mark.skipif(PROGRAM is None, reason="nginx is not installed (Debian: apt install nginx-light)."),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed."),
]

WRAPPER = """daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  include {folder}/peyvand.conf;
}}
"""


class _Tells(BaseHTTPRequestHandler):
    """Answers with the headers that arrived."""

    def do_GET(self) -> None:
        body = json.dumps(dict(self.headers.items())).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        pass


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    told: dict[str, str]


@dataclass(frozen=True)
class Front:
    plain: int
    secure: int

    def ask(self, host: str, headers: dict[str, str] | None = None, *, secure: bool = True) -> Answer:
        port = self.secure if secure else self.plain
        with ExitStack() as stack:
            wire: Any = stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))
            if secure:
                context = ssl._create_unverified_context()  # the certificate was made a moment ago
                wire = stack.enter_context(context.wrap_socket(wire, server_hostname=host))
            connection = HTTPConnection(host)
            connection.sock = wire
            connection.request("GET", "/somewhere/?q=1", headers=headers or {})
            answer = connection.getresponse()
            body = answer.read()
            return Answer(answer.status, answer.headers["Location"] or "", json.loads(body) if secure else {})


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("nginx")
    behind = ThreadingHTTPServer(("127.0.0.1", 0), _Tells)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=crm.example",
         "-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    plain = any_free_port()
    secure = any_free_port()
    here = {"listen 80 ": f"listen 127.0.0.1:{plain} ", "listen 443 ": f"listen 127.0.0.1:{secure} "}
    here |= {"127.0.0.1:8000": f"127.0.0.1:{behind.server_port}", "/etc/peyvand/tls": str(folder)}
    _write(folder, here)
    process = subprocess.Popen(
        [str(PROGRAM), "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        up = wait_until(lambda: process.poll() is not None or not is_free(secure), 20)
        assert up, "nginx does not listen"
        assert process.poll() is None, (folder / "error.log").read_text()
        yield Front(plain, secure)
    finally:
        process.terminate()
        process.wait(20)
        behind.shutdown()
        behind.server_close()


def _write(folder: Path, here: dict[str, str]) -> None:
    """The real file, with this machine's ports and folders, on IPv4 only."""
    text = CONFIGURATION.read_text()
    for there, instead in here.items():
        assert there in text, there
        text = text.replace(there, instead)
    kept = [line for line in text.splitlines() if "listen [::]" not in line]
    (folder / "peyvand.conf").write_text("\n".join(kept) + "\n")
    (folder / "nginx.conf").write_text(WRAPPER.format(folder=folder))


def test_plain_http_is_sent_to_https(front: Front) -> None:
    answer = front.ask("acme.crm.example", secure=False)
    assert (answer.status, answer.location) == (301, "https://acme.crm.example/somewhere/?q=1")


def test_the_application_learns_who_asks_where_and_how(front: Front) -> None:
    told = front.ask("acme.crm.example").told
    assert told["Host"] == "acme.crm.example"
    assert told["X-Real-IP"] == "127.0.0.1"
    assert told["X-Forwarded-Proto"] == "https"
    assert len(told["X-Request-ID"]) == 32


def test_what_a_stranger_says_of_himself_is_overwritten(front: Front) -> None:
    lies = {"X-Real-IP": "10.0.0.1", "X-Forwarded-Proto": "http", "X-Forwarded-For": "10.0.0.1",
            "X-Forwarded-Host": "bunyan.crm.example", "X-Request-ID": "chosen-by-a-stranger"}  # fmt: skip
    told = front.ask("acme.crm.example", lies).told
    assert told["X-Real-IP"] == "127.0.0.1"
    assert told["X-Forwarded-Proto"] == "https"
    assert "X-Forwarded-Host" not in told
    assert "X-Forwarded-For" not in told
    assert told["X-Request-ID"] != "chosen-by-a-stranger"


def test_hosts_that_are_not_ours_get_no_certificate(front: Front) -> None:
    with pytest.raises(ssl.SSLError):
        front.ask("evil.example")
