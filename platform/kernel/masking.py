"""What stands for a value that one may know of but not read: enough to recognize it by, too little to use it."""

from typing import Any

_DOTS = "••••"
#: How an attribute that gives a record's value masked begins (kernel.models.Record answers it).
PREFIX = "masked_"


def mask(value: Any) -> Any:
    """The last four of a number, the first letter and the domain of an address, dots for everything else."""
    if value in (None, "", []):
        return value
    if not isinstance(value, str):
        return _DOTS
    name, at, domain = value.partition("@")
    if at and "." in domain:
        return f"{name[:1]}{_DOTS}@{domain}"
    digits = [sign for sign in value if sign.isdigit()]
    return f"{_DOTS} {''.join(digits[-4:])}" if len(digits) >= 8 else _DOTS
