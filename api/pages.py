"""Lists: what the address asks for, and the page that answers it."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DataError, transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from api.representation import Shape
from kernel import query
from kernel.access import Actor
from kernel.errors import Invalid, Problem
from kernel.query.counting import Size, about, quickly
from kernel.query.walking import page_in_time
from kernel.registry import Entity

#: Parameters that are ours; everything else names a filter.
RESERVED = frozenset({"q", "cursor", "limit", "sort", "fields", "expand", "f", "count"})
#: How a list may be asked to count: at any cost, or not at all; without a word exactly where that is quick.
COUNTS = ("exact", "none")
NO_SUCH_PARAMETER = Problem("unknown_parameter", _("This list has no such parameter."))


@dataclass(frozen=True)
class Wish:
    """What a list's address asks for."""

    filters: tuple[Any, ...]
    q: str
    sort: str
    cursor: str | None
    limit: int
    shape: Shape
    count: str


def read_limit(text: str | None) -> int:
    """More than the most is the most; what is no number is a problem."""
    if not text:
        return int(settings.API_PAGE_SIZE)
    if not (text.isascii() and text.isdigit()) or not text.strip("0"):
        raise Invalid.one("limit", "bad_limit", _("A limit is a whole number from 1 to 200."))
    return int(settings.API_PAGE_MAX) if len(text) > 6 else min(int(text), settings.API_PAGE_MAX)


def read_sort(entity: Entity, text: str) -> str:
    spec = entity.all_fields.get(text.removeprefix("-"))
    if text and (spec is None or not spec.sortable):
        raise Invalid.one(
            "sort", "unknown_field", _("Sort by one field of this entity, such as “name” or “-created_at”.")
        )
    return text


def read_count(text: str) -> str:
    if text not in ("", *COUNTS):
        raise Invalid.one("count", "bad_count", _("Ask for “exact” or “none”, or leave this out."))
    return text


def read_wish(entity: Entity, params: QueryDict, actor: Actor) -> Wish:
    if any("\x00" in value for values in params.lists() for value in (values[0], *values[1])):
        raise Invalid.one("", "bad_characters", _("The address holds characters that cannot be kept."))
    rest = params.copy()
    for name in RESERVED:
        rest.pop(name, None)
    if pointless := sorted(query.filters.RESERVED.intersection(rest)):
        # Pages know `page` and the like; ignored here, it would let a program walk the first page for ever.
        raise Invalid({name: [NO_SUCH_PARAMETER] for name in pointless})
    return Wish(
        filters=(*query.parse_filters(entity, rest), *query.parse_tree(entity, params.get("f", ""), actor=actor)),
        q=params.get("q", ""),
        sort=read_sort(entity, params.get("sort", "")),
        cursor=params.get("cursor") or None,
        limit=read_limit(params.get("limit")),
        shape=Shape.of(entity, params.getlist("fields"), params.getlist("expand")),
        count=read_count(params.get("count", "")),
    )


def answer_list(request: Request, entity: Entity, actor: Actor) -> dict[str, Any]:
    """One page as `{results, next, previous, count, count_is}`."""
    wish = read_wish(entity, request.query_params, actor)
    rows = query.select(entity, actor=actor, filters=wish.filters, q=wish.q, sort=wish.sort or None)
    # Labels come from one query for each target, so the list page's joins are left out here.
    rows = rows.select_related(None)
    if entity.has_search:
        rows = rows.defer("search_text")
    page = _page(rows, entity, wish)
    return {
        "results": wish.shape.rows(page.rows, actor),
        "next": address(request, page.next),
        "previous": address(request, page.previous),
        **_counted(rows, page, wish.count),
    }


def _counted(rows: Any, page: query.Page, wish: str) -> dict[str, Any]:
    """How many there are: exactly where that is quick or was asked for, otherwise about."""
    if wish == "none":
        return {}
    number, expected = (query.count(rows), 0) if wish == "exact" else quickly(rows, lambda: query.count(rows))
    least = len(page.rows) + bool(page.next) + bool(page.previous)
    size = about(expected, least=least) if number is None else Size(number)
    return {"count": size.number, "count_is": "exact" if size.exact else "about"}


def _page(rows: Any, entity: Entity, wish: Wish) -> query.Page:
    sort = wish.sort or entity.sort
    read = page_in_time if wish.q or wish.filters else query.page
    if not wish.cursor:
        return read(rows, entity, sort=sort, size=wish.limit)
    try:
        # A cursor made by hand may hold a value that the database refuses: only this savepoint is lost then.
        with transaction.atomic():
            return read(rows, entity, sort=sort, size=wish.limit, cursor=wish.cursor)
    except (DataError, ValueError):
        raise Invalid.one(
            "cursor", "bad_cursor", _("This cursor is not one of ours. Start from the first page.")
        ) from None


def address(request: Request, cursor: str | None) -> str | None:
    """This list's absolute address at another cursor."""
    if not cursor:
        return None
    params = request.query_params.copy()
    params["cursor"] = cursor
    return str(request.build_absolute_uri(f"{request.path}?{params.urlencode()}"))
