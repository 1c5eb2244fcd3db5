"""May this workspace use an engine? Billing answers; until it does, everything is on trial."""

from collections.abc import Callable
from dataclasses import dataclass

from kernel.context import Tenant
from kernel.errors import Text


@dataclass(frozen=True)
class Decision:
    allowed: bool
    reason: Text = ""


Provider = Callable[[Tenant, str], Decision]


def _trial_of_everything(tenant: Tenant, engine: str) -> Decision:
    return Decision(allowed=True)


_provider: Provider = _trial_of_everything


def set_provider(provider: Provider) -> None:
    global _provider  # noqa: PLW0603 — one process-wide hook, set once at start-up
    _provider = provider


def may_use(tenant: Tenant, engine: str) -> Decision:
    return _provider(tenant, engine)
