"""Fields of an entity: what an engine writes down (`F`) and what faces read (`Field`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, get_args

from django.core.validators import MaxValueValidator
from django.db import connection, models
from django.utils.text import capfirst

from kernel.errors import Text

Kind = Literal[
    "text", "longtext", "integer", "decimal", "money", "percent", "date", "datetime", "bool", "choice",
    "email", "phone", "url", "national_id", "legal_id", "iban", "postal_code", "uuid", "relation", "multichoice",
    "rating", "address", "file", "autonumber",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
NUMERIC: frozenset[str] = frozenset({"integer", "decimal", "money", "percent", "rating"})
TEXTUAL: frozenset[str] = frozenset(
    {"text", "longtext", "email", "phone", "url", "national_id", "legal_id", "iban", "postal_code", "autonumber"}
)


@dataclass(frozen=True)
class F:
    """What an engine says of a field beyond its model: only what the model cannot know."""

    name: str
    kind: Kind | None = None
    label: Text | None = None
    help: Text | None = None
    readonly: bool = False
    required: bool | None = None
    currency: str = ""
    target: str = ""
    in_list: bool = True
    #: What a blank record starts from: a literal, or a dotted path to a callable(actor, values) that gives it.
    default: Any = None
    #: Other fields whose values the default depends on.
    default_by: tuple[str, ...] = ()
    #: The choices, where the column does not know them.
    choices: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True)
class Rollup:
    """What a field says of the records that point to its own: how many they are, or the sum, least, most or mean of one
    of their fields. `filters` are parameters as a list of them takes: only won deals.
    """

    child: str
    relation: str
    how: Literal["count", "sum", "min", "max", "average"]
    of: str = ""
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field as every face sees it. `column` is the model attribute that a query names."""

    name: str
    kind: Kind
    label: Text
    help: Text = ""
    required: bool = False
    readonly: bool = False
    unique: bool = False
    max_length: int | None = None
    choices: tuple[tuple[str, Text], ...] = ()
    target: str = ""
    #: Of a relation: what becomes of the value when the record it points to is deleted.
    on_delete: Literal["keep", "clear", "refuse"] = "keep"
    currency: str = ""
    places: int | None = None
    lowest: int | None = None
    highest: int | None = None
    in_list: bool = True
    default: Any = None
    default_by: tuple[str, ...] = ()
    #: Colours of choices by their keys, from the palette that pages have; and choices that are no longer offered.
    colours: tuple[tuple[str, str], ...] = ()
    retired: tuple[str, ...] = ()
    #: How a text is written: a named pattern or a mask (see kernel.patterns).
    pattern: str = ""
    #: Of a number that new records get by themselves: `take(how_many)` gives their texts.
    take: Any = field(default=None, compare=False)
    #: Dotted path of `f(kind, op, values) -> Q` that filters by what is no column.
    asks: str = ""
    #: Of what hangs on records (Entity.asides), dotted paths: which record wears what (`told` in crm.selectors.tags),
    #: what was sent for many records, and giving records exactly that (both in crm.services.tag_sets).
    reads: str = ""
    cleans: str = ""
    sets: str = ""
    #: Shown to this reader as dots, and whether they may ask for the value itself.
    masked: bool = False
    revealable: bool = False
    #: What a query says for a value that has no column of its own, being kept in `extra` (see kernel.custom).
    expression: Any = field(default=None, compare=False)
    #: Calculated from others (kernel.derived) and never written by hand: a formula, a roll-up, or the currency of one.
    derived: bool = False
    formula: str = ""
    rollup: Rollup | None = None

    @property
    def stored(self) -> bool:
        """Whether the model has a column for it. Those without were made by the organization itself."""
        return self.expression is None

    @property
    def in_extra(self) -> bool:
        """Whether its values lie in `extra`. A relation without a foreign key is neither that nor `stored`."""
        return self.expression is not None and not isinstance(self.expression, models.F)

    @property
    def source(self) -> Any:
        """What an aggregate is taken over."""
        return models.F(self.column) if self.expression is None else self.expression

    @cached_property
    def column(self) -> str:
        return f"{self.name}_id" if self.kind == "relation" else self.name

    @property
    def numeric(self) -> bool:
        return self.kind in NUMERIC

    @property
    def textual(self) -> bool:
        return self.kind in TEXTUAL

    @property
    def sortable(self) -> bool:
        return self.kind not in ("longtext", "multichoice", "address", "file") and not self.masked and not self.asks

    @cached_property
    def colour_of(self) -> Mapping[str, str]:
        return dict(self.colours)

    def options(self) -> dict[str, Any]:
        """What `kernel.values.parse_value` needs to know beside the kind; the caller's to change."""
        return dict(self.fixed_options)

    @cached_property
    def fixed_options(self) -> dict[str, Any]:
        """The same, shared: for those who read it for every value of a batch."""
        given = {
            "choices": self.choices, "max_length": self.max_length, "decimal_places": self.places,
            "min_value": self.lowest, "max_value": self.highest, "pattern": self.pattern or None,
        }  # fmt: skip
        return {name: value for name, value in given.items() if value is not None}


