"""What the organization has decided about its audit. Nothing decided: everything is kept for ever."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.access import Actor, require
from kernel.audit import CATEGORIES, record_act
from kernel.context import public_context, require_tenant
from kernel.errors import Invalid
from kernel.registry import registry
from tenants.models import Organization

KEEP: Final = "tenants.audit.keep"
KEY: Final = "audit"
#: Shorter would remove what one still needs to look into what happened.
LEAST_MONTHS, MOST_MONTHS = 3, 240


@dataclass(frozen=True)
class Policy:
    """`keep` is months by category, 0 for ever; `opened` the entities whose pages leave a line when they are opened."""

    keep: Mapping[str, int] = field(default_factory=dict)
    opened: tuple[str, ...] = ()

    def months(self, category: str) -> int:
        return int(self.keep.get(category, 0))


def policy_of(preferences: Mapping[str, Any]) -> Policy:
    kept = dict(preferences.get(KEY) or {})
    return Policy(dict(kept.get("keep") or {}), tuple(kept.get("opened") or ()))


def current_policy() -> Policy:
    return policy_of(require_tenant().preferences)


@transaction.atomic
def change_audit_policy(*, actor: Actor, keep: Mapping[str, Any], opened: Collection[str]) -> Policy:
    """Decide anew. What is older than it says goes with the next daily removal."""
    require(actor, KEEP)
    wanted = Policy(
        {name: _months(name, keep.get(name, 0)) for name in CATEGORIES},
        tuple(entity.name for entity in registry.entities if entity.name in opened),
    )
    tenant = require_tenant()
    with public_context():
        organization: Organization = Organization.objects.select_for_update().get(pk=tenant.id)
    before = policy_of(organization.preferences)
    changes: dict[str, list[Any]] = {f"keep_{name}": [before.months(name), wanted.months(name)] for name in CATEGORIES}
    changes["opened"] = [list(before.opened), list(wanted.opened)]
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if changes:
        organization.preferences = {**organization.preferences, KEY: asdict(wanted)}
        with public_context():
            organization.save(update_fields=["preferences"])
        record_act("audit_policy", actor=actor, entity="organization", label=organization.name, changes=changes)
    return wanted


def _months(category: str, value: Any) -> int:
    text = str(value).strip() or "0"
    months = int(text) if text.isdecimal() and len(text) < 5 else -1
    if months != 0 and not LEAST_MONTHS <= months <= MOST_MONTHS:
        raise Invalid.one(f"keep_{category}", "months", _("Write 3 to 240 months, or nothing to keep them for ever."))
    return months


def limit_of(policy: Policy, category: str) -> datetime | None:
    """Lines of the category from before this moment go; None where all of them stay."""
    months, now = policy.months(category), timezone.now()
    if not months:
        return None
    years, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return now.replace(year=years, month=month + 1, day=min(now.day, 28))
