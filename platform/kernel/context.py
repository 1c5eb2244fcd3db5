"""What holds for the code that is running now: whose workspace, whose hand, through which door.

ContextVars, never thread-locals or connection attributes: they follow async code and are restored exactly.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import UUID

from kernel.errors import Text

PUBLIC = "public"

Source = Literal["web", "api", "import", "system", "job", "automation"]


@dataclass(frozen=True)
class Tenant:
    """The workspace that code runs in. The database binding looks at `schema` and `operator` only."""

    schema: str
    id: UUID | None = None
    name: str = ""
    host: str = ""
    engines: frozenset[str] = frozenset()
    preferences: Mapping[str, Any] = field(default_factory=dict)
    #: Bound with the operator's rights instead of the workspace's own: to make and change tables, nothing else.
    operator: bool = False
    #: Why nothing may be changed here now (a sentence for people); "" where changes are welcome.
    read_only: Text = ""
    #: Suspended: only what concerns the workspace's own end (its data, the way back) is possible at all.
    closed: bool = False

    @property
    def is_public(self) -> bool:
        return self.schema == PUBLIC


@dataclass(frozen=True)
class Door:
    """How a change came in; written into the audit beside it."""

    source: Source = "system"
    ip: str | None = None
    request_id: str = ""


PUBLIC_TENANT = Tenant(schema=PUBLIC, name="Peyvand")

_tenant: ContextVar[Tenant | None] = ContextVar("peyvand_tenant", default=None)
_memory: ContextVar[dict[str, Any] | None] = ContextVar("peyvand_memory", default=None)
_door: ContextVar[Door] = ContextVar("peyvand_door", default=Door())  # noqa: B039 — frozen


def get_tenant() -> Tenant | None:
    """The workspace bound now; None where nothing was bound (then only the public schema may be touched)."""
    return _tenant.get()


def require_tenant() -> Tenant:
    """The workspace bound now, or RuntimeError: for code that makes sense only inside one."""
    tenant = _tenant.get()
    if tenant is None or tenant.is_public:
        raise RuntimeError("No workspace is bound here. Use kernel.context.tenant_context().")
    return tenant


@contextmanager
def tenant_context(tenant: Tenant) -> Iterator[Tenant]:
    """Run in this workspace; the one before is restored exactly, also when threads or tasks interleave."""
    token, kept = _tenant.set(tenant), _memory.set({})
    try:
        yield tenant
    finally:
        _memory.reset(kept)
        _tenant.reset(token)


def binding_memory() -> dict[str, Any]:
    """What may be remembered for as long as this workspace stays bound, and no longer: a request, a step of a job."""
    memory = _memory.get()
    return {} if memory is None else memory


def public_context() -> Any:
    """Run in the public schema (organizations, catalogue, operators)."""
    return tenant_context(PUBLIC_TENANT)


def operator_context() -> Any:
    """Run in the workspace bound now with the operator's rights. Only what makes tables asks for this."""
    return tenant_context(replace(require_tenant(), operator=True))


def get_door() -> Door:
    return _door.get()


@contextmanager
def door(source: Source, *, ip: str | None = None, request_id: str = "") -> Iterator[None]:
    token = _door.set(Door(source=source, ip=ip, request_id=request_id))
    try:
        yield
    finally:
        _door.reset(token)
