"""Asking every address in somebody's name, and judging the answers."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.test import Client

from identity.models import SecondStepRule
from kernel.context import Tenant, tenant_context
from tests.isolation.planting import MARK, OWN, OWN_RELATION, SIGN, own_models
from tests.isolation.routes import Address

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
#: What the API answers to strangers: what can be asked here at all, and the door itself.
OPEN_API = ("api/v1/schema/", "api/v1/auth/token/")
#: A planted word is the mark with something after it; the mark alone is what somebody searched for.
PLANTED = re.compile(rb"%s(\d|-)" % MARK.encode())
REFUSED = (400, 401, 403, 404, 405, 406, 409, 410, 415, 422)


@dataclass(frozen=True)
class Secret:
    """What stands in the other workspace."""

    tenant: Tenant
    rows: dict[Any, Any]
    ids: dict[str, Any] = field(default_factory=dict)

    def id(self, label: str) -> Any:
        return self.ids[label]


def ask(client: Client, method: str, path: str, **extra: Any) -> Any:
    """One request, never refused for its number; the answer's `whole` is its body, streamed or not."""
    cache.clear()
    client.raise_request_exception = False
    response: Any = client.generic(method, path, extra.pop("body", ""), **extra)
    response.whole = _body(response)
    return response


def _body(response: Any) -> bytes:
    """Without the marks that searching puts into words, which would hide a planted one."""
    streamed = getattr(response, "streaming", False)
    body = b"".join(response.streaming_content) if streamed else bytes(response.content)
    return body.replace(b"<mark>", b"").replace(b"</mark>", b"")


def leaks(response: Any, *, at_home: bool = True) -> bool:
    """Whether a planted word is in the body or in a header. What the other workspace is called may be seen on its own
    host (its sign-in page says it) and nowhere else."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    cookies = response.cookies.output() if response.cookies else ""
    whole = b"\n".join([response.whole, headers.encode(), cookies.encode()])
    return bool(PLANTED.search(whole)) or (at_home and SIGN.encode() in whole)


def why(response: Any) -> str:
    """The status, and what the program said where it broke."""
    broken = getattr(response, "exc_info", None)
    told = f" {broken[0].__name__}: {str(broken[1]).splitlines()[0]}" if response.status_code >= 500 and broken else ""
    return f"{response.status_code}{told}"


def sent_away(response: Any) -> bool:
    """Sent to sign in, refused, not found, or not by this method."""
    if response.status_code == 302:
        return str(response["Location"]).startswith("/auth/login/")
    return response.status_code in REFUSED


def judge_stranger(method: str, address: Address, response: Any) -> str:
    """What was wrong with the answer to somebody who has no business on this host, in one line; "" if nothing was."""
    if leaks(response, at_home=False):
        return f"{method} {address.path}: the other workspace's words in a {response.status_code}"
    if response.status_code >= 500:
        return f"{method} {address.path}: {why(response)}"
    is_open = address.access == "public" or address.route in OPEN_API
    if not is_open and not sent_away(response) and not _tells_methods_only(method, response):
        return f"{method} {address.path}: {response.status_code}"
    return ""


def _tells_methods_only(method: str, response: Any) -> bool:
    return method == "OPTIONS" and not response.whole


def judge_neighbour(method: str, address: Address, response: Any) -> str:
    """As above, for a member of this workspace who asks for the other one's records."""
    if leaks(response):
        return f"{method} {address.path}: the other workspace's words in a {response.status_code}"
    if response.status_code >= 500:
        return f"{method} {address.path}: {why(response)}"
    if address.aimed and response.status_code not in (301, 302, *REFUSED) and not _tells_methods_only(method, response):
        return f"{method} {address.path}: {response.status_code}"
    return ""


def knock(client: Client, places: Iterable[Address], methods: Iterable[str] = METHODS) -> list[str]:
    """Every address by every method, as a stranger on the other workspace's host."""
    asked = [(m, address) for address in places for m in methods]
    found = {judge_stranger(m, a, ask(client, m, a.path, **(_form({}) if m == "POST" else {}))) for m, a in asked}
    return sorted(found - {""})


