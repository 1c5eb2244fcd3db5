"""Serves the pages and `/api/messages` on this machine only."""

from __future__ import annotations

import json
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from infra.dev.mailsink import pages, words
from infra.dev.mailsink.store import Mail, Store

# Only what a page needs; a mail's own HTML may bring styles and pictures, never scripts.
PAGE_POLICY = "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'"
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: http: https:; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
HTML = "text/html; charset=utf-8"
HOSTS = {"localhost", "127.0.0.1", "[::1]"}


class Handler(BaseHTTPRequestHandler):
    store: Store
    server_version = "PeyvandMail"

    def do_GET(self) -> None:
        # Another site's page must not read mails here by way of a host name of its own (DNS rebinding).
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if host not in HOSTS and not host.endswith(".localhost"):
            self._send(421, "text/plain; charset=utf-8", "Unknown host.")
            return
        address = urlsplit(self.path)
        wanted = parse_qs(address.query).get("to", [""])[0]
        spoken = words.choose(self.headers.get("Accept-Language", ""))
        match address.path.strip("/").split("/"):
            case [""]:
                self._send(200, HTML, pages.listing(spoken, self.store.find(wanted), wanted))
            case ["style.css"]:
                self._send(200, "text/css; charset=utf-8", pages.STYLE.read_text())
            case ["api", "messages"]:
                found = [as_json(mail) for mail in self.store.find(wanted)]
                self._send(200, "application/json", json.dumps({"messages": found}, ensure_ascii=False))
            case ["mail", key, *rest]:
                self._mail(self.store.get(key), rest, spoken)
            case _:
                self._send(404, HTML, pages.missing(spoken))

    def _mail(self, mail: Mail | None, rest: list[str], spoken: words.Words) -> None:
        if mail is None or rest not in ([], ["html"], ["source"]):
            self._send(404, HTML, pages.missing(spoken))
        elif rest == ["html"]:
            self._send(200, HTML, mail.html, MAIL_POLICY)
        elif rest == ["source"]:
            self._send(200, "text/plain; charset=utf-8", mail.file.read_bytes().decode(errors="replace"))
        else:
            self._send(200, HTML, pages.reading(spoken, mail))

    def _send(self, status: int, kind: str, body: str, policy: str = PAGE_POLICY) -> None:
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: who looks at the page is no news."""


def as_json(mail: Mail) -> dict[str, object]:
    return {
        "id": mail.key,
        "from": mail.sender,
        "to": mail.recipients,
        "subject": mail.subject,
        "date": mail.at.isoformat(),
        "text": mail.text,
        "html": mail.html,
        "attachments": mail.attachments,
    }


class Server(ThreadingHTTPServer):
    daemon_threads = True


class Server6(Server):
    address_family = socket.AF_INET6


def servers(store: Store, addresses: list[str], port: int) -> list[Server]:
    handler = type("BoundHandler", (Handler,), {"store": store})
    return [(Server6 if ":" in address else Server)((address, port), handler) for address in addresses]
