"""What a list or board shows, as its address says it: filters, words, order, columns and the saved view."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from kernel.registry import Entity

#: Names beside the filters' own that an address may carry.
WORDS = ("q", "sort", "columns", "view", "group", "cursor")


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

    @property
    def bare(self) -> bool:
        """Nothing was asked for: the person's own default applies."""
        return not (self.filters or self.q or self.sort or self.columns or self.view)

    def pairs(self) -> list[tuple[str, str]]:
        words = (("q", self.q), ("sort", self.sort), ("columns", ",".join(self.columns)), ("view", self.view))
        rest = (*words, ("group", self.group), ("cursor", self.cursor))
        return [(name, value) for name, values in self.filters.items() for value in values] + [p for p in rest if p[1]]

    def query(self, **changes: Any) -> str:
        """The query string, with some parts changed. A change of what is shown starts at the first page again."""
        return urlencode(replace(self, **{"cursor": "", **changes}).pairs())

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
        return {"filters": filters, "q": self.q, "sort": self.sort, "columns": list(self.columns), "group": self.group}


def from_query(entity: Entity, query: QueryDict | str) -> State:
    """Read an address. Parameters that are not this entity's are left alone: links from elsewhere may carry some."""
    params = QueryDict(query) if isinstance(query, str) else query
    names = {f.name for f in entity.filter_fields}
    filters = {
        key: tuple(v for v in params.getlist(key) if v != "")
        for key in params
        if key.partition("__")[0] in names and key not in WORDS
    }
    columns = params.get("columns", "")
    return State(
        filters={key: values for key, values in filters.items() if values},
        q=params.get("q", "").strip()[:200],
        sort=params.get("sort", ""),
        columns=tuple(name for name in columns.split(",") if name),
        view=params.get("view", ""),
        group=params.get("group", ""),
        cursor=params.get("cursor", ""),
    )


def from_params(entity: Entity, params: Mapping[str, Any], view: str = "") -> State:
    """Read what a saved view keeps; names that no longer exist are dropped."""
    names = {f.name for f in entity.filter_fields}
    filters = {
        str(key): tuple(str(v) for v in (values if isinstance(values, list) else [values]))
        for key, values in dict(params.get("filters") or {}).items()
        if str(key).partition("__")[0] in names
    }
    return State(
        filters=filters,
        q=str(params.get("q") or ""),
        sort=str(params.get("sort") or ""),
        columns=tuple(name for name in params.get("columns") or () if name in entity.all_fields),
        view=view,
        group=str(params.get("group") or ""),
    )