def named_ids(ids: dict[str, Any]) -> dict[str, Any]:
    """The other workspace's ids under every name by which a query or a body may ask for one."""
    account, user = str(ids["crm.Account"]), str(ids["identity.User"])
    return {
        "account": account, "contact": str(ids["crm.Contact"]), "parent": account, "id": account, "pk": account,
        "record": account, "ids": account, "owner": user, "user": user, "person": user, "manager": user,
        "team": str(ids["identity.Team"]), "role": str(ids["identity.Role"]), "token": str(ids["identity.ApiToken"]),
        "pipeline": str(ids["sfa.Pipeline"]), "stage": str(ids["sfa.Stage"]), "deal": str(ids["sfa.Deal"]),
        "lane": str(ids["sfa.Stage"]), "product": str(ids["sfa.Product"]), "view": str(ids["crm.SavedView"]),
        "run": str(ids["crm.ImportRun"]), "archive": str(ids["an upload"]), "to": str(ids["a way back"]),
        "ref": f"restores/{ids['an upload']}", "job": str(ids["kernel.Job"]), "batch": str(ids["kernel.AuditEntry"]),
        "q": MARK, "field": str(ids["crm.CustomField"]), "change": str(ids["kernel.AuditEntry"]),
        OWN_RELATION: account, "object": OWN, "entity": OWN, "target": OWN,
    }  # fmt: skip


def _form(values: dict[str, Any]) -> dict[str, Any]:
    return {"body": urlencode(values), "content_type": "application/x-www-form-urlencoded"}


def json_of(values: Any) -> dict[str, Any]:
    return {"body": json.dumps(values), "content_type": "application/json"}


@dataclass
class Member:
    """Somebody of this workspace, by browser and by token. One act may end the browser's session: another is made."""

    page: Callable[[], Client]
    api: Client
    _pages: Client | None = None

    def ask(self, method: str, path: str, **extra: Any) -> Any:
        if path.startswith("/api/"):
            return ask(self.api, method, path, **extra)
        self._pages = self._pages or self.page()
        response = ask(self._pages, method, path, **extra)
        if "sessionid" in response.cookies:
            self._pages = None
        return response


def pry(member: Member, places: Iterable[Address], ids: dict[str, Any]) -> list[str]:
    """Every address by every method as a neighbour: the other's ids in the path, in the query and in the body."""
    found = set()
    for address in places:
        for method, path, extra in _attempts(address, named_ids(ids)):
            found.add(judge_neighbour(method, address, member.ask(method, path, **extra)))
    return sorted(found - {""})


def _attempts(address: Address, named: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    yield "GET", address.path, {}
    yield "GET", f"{address.path}{'&' if '?' in address.path else '?'}{urlencode(named)}", {}
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        body = {**named, "ids": [named["ids"]], "records": [named]} if address.path.startswith("/api/") else named
        yield method, address.path, json_of(body) if address.path.startswith("/api/") else _form(named)


def fingerprint(tenant: Tenant) -> dict[str, Any]:
    """Every row of a workspace."""
    with tenant_context(tenant):
        return {
            model._meta.label: sorted(_line(row) for row in model._base_manager.values_list()) for model in own_models()
        }


def _line(row: tuple[Any, ...]) -> str:
    return str([bytes(value) if isinstance(value, memoryview) else value for value in row])


def adopted(tenant: Tenant, ids: dict[str, Any]) -> list[str]:
    """Rows of this workspace that hold another's id. The audit may quote a query, which is text; an entity that both
    have is called alike."""
    # The one row of a rule has the same number in every workspace.
    alike = (OWN, SecondStepRule.ONLY)
    foreign = {str(value) for value in ids.values() if not isinstance(value, int) and value not in alike}
    return sorted(
        f"{label}: {line}"
        for label, lines in fingerprint(tenant).items()
        for line in lines
        if label != "kernel.AuditEntry" and any(one in line for one in foreign)
    )
