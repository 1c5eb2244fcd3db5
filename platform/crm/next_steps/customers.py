"""What the customer base proposes: a day that comes, nobody to look after them, no way to reach them."""

from datetime import timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from crm.next_steps.step import Act, Step
from crm.pages.labels import shows
from crm.pages.links import entity_url
from crm.panels import Frame
from crm.panels.life_events import life_events_at
from crm.services.parts import today
from identity.models import User
from kernel import formats
from kernel.registry import registry

SOON: Final = 30
_CUSTOMERS: Final = frozenset({"account", "contact"})
_WAYS: Final = {"account": ("email", "phone"), "contact": ("email", "phone", "mobile")}


def steps(frame: Frame) -> list[Step]:
    found = [*_ownerless(frame)]
    if frame.entity.name in _CUSTOMERS:
        found += [*_coming(frame), *_unreachable(frame)]
    return found


def _coming(frame: Frame) -> list[Step]:
    """The next two days of their life."""
    if not frame.actor.may(registry.entity("life_event").permission("view")):
        return []
    now = today()
    last = now + timedelta(SOON)
    coming = ((row.next_on, row.pk, row) for row in life_events_at(frame) if row.next_on)
    soon = sorted(one for one in coming if now <= one[0] <= last)
    return [_event(row, (day - now).days) for day, _pk, row in soon[:2]]


def _event(row: Any, days: int) -> Step:
    persian = (get_language() or "").startswith("fa")
    kind = (row.kind.label_fa if persian else row.kind.label_en) or row.kind.name
    what = row.name if row.name and row.name != row.kind.name else kind
    when = ngettext("%(what)s in %(n)s day", "%(what)s in %(n)s days", days) % {"what": what, "n": formats.num(days)}
    text = when if days else _("%s today") % what
    # With the year's day in the key, next year's is proposed again.
    return Step(
        f"life_event:{row.pk}:{row.next_on.isoformat()}", text, formats.date_long(row.next_on),
        Act(_("Open"), reverse("crm:life_event_detail", args=[row.pk])), "sparkles", rank=10 if days <= 7 else 40,
    )  # fmt: skip


def _unreachable(frame: Frame) -> list[Step]:
    """Said only to those who read every field in which a way could stand."""
    ways = _WAYS[frame.entity.name]
    if not all(shows(frame.entity, name) for name in ways) or any(getattr(frame.record, name) for name in ways):
        return []
    act = Act(_("Add one"), entity_url(frame.entity, "edit", frame.record.pk)) if frame.may_change else None
    why = _("Neither an e-mail nor a phone is known.")
    return [Step("unreachable", _("No way to reach them"), why, act, "phone-off", rank=30)]


def _ownerless(frame: Frame) -> list[Step]:
    """Nobody's, or somebody's who has left."""
    entity = frame.entity
    owner = entity.all_fields.get(entity.owner) if entity.has_owner and entity.name != "user" else None
    if owner is None or not frame.may_change or owner.readonly or frame.actor.user_id is None:
        return []
    pk = getattr(frame.record, owner.column)
    take = Act(_("Take it over"), f"{frame.place}take/", "post")
    if pk is None:
        return [Step("no_owner", _("Nobody looks after this"), _("It has no owner."), take, "user-plus", rank=20)]
    gone = User.everything.filter(pk=pk, state=User.State.DEACTIVATED).first()
    if gone is None:
        return []
    why = _("%s is deactivated and can no longer sign in.") % gone
    return [Step(f"owner_left:{pk}", _("Its owner has left"), why, take, "user-x", rank=20)]
