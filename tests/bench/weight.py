"""Script and style of a first visit, compressed as they are sent. Budget: 50 kB."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import transaction
from django.test import Client

from kernel.access import system_actor
from kernel.context import tenant_context
from kernel.records import create_record
from tests.bench.measure import Reading
from tests.bench.sizes import Size
from tests.factories import make_workspace, page_client

_LINKED = re.compile(r"""<(?:script|link)\b[^>]*?(?:src|href)=["']([^"']+\.(?:js|css))["']""")
_ISLAND = re.compile(r"<(pv-[a-z-]+)|\s(data-money|data-number)\b")


def run(size: Size) -> Iterator[Reading]:
    organization, admin = make_workspace()
    tenant = organization.as_tenant()
    manifest = json.loads(Path(str(settings.DJANGO_VITE["default"]["manifest_path"])).read_text())
    for metric, client, path in (
        ("sign_in", page_client(None, tenant), "/auth/login/"), ("contacts", page_client(admin, tenant), "/contacts/"),
        ("contacts_with_rows", page_client(admin, tenant), "/contacts/"),
    ):  # fmt: skip
        if metric == "contacts_with_rows":  # cells, boxes and the spreadsheet bring scripts of their own
            with transaction.atomic(), tenant_context(tenant):
                create_record("contact", actor=system_actor("bench"), values={"last_name": "Ahmadi"})
        page = _text(client, path)
        files = {link.removeprefix(settings.STATIC_URL) for link in _LINKED.findall(page)}
        if not files:
            raise AssertionError(f"{path} loads no script and no style")
        files |= {f"dist/{name}" for name in _islands(page, manifest)}
        weights = {name: _weight(name) for name in sorted(files)}
        context = {"budget": 50_000, "files": weights}
        yield Reading("weight", metric, sum(weights.values()), "bytes", len(weights), context)


def _text(client: Client, path: str) -> str:
    response = client.get(path)
    if response.status_code != 200:
        raise AssertionError(f"{path} answers {response.status_code}")
    return response.content.decode()


def _islands(page: str, manifest: dict[str, Any]) -> Iterator[str]:
    """Islands come when their element is on the page: those of this page come at once."""
    for element, attribute in _ISLAND.findall(page):
        entry = manifest.get(f"src/islands/{element.removeprefix('pv-') if element else 'number'}.ts", {})
        yield from [entry["file"], *entry.get("css", ())] if attribute or entry else ()


def _weight(name: str) -> int:
    found = finders.find(name)
    if not found:
        raise AssertionError(f"No such file: {name}")
    return len(gzip.compress(Path(found).read_bytes(), 9))
