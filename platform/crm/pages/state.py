"""What a list or board shows, as its address says it: filters, words, order, columns and the saved view."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast
from urllib.parse import urlencode

from django.http import QueryDict

from kernel.query.tree import MOST_LETTERS
from kernel.registry import Entity

#: Names beside the filters' own that an address may carry.
WORDS = (
    "q", "sort", "columns", "view", "group", "cursor", "f", "by", "by_order", "lane", "on", "at", "span", "measure",
    "shape", "exact",
)  # fmt: skip
#: Of these, what a saved view keeps as it stands.
KEPT = ("q", "sort", "group", "f", "by", "by_order", "lane", "on", "span", "measure", "shape")


@dataclass(frozen=True)
class State:
    """`filters` keeps each parameter as it was given ("amount__gte": ("100",)), so that nothing is lost on the way."""

    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    q: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    view: str = ""
    group: str = ""
    cursor: str = ""
    #: A tree of filters as JSON (kernel.query.tree), "and"-ed to the plain ones.
    f: str = ""
    #: The field that rows are grouped by; a date's with its period: "close_date:month".
    by: str = ""
    #: The order of the groups: "label", "count", "late" or "sum:amount"; empty for the order that the field has.
    by_order: str = ""
    #: The field whose values are a board's lanes, where it is not the entity's own board.
    lane: str = ""
    #: The calendar's date field, the day it stands at, and month, week or agenda.
    on: str = ""
    at: str = ""
    span: str = ""
    #: What a chart adds up ("sum:amount"), and how it is drawn.
    measure: str = ""
    shape: str = ""
    #: The exact number of rows was asked for.
    exact: str = ""
    #: Everything was taken away from a view: it is not to be read as that view's bare name.
    touched: bool = False

    @property
    def bare(self) -> bool:
        """Nothing was asked for: the person's own default applies."""
        asked = (self.filters, self.columns, self.view, *(getattr(self, name) for name in KEPT if name != "group"))
        return not any(asked) and not self.touched

    def pairs(self) -> list[tuple[str, str]]:
        words = [(name, getattr(self, name)) for name in WORDS if name != "columns"]
        words.insert(2, ("columns", ",".join(self.columns)))
        found = [(name, value) for name, values in self.filters.items() for value in values]
        found += [pair for pair in words if pair[1]]
        return [*found, ("q", "")] if self.view and replace(self, view="", touched=False).bare else found

    def query(self, **changes: Any) -> str:
        """The query string, with some parts changed. A change of what is shown starts at the first page again."""
        return urlencode(replace(self, **{"cursor": "", "exact": "", **changes}).pairs())

    def without(self, name: str) -> "State":
        """The same without the filters on one field."""
        kept = {key: values for key, values in self.filters.items() if key.partition("__")[0] != name}
        return replace(self, filters=kept, cursor="")

    def with_filter(self, name: str, params: Mapping[str, Iterable[str]]) -> "State":
        """One field's filters replaced by these."""
        given = {key: tuple(values) for key, values in params.items()}
        return replace(self, filters={**self.without(name).filters, **given}, cursor="")

    def of_field(self, name: str) -> dict[str, tuple[str, ...]]:
        return {key: values for key, values in self.filters.items() if key.partition("__")[0] == name}

    def as_params(self) -> dict[str, Any]:
        """As a saved view keeps it."""
        filters = {key: list(values) for key, values in self.filters.items()}
        return {"filters": filters, "columns": list(self.columns), **{name: getattr(self, name) for name in KEPT}}


def from_query(entity: Entity, query: QueryDict | str) -> State:
    """Read an address. Parameters that are not this entity's are left alone: links from elsewhere may carry some."""
    params = QueryDict(query) if isinstance(query, str) else query
    names = {f.name for f in entity.filter_fields}
    filters = {
        key: tuple(v for v in params.getlist(key) if v != "")
        for key in params
        if key.partition("__")[0] in names and key not in WORDS
    }
    words: dict[str, Any] = {n: params.get(n, "").strip()[:200] for n in WORDS if n not in ("columns", "f")}
    columns = params.get("columns", "")
    return State(
        filters={key: values for key, values in filters.items() if values},
        columns=tuple(name for name in columns.split(",") if name),
        f=params.get("f", "")[:MOST_LETTERS].replace("\x00", ""),
        touched="q" in params and bool(words["view"]),
        **{**words, "cursor": params.get("cursor", "")},
    )


def from_params(entity: Entity, params: Mapping[str, Any], view: str = "") -> State:
    """Read what a saved view keeps; names that no longer exist are dropped."""
    names = {f.name for f in entity.filter_fields}
    known = {*entity.all_fields, *(aside.name for aside in entity.asides)}
    filters = {
        str(key): tuple(str(v) for v in (values if isinstance(values, list) else [values]))
        for key, values in dict(params.get("filters") or {}).items()
        if str(key).partition("__")[0] in names
    }
    return State(
        filters=filters,
        columns=tuple(name for name in params.get("columns") or () if name in known),
        view=view,
        **cast("dict[str, Any]", {name: str(params.get(name) or "") for name in KEPT}),
    )
