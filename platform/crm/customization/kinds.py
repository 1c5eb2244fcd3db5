"""Kinds of fields that people choose from, with what each is for and what may be said of it."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.errors import Text


@dataclass(frozen=True)
class FieldKind:
    """`key` is what people choose; `kind` the registry's, where that has another name."""

    key: str
    label: Text
    about: Text
    icon: str
    #: What may be said of it beside label and help.
    takes: frozenset[str] = frozenset()
    kind: str = ""
    target: str = ""

    @property
    def stored_as(self) -> str:
        return self.kind or self.key


_ANY = frozenset({"required", "default"})
_TEXT = _ANY | {"unique"}
_NUMBER = _TEXT | {"lowest", "highest"}
_CHOICE = _ANY | {"choices"}

ALL: Final = (
    FieldKind("text", pgettext_lazy("kind of field", "Text"), _("One line: a name, a code, a model"), "type",
              _TEXT | {"max_length", "pattern"}),
    FieldKind("longtext", _("Long text"), _("Several lines: notes, conditions"), "text", _ANY | {"max_length"}),
    FieldKind("choice", _("Choice"), _("One of a list, in a colour: a status, a grade"), "circle-dot", _CHOICE),
    FieldKind("multichoice", _("Several choices"), _("Any number out of a list: interests, tags"), "list-checks",
              _CHOICE),
    FieldKind("integer", _("Whole number"), _("Counts: seats, floors, visits"), "hash", _NUMBER),
    FieldKind("decimal", _("Number with decimals"), _("Measures: weight, area"), "ruler", _NUMBER | {"places"}),
    FieldKind("money", _("Money"), _("An amount, with its currency beside it"), "coins", _ANY | {"lowest", "highest"}),
    FieldKind("percent", _("Percent"), _("A share: discount, commission"), "percent",
              _ANY | {"lowest", "highest", "places"}),
    FieldKind("rating", _("Rating"), _("One to five stars"), "star", _ANY),
    FieldKind("date", _("Date"), _("A day, in the calendar of whoever reads it"), "calendar", _TEXT),
    FieldKind("datetime", _("Date and time"), _("A moment, in the time zone of whoever reads it"), "clock", _TEXT),
    FieldKind("bool", _("Yes or no"), _("A box to tick"), "square-check", frozenset({"default"})),
    FieldKind("email", _("E-mail"), _("An address that is written to with one click"), "mail", _TEXT),
    FieldKind("phone", _("Phone"), _("A number that is called with one click"), "phone", _TEXT),
    FieldKind("url", _("Link"), _("An address on the web"), "globe", _TEXT),
    FieldKind("address", _("Address"), _("Street, city, province, postal code, country"), "map-pin",
              frozenset({"required"})),
    FieldKind("person", _("Person"), _("Somebody of this workspace"), "user", _ANY, "relation", "user"),
    FieldKind("relation", _("Relation"), _("Points to another record: a rival, a site"), "link",
              frozenset({"required", "target"})),
    FieldKind("file", _("File"), _("One file: a contract, a drawing"), "file-up", frozenset({"required"})),
    FieldKind("autonumber", _("Auto-number"), _("Numbers new records by itself: PR-0001"), "list-ordered",
              frozenset({"format"})),
    FieldKind("national_id", _("National ID"), _("Of a person in Iran; its check digit is checked"), "id-card", _TEXT),
    FieldKind("legal_id", _("Legal entity ID"), _("Of a company in Iran; its check digit is checked"), "building",
              _TEXT),
    FieldKind("iban", _("IBAN"), _("A bank account; its check digits are checked"), "landmark", _TEXT),
    FieldKind("postal_code", _("Postal code"), _("Ten digits, as Iran's post has them"), "mailbox", _TEXT),
)  # fmt: skip
#: Fields whose values are calculated from others; what they give is of one of the kinds above.
CALCULATED: Final = MappingProxyType({kind.key: kind for kind in (
    FieldKind("formula", _("Formula"), _("Calculated from the record's other fields: a net price, days left"),
              "calculator"),
    FieldKind("rollup", _("Roll-up"), _("Counts or adds up related records: revenue, open deals"), "sigma"),
)})  # fmt: skip
BY_KEY: Final = MappingProxyType({kind.key: kind for kind in ALL})

#: Colours of choices; pages have a class for each (frontend/src/parts.css), readable by light and in the dark.
COLOURS: Final = (
    ("grey", _("Grey")), ("red", _("Red")), ("orange", _("Orange")), ("amber", _("Amber")), ("green", _("Green")),
    ("teal", _("Teal")), ("blue", _("Blue")), ("indigo", _("Indigo")), ("purple", _("Purple")), ("pink", _("Pink")),
)  # fmt: skip

#: An index holds no longer text (a character may take four bytes); what is longer is a long text.
MOST_LENGTH: Final = MappingProxyType({"text": 500, "longtext": 100_000, "email": 254, "url": 500, "phone": 40})
MOST_FIELDS: Final = 300
MOST_CHOICES: Final = 300
#: Every index has to be kept up to date by whoever writes; see docs/decisions/0018 for what they cost.
MOST_INDEXED: Final = 40


def key_of(kind: str, target: str) -> str:
    """What people chose, from how it is kept."""
    return "person" if kind == "relation" and target == "user" else kind
