"""A list gathered into groups, each with its count, sums and first rows: a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from crm.pages.bucket_parts import Bucket, By
from crm.pages.buckets import bucket_condition, gather, key_of, narrowed_to
from crm.pages.links import entity_url
from crm.pages.rows import Column, Row
from crm.pages.state import State
from crm.pages.table import (
    GroupRows,
    Setting,
    Table,
    columns_of,
    draw_rows,
    records_of,
    total_words,
)
from crm.pages.values import is_summed
from kernel.errors import NotFound
from kernel.query import cursors_of, page

#: Rows of a group at first, and with each "more".
FIRST, NEXT = 10, 50


def draw_grouped(setting: Setting, by: By) -> Table:
    """Groups by one query, the first rows of all of them by two."""
    entity = setting.entity
    queryset, state, told = records_of(setting)
    summed = [f.name for f in setting.fields if is_summed(f)]
    gathered = gather(entity, queryset, by, setting.labels, summed, order=state.by_order)
    records = _first_rows(queryset, by, gathered.buckets)
    setting.labels.load([r for several in records.values() for r in several], setting.fields)
    totals: dict[str, Any] = {}
    for bucket in gathered.buckets:
        for name, sums in bucket.sums.items():
            for currency, amount in sums.items():
                kept = totals.setdefault(name, {})
                kept[currency] = kept.get(currency, 0) + amount
    # Groups beyond those shown would be missing from a total: then there is none.
    columns = columns_of(setting, state, {} if gathered.others else totals)
    every = [record for bucket in gathered.buckets for record in records.get(bucket.key, [])]
    rows = draw_rows(setting, every, columns, state)
    drawn = {row.pk: row for row in rows}
    groups = [
        _group(setting, by, bucket, records.get(bucket.key, []), columns, state, drawn) for bucket in gathered.buckets
    ]
    return Table(
        columns, rows, gathered.count, "", "", [*setting.problems, *told], groups=groups, others=gathered.others,
        others_count=gathered.others_count,
    )  # fmt: skip


def _first_rows(queryset: Any, by: By, buckets: Sequence[Bucket]) -> dict[str, list[Any]]:
    bare = queryset.select_related(None)
    tops = {}
    for bucket in buckets:
        condition = bucket_condition(by, bucket.key)
        if condition is not None:
            tops[bucket.key] = bare.filter(condition).values_list("pk", flat=True)[:FIRST]
    if not tops:
        return {}
    first, *others = tops.values()
    ids = list(first.union(*others, all=True) if others else first)
    found: dict[str, list[Any]] = {}
    for record in queryset.filter(pk__in=ids):
        found.setdefault(key_of(by, record), []).append(record)
    return found


def _group(
    setting: Setting, by: By, bucket: Bucket, records: Sequence[Any], columns: Sequence[Column], state: State,
    drawn: Mapping[Any, Row],
) -> GroupRows:  # fmt: skip
    more = ""
    if bucket.count > len(records) and records:
        more = _more(setting, state, bucket.key, cursors_of(records[-1], setting.entity, sort=state.sort or None)[1])
    listed = entity_url(setting.entity, "list", query=narrowed_to(state, by, bucket.key).query())
    totals = [total_words(bucket.sums.get(c.field.name, {})) for c in columns[1:]]
    return GroupRows(
        bucket.key, bucket.label, bucket.count, totals,
        [(c.label, total) for c, total in zip(columns[1:], totals, strict=True) if total],
        [drawn[record.pk] for record in records], more, listed,
    )  # fmt: skip


def _more(setting: Setting, state: State, key: str, cursor: str) -> str:
    return entity_url(setting.entity, "rows", query=f"{state.query(cursor=cursor)}&in={quote(key)}")


def next_rows(setting: Setting, by: By, key: str) -> tuple[list[Row], str]:
    """The next rows of one group by key, and the address of those after them."""
    condition = bucket_condition(by, key)
    if condition is None:
        raise NotFound()
    queryset, state, _told = records_of(setting)
    narrowed = queryset.filter(condition)
    found = page(narrowed, setting.entity, sort=state.sort or None, size=NEXT, cursor=state.cursor or None)
    setting.labels.load(found.rows, setting.fields)
    columns = columns_of(setting, state, {})
    rows = draw_rows(setting, found.rows, columns, replace(state, cursor=""))
    return rows, _more(setting, state, key, found.next) if found.next else ""
