"""What parts of a customer look like before they are saved; no queries."""

from datetime import date
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.models.choices import HoldingState, PointKind
from kernel.access import Actor
from kernel.badvalue import BadValue
from kernel.checks_ir import normalise_postal_code
from kernel.errors import Invalid
from kernel.formats import local_date
from kernel.places import HOME
from kernel.values import parse_value

_KINDS: Final = {
    PointKind.EMAIL: "email", PointKind.PHONE: "phone", PointKind.MOBILE: "phone", PointKind.FAX: "phone",
    PointKind.WEBSITE: "url", PointKind.MESSENGER: "text",
}  # fmt: skip
ONE_OWNER = _("Give the account or the contact that it belongs to, one of the two.")


def today() -> date:
    """The reader's."""
    return local_date(timezone.now())


def require_one(record: Any, first: str = "account", second: str = "contact") -> None:
    if (getattr(record, f"{first}_id") is None) == (getattr(record, f"{second}_id") is None):
        raise Invalid.one(first, "one_of_two", ONE_OWNER)


def prepare_point(point: Any, changed: set[str], actor: Actor) -> None:
    """One person's or account's, and written as its kind is written everywhere."""
    require_one(point)
    if changed & {"value", "kind"}:
        try:
            point.value = parse_value(_KINDS[PointKind(point.kind)], point.value, options={"max_length": 254}) or ""
        except BadValue as error:
            raise Invalid.one("value", error.code, error.message) from None
    if not point.value:
        raise Invalid.one("value", "required", _("Fill this in."))


def prepare_address(address: Any, changed: set[str], actor: Actor) -> None:
    """Provinces are Iran's; elsewhere one writes a state or region."""
    require_one(address)
    address.country = address.country or (HOME if address.province else "")
    if address.country != HOME:
        address.province = ""
    elif "postal_code" in changed and address.postal_code:
        try:
            address.postal_code = normalise_postal_code(address.postal_code)
        except BadValue as error:
            raise Invalid.one("postal_code", error.code, error.message) from None


def prepare_holding(holding: Any, changed: set[str], actor: Actor) -> None:
    """What has run out is no longer in use."""
    require_one(holding)
    check_span(holding)
    if "until" in changed and holding.until and holding.until < today() and "state" not in changed:
        holding.state = HoldingState.ENDED


def check_span(record: Any) -> None:
    if record.since and record.until and record.until < record.since:
        raise Invalid.one("until", "before_since", _("It cannot end before it began."))


def prepare_term(term: Any, changed: set[str], actor: Actor) -> None:
    """A word is known by what its writer's language calls it; one language is enough."""
    persian, english = term.label_fa or term.label_en, term.label_en or term.label_fa
    if "name" in changed and not (persian or english):
        persian = english = term.name
    if not (persian or english):
        raise Invalid.one("label_fa", "required", _("Give it a name in at least one language."))
    term.label_fa, term.label_en = persian, english
    term.name = persian if (get_language() or "").startswith("fa") else english
    if hasattr(term, "reverse_fa"):
        term.reverse_fa = term.reverse_fa or term.reverse_en or term.label_fa
        term.reverse_en = term.reverse_en or term.reverse_fa or term.label_en
