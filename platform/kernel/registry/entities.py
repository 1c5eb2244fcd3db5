"""An entity, described once. Lists, boards, records, forms, the API, imports and audit all read this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from kernel.errors import Text
from kernel.registry.fields import F, Field, resolve

ACTIONS = ("view", "add", "change", "delete", "import", "export")
#: In order: each includes what those before it reach; kernel.grounds says what they mean.
LEVELS = ("none", "own", "team", "team_below", "territory", "all")
#: What a role may say of one field, from least to most.
FIELD_LEVELS = ("hidden", "masked", "read", "edit")


@dataclass(frozen=True)
class Section:
    """A part of the form and of the record page."""

    label: Text
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Board:
    """Cards in lanes. `lane` is a relation or choice field; `sum` a numeric one; `card` what a card shows."""

    lane: str
    sum: str = ""
    card: tuple[str, ...] = ()
    #: Field of the lane's entity by which lanes are grouped into boards (a deal's stages by pipeline).
    group: str = ""
    #: Field of the lane's entity by which lanes are ordered.
    order: str = ""


@dataclass(frozen=True)
class Listed:
    """A relation by which records are listed on the page of the record that they point to.

    Said by the side that points: an account's page shows deals where Sales is on, and knows nothing of Sales.
    """

    field: str
    columns: tuple[str, ...] = ()
    #: What the list is called where the entity's own plural would not tell it from another.
    label: Text = ""
    #: (field, value) of the record on whose page it stands; on others it does not.
    when: tuple[str, str] | None = None
    #: Its place among the lists; those of one place stand as engines do.
    position: int = 0


@dataclass(frozen=True, kw_only=True)
class Entity:
    """One kind of record.

    `levels` gives what a fresh role may do: {"manager": {"view": "all", …}}; an action left out is "none".
    `prepare` is a dotted path to `f(record, changed: set[str], actor) -> None`, run before every save,
    without queries, so that it serves single and bulk writes alike.
    `before_delete` is a dotted path to `f(records, actor) -> None` that raises Invalid where these may not go yet.
    `events` is a dotted path to `f(record, before: dict | None) -> list[tuple[str, dict]]`: what happened besides
    the change itself.
    """

    name: str
    plural: str
    model: str
    label: Text
    label_plural: Text
    fields: tuple[str | F | Field, ...]
    columns: tuple[str, ...]
    icon: str = "circle"
    title: str = "name"
    subtitle: str = ""
    owner: str = "owner"
    sort: str = "-created_at"
    filters: tuple[str, ...] = ()
    match: tuple[str, ...] = ("name",)
    layout: tuple[Section, ...] = ()
    glance: tuple[str, ...] = ()
    #: Fields of the strip of figures on the record page; None: its numbers, the first few.
    figures: tuple[str, ...] | None = None
    #: What stands in the record page's main column, by the names of crm.panels.blocks: those named first, then the
    #: rest as they come, without what is left out.
    blocks: tuple[str, ...] = ()
    without_blocks: frozenset[str] = frozenset()
    listed_by: tuple[Listed, ...] = ()
    board: Board | None = None
    levels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    prepare: str = ""
    before_delete: str = ""
    events: str = ""
    #: Relations to the records that this one is part of: it is seen by whoever sees all of them and changed by whoever
    #: may change one of them.
    within: tuple[str, ...] = ()
    #: Or the columns that name any record at all: (entity, id).
    hangs_on: tuple[str, str] | None = None
    #: Dotted path of `f(actor) -> Q`: of a part that repeats a field of its whole, what whoever may not read that field
    #: does not read here either.
    closed_by: str = ""
    #: Dotted path of `f(verb, changes, *, actor) -> None`, run once an act and in its transaction when the rows are
    #: written: it may query, write what follows from them, and refuse the act by raising Invalid.
    after: str = ""
    #: What hangs on a record and is no column of it, such as its tags: filtered by, read and set all the same.
    asides: tuple[Field, ...] = ()
    #: False hides the generic pages (the entity keeps its API), for things that live inside another's page.
    pages: bool = True
    importable: bool = True
    #: An import may make records of this entity when a relation names one that does not exist yet.
    make_from_import: bool = True
    empty_hint: Text = ""
    #: Fields that searching looks into; () are those that the model's `search_column` is made of. A relation stands for
    #: the title of what it points to. What an organization writes in its own text fields is searched besides.
    search_fields: tuple[str, ...] = ()
    engine: str = ""  # set by the manifest that lists the entity
    #: False keeps it out of the navigation; its pages are reached from other records.
    in_navigation: bool = True
    #: The two relation fields of an entity whose records link others: each is shown on the other's page.
    ends: tuple[str, ...] = ()
    #: Where one table holds several entities, the rows that are this one's: {"object": "x_project"}.
    narrow: Mapping[str, Any] = field(default_factory=dict)
    #: Cut down to what one person may see of it (kernel.access.entity_for).
    cut: bool = False

    @cached_property
    def model_class(self) -> type[models.Model]:
        return apps.get_model(self.model)

    @cached_property
    def all_fields(self) -> Mapping[str, Field]:
        """Fields by name, in the order the engine wrote them."""
        specs = [F(spec) if isinstance(spec, str) else spec for spec in self.fields]
        found = {s.name: s if isinstance(s, Field) else resolve(s, self.model_class) for s in specs}
        if self.pages and any(column.name == "record_type_id" for column in self.model_class._meta.get_fields()):
            # Shown where the workspace has types of this entity, and territories (kernel.narrowing).
            found.setdefault(
                "record_type_id",
                Field(name="record_type_id", kind="uuid", label=_("Type"), readonly=True, in_list=False),
            )
            found.setdefault(
                "territory",
                Field(
                    name="territory", kind="relation", target="territory", label=_("Territory"),
                    expression=models.F("territory_id"),
                ),
            )  # fmt: skip
        return found

    @cached_property
    def own_fields(self) -> Mapping[str, Field]:
        """Fields that the organization made itself, by what a query calls them."""
        return {f.column: f for f in self.all_fields.values() if f.in_extra}

    @property
    def is_own(self) -> bool:
        """Whether the organization made this entity itself."""
        return bool(self.narrow)

    def records(self, *, everything: bool = False) -> models.QuerySet[Any]:
        """All records, the deleted ones with `everything`; own fields can be asked for by name like any column."""
        model: Any = self.model_class
        rows: models.QuerySet[Any] = (model.everything if everything else model._default_manager).all()
        if self.narrow:
            rows = rows.filter(**self.narrow)
        if self.own_fields:
            # As `rows.alias(…)` does, with what it works out each time (13 ms for 60 fields) worked out once.
            rows.query.annotations.update(self._own_aliases)
            rows.query.set_annotation_mask(())
        return rows

    @cached_property
    def _own_aliases(self) -> Mapping[str, Any]:
        """Own fields resolved against the model's own table, shared by all queries: these are only ever copied."""
        rows: models.QuerySet[Any] = self.model_class._base_manager.all()
        aliased = rows.alias(**{column: f.expression for column, f in self.own_fields.items()})
        return dict(aliased.query.annotations)

    @cached_property
    def editable_fields(self) -> tuple[Field, ...]:
        return tuple(f for f in self.all_fields.values() if not f.readonly)

    @cached_property
    def list_fields(self) -> tuple[Field, ...]:
        """Fields that may stand as a column of the list."""
        return tuple(f for f in self.all_fields.values() if f.in_list)

    @cached_property
    def filter_fields(self) -> tuple[Field, ...]:
        names = self.filters or tuple(f.name for f in self.all_fields.values() if f.kind != "longtext")
        return (*(self.all_fields[name] for name in names), *self.asides)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        return self.layout or (Section("", tuple(f.name for f in self.editable_fields)),)

    @cached_property
    def prepare_function(self) -> Any:
        return import_string(self.prepare) if self.prepare else None

    def refuse_deletion(self, records: Sequence[Any], actor: Any) -> None:
        """Raise Invalid where what the engine says of its records keeps them from being deleted."""
        if self.before_delete and records:
            import_string(self.before_delete)(records, actor)

    @cached_property
    def after_function(self) -> Any:
        return import_string(self.after) if self.after else None

    @cached_property
    def is_part(self) -> bool:
        """Whether its records live inside others, and stand in no menu of their own."""
        return bool(self.within or self.hangs_on)

    @cached_property
    def closed_by_function(self) -> Any:
        return import_string(self.closed_by) if self.closed_by else None

    @cached_property
    def events_function(self) -> Any:
        return import_string(self.events) if self.events else None

    @cached_property
    def has_owner(self) -> bool:
        return bool(self.owner)

    @cached_property
    def has_search(self) -> bool:
        return any(f.name == "search_text" for f in self.model_class._meta.get_fields())

    @cached_property
    def search_sources(self) -> tuple[str, ...]:
        """Names of the columns that the model's `search_column` is made of; none where it has none."""
        if not self.has_search:
            return ()
        column: Any = self.model_class._meta.get_field("search_text")
        parts: Any = column.expression.flatten()
        named = (str(vars(part)["name"]) for part in parts if part.__class__ is models.F)
        return tuple(dict.fromkeys(named))

    @cached_property
    def searched(self) -> tuple[Field, ...]:
        """Fields that searching looks into: the title, what the engine names, the organization's own texts."""
        names = dict.fromkeys((self.title, *(self.search_fields or self.search_sources)))
        codes = {f.currency for f in self.own_fields.values()}
        own = (f.name for f in self.own_fields.values() if f.textual and f.name not in codes)
        shown = (self.all_fields[name] for name in (*names, *own) if name in self.all_fields)
        return tuple(field for field in shown if not field.masked)

    @cached_property
    def has_more(self) -> bool:
        """Whether what hangs on a record (further numbers and addresses) is found by a column of its own."""
        return any(f.name == "more_text" for f in self.model_class._meta.get_fields())

    def field(self, name: str) -> Field:
        found = self.all_fields.get(name)
        return found or next((aside for aside in self.asides if aside.name == name), None) or self.all_fields[name]

    def permission(self, action: str) -> str:
        """The permission's code, such as "sfa.deal.change"."""
        return f"{self.engine}.{self.name}.{action}"

    def title_of(self, record: models.Model) -> str:
        return str(self.label) if self.ends else str(getattr(record, self.title) or "—")
