"""The board page, the next cards of a lane, and moving a card to another lane."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from crm.pages.lanes import (
    NONE,
    Lane,
    board_of,
    count_lanes,
    fill_lanes,
    groups_of,
    lane_cards,
    lane_fields,
    lane_key,
    lanes_of,
    on_board,
    totals_words,
)  # fmt: skip
from crm.pages.links import actor_of, entity_url, wants
from crm.pages.list import answer, frame_context
from crm.pages.state import from_query
from crm.pages.table import Setting, arrange
from kernel import formats
from kernel.access import Actor, get_record_for
from kernel.clean import clean_values
from kernel.errors import Conflict, Invalid, KernelError, NotFound
from kernel.query.counting import within
from kernel.records import update_record
from kernel.registry import Entity, Field

#: Counts and sums that are asked for when the cards stand may take so long.
SIZE_MS = 2_000


def board(request: HttpRequest, *, entity: Entity) -> HttpResponse:
    setting = arrange(entity, from_query(entity, request.GET), actor=actor_of(request))
    groups = groups_of(entity, setting)
    group = _chosen(groups, setting.state.group)
    lanes = lanes_of(entity, setting, group)
    if wants(request, "board-size"):
        return _size(request, setting, lanes, group)
    counted = fill_lanes(entity, setting, lanes, group)
    frame = frame_context(setting, "board")
    chosen = board_of(entity, setting.state)
    query = setting.state.query(group=str(group.pk) if group is not None else "")
    context: dict[str, Any] = {
        **frame, "lanes": lanes, "counted": counted, "totals": totals_words(lanes),
        "count": sum(lane.count for lane in lanes) if counted else None,
        "group": group, "groups": groups if len(groups) > 1 else [],
        "move_url": entity_url(entity, "move", query=query), "table": {"problems": setting.problems},
        "lane_fields": lane_fields(entity), "lane_field": chosen.lane,
        "lane_readonly": entity.field(chosen.lane).readonly,
    }  # fmt: skip
    return answer(request, "crm/list.html", "crm/board_body.html", context)


def _size(request: HttpRequest, setting: Setting, lanes: Sequence[Lane], group: Any) -> HttpResponse:
    """Exact counts and sums, for a board whose cards stand already."""
    queryset = on_board(setting.entity, setting, group)[0]
    try:
        with within(SIZE_MS):
            count_lanes(setting.entity, queryset, lanes, board_of(setting.entity, setting.state))
    except OperationalError:
        return HttpResponse(status=204)
    context = {"lanes": lanes, "count": sum(lane.count for lane in lanes), "totals": totals_words(lanes)}
    return render(request, "crm/board_size.html", context)


def _chosen(groups: Sequence[Any], wish: str) -> Any:
    return next((g for g in groups if str(g.pk) == wish), groups[0] if groups else None)


def lane(request: HttpRequest, key: str, *, entity: Entity) -> HttpResponse:
    """The next cards of a lane, to stand where the button for them was."""
    setting = arrange(entity, from_query(entity, request.GET), actor=actor_of(request))
    found, group = _lane(entity, setting, key)
    lane_cards(entity, setting, found, group)
    return render(request, "crm/cards.html", {"lane": found})


def _lane(entity: Entity, setting: Setting, key: str) -> tuple[Lane, Any]:
    group = _chosen(groups_of(entity, setting), setting.state.group)
    found = next((lane for lane in lanes_of(entity, setting, group) if lane.key == key), None)
    if found is None:
        raise NotFound()
    return found, group


def move(request: HttpRequest, *, entity: Entity) -> HttpResponse:
    """Put a card into another lane; the answer holds the new counts and sums, a refusal its reason."""
    actor, post = actor_of(request), request.POST
    state = from_query(entity, request.GET)
    field = entity.field(board_of(entity, state).lane)
    try:
        record = move_card(
            entity, post.get("record", ""), post.get("lane", ""), post.get("from"), actor=actor, field=field
        )
    except KernelError as error:
        return JsonResponse({"detail": reason_of(error)}, status=error.status)
    setting = arrange(entity, state, actor=actor)
    group = _chosen(groups_of(entity, setting), setting.state.group)
    lanes = lanes_of(entity, setting, group)
    count_lanes(entity, on_board(entity, setting, group)[0], lanes, board_of(entity, setting.state))
    answer = {lane.key: {"count": formats.num(lane.count), "sum": lane.sum_text} for lane in lanes}
    response = JsonResponse({"lanes": answer, "totals": totals_words(lanes)})
    audit = getattr(record, "audit_id", None)
    if audit is None:
        return response
    label = next((lane.label for lane in lanes if lane.key == post.get("lane")), "")
    message = _("“%(title)s” moved to %(lane)s") % {"title": entity.title_of(record), "lane": label}
    return trigger_client_event(response, "toast", {"message": message, "undo": f"/undo/{audit}/"})


def reason_of(error: KernelError) -> str:
    if isinstance(error, Invalid):
        return " ".join(str(p) for several in error.problems.values() for p in several)
    return str(error)


def move_card(
    entity: Entity, pk: UUID | str, key: str, came_from: str | None, *, actor: Actor, field: Field | None = None
) -> Any:
    """Change a record's lane. When somebody has moved it meanwhile, that stands and is told."""
    field = field or entity.field(board_of(entity).lane)
    record = get_record_for(actor, entity, pk, "change")
    if came_from is not None and lane_key(getattr(record, field.column)) not in (came_from, key):
        raise Conflict(record, _("Somebody has moved this card meanwhile. Load the board again to see where it is."))
    values = clean_values(entity, {field.name: "" if key == NONE else key}, actor=actor, partial=True)
    return update_record(entity, record.pk, actor=actor, values=values, version=record.version)
