"""Relationships: made, ended, taken back."""

from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.models.choices import Ends
from crm.services.parts import check_span, require_one, today
from kernel.access import Actor
from kernel.errors import Invalid
from kernel.records import update_record


def prepare_tie(tie: Any, changed: set[str], actor: Actor) -> None:
    """Between two different ones, of the kinds the role is for; what has ended holds no longer."""
    require_one(tie, "from_contact", "from_account")
    require_one(tie, "to_account", "to_contact")
    if (tie.from_account_id, tie.from_contact_id) == (tie.to_account_id, tie.to_contact_id):
        raise Invalid.one("to_account" if tie.to_account_id else "to_contact", "itself", _("Choose somebody else."))
    check_span(tie)
    if changed & {"until", "is_active"}:
        _settle_end(tie, changed)
    _check_role(tie)
    ends = [_known(tie, "from"), _known(tie, "to")]
    if all(ends):
        tie.name = f"{ends[0]} – {ends[1]}"[:450]


def _settle_end(tie: Any, changed: set[str]) -> None:
    over = tie.until is not None and tie.until < today()
    if "is_active" in changed and not tie.is_active and tie.until is None:
        tie.until = today()
    elif "until" in changed and over:
        tie.is_active = False
    elif "is_active" in changed and tie.is_active and over and "until" not in changed:
        tie.until = None


def _known(tie: Any, side: str) -> str:
    """The name of an end that is at hand; no query for one that is not."""
    cache = tie._state.fields_cache
    end = cache.get(f"{side}_account") or cache.get(f"{side}_contact")
    return end.name if end else ""


def _check_role(tie: Any) -> None:
    role = tie._state.fields_cache.get("role")
    if role is None:
        return
    for side, wanted in (("from", role.from_kind), ("to", role.to_kind)):
        if wanted != Ends.ANY and getattr(tie, f"{side}_{wanted}_id") is None:
            message = _("This role is an account’s.") if wanted == Ends.ACCOUNT else _("This role is a contact’s.")
            raise Invalid.one(f"{side}_{wanted}", "wrong_end", message)


def end_relationship(pk: UUID | str, *, actor: Actor, until: date | None = None) -> Any:
    """It holds no longer, from today or from the day given; it stays on record."""
    values = {"is_active": False, "until": until or today()}
    return update_record("relationship", pk, actor=actor, values=values)
