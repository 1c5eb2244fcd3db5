"""The block of addresses that `make run` ends with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def welcome(port: int, rows: Sequence[dict[str, str]], mail_port: int | None, var: Path) -> list[str]:
    site = f"http://localhost:{port}/"
    table = list(rows) or [
        {"what": "Public site", "url": site},
        {"what": "Provider console", "url": f"http://console.localhost:{port}/"},
        {"what": "Demo workspace (English)", "url": f"http://demo.localhost:{port}/"},
        {"what": "Demo workspace (Persian)", "url": f"http://nemoone.localhost:{port}/"},
    ]
    if mail_port:
        table.append({"what": "Mail that was sent", "url": f"http://localhost:{mail_port}/"})
    what = max(len(row.get("what", "")) for row in table)
    url = max(len(row.get("url", "")) for row in table)
    lines = ["", f"Ready  {site}", ""]
    for row in table:
        account = "  ".join(filter(None, [row.get("email", ""), row.get("password", "")]))
        lines.append(f"  {row.get('what', ''):<{what}}  {row.get('url', ''):<{url}}  {account}".rstrip())
    return [*lines, "", f"  Logs and data: {var}   Ctrl-C stops everything.", ""]