def _kind_of(column: models.Field[Any, Any]) -> Kind:
    """The kind that a model column suggests; an `F` may say otherwise."""
    if isinstance(column, models.ForeignKey):
        return "relation"
    if column.choices:
        return "choice"
    by_class: tuple[tuple[type[models.Field[Any, Any]], Kind], ...] = (
        (models.EmailField, "email"), (models.URLField, "url"), (models.DateTimeField, "datetime"),
        (models.DateField, "date"), (models.BooleanField, "bool"), (models.UUIDField, "uuid"),
        (models.DecimalField, "decimal"), (models.IntegerField, "integer"), (models.TextField, "longtext"),
        (models.CharField, "text"), (models.FloatField, "decimal"),
    )  # fmt: skip
    for cls, kind in by_class:
        if isinstance(column, cls):
            return kind
    raise TypeError(f"No field kind for {column!r}; give one with F(kind=…).")


def _limits(column: models.Field[Any, Any]) -> tuple[int | None, int | None]:
    """The smallest and largest number that the column can hold."""
    if isinstance(column, models.DecimalField):
        assert column.max_digits is not None
        whole = 10 ** (column.max_digits - (column.decimal_places or 0)) - 1
        return -whole, whole
    if not isinstance(column, models.IntegerField):
        return None, None
    low, high = connection.ops.integer_field_range(column.get_internal_type())
    highest = min([high or 2**63 - 1, *(v.limit_value for v in column.validators if isinstance(v, MaxValueValidator))])
    return low, int(highest)


def resolve(spec: F, model: type[models.Model]) -> Field:
    """Join what the engine says of a field with what its model already knows."""
    column = model._meta.get_field(spec.name)
    if not isinstance(column, models.Field):
        raise TypeError(f"{model.__name__}.{spec.name} is not a column.")
    target = spec.target
    kind = spec.kind or _kind_of(column)
    if kind == "relation" and not target:
        related = column.related_model
        assert isinstance(related, type)
        target = related._meta.model_name or ""
    lowest, highest = _limits(column)
    required = not (column.blank or column.has_default()) if spec.required is None else spec.required
    return Field(
        name=spec.name, kind=kind, label=spec.label or capfirst(column.verbose_name),
        help=spec.help or column.help_text,
        required=required and not spec.readonly, readonly=spec.readonly or not column.editable, unique=column.unique,
        max_length=column.max_length,
        choices=spec.choices or tuple((str(v), label) for v, label in (column.flatchoices or ())),
        target=target, currency=spec.currency, places=getattr(column, "decimal_places", None), in_list=spec.in_list,
        lowest=lowest, highest=highest,
        default=spec.default, default_by=spec.default_by,
    )  # fmt: skip
