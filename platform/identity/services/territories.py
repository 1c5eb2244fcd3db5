"""Who serves a territory. The territories themselves are ordinary records, written by kernel.records."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from identity.models import Territory, TerritoryMember, User
from identity.services.people import MANAGE
from kernel.access import Actor, require, require_open
from kernel.audit import record_act
from kernel.errors import Invalid


@transaction.atomic
def set_territory_people(*, actor: Actor, territory: Territory, people: Iterable[User]) -> None:
    """Make these the people of a territory: what they see by the level "territory" follows at their next request."""
    require(actor, MANAGE)
    require_open()
    Territory.objects.select_for_update().get(pk=territory.pk)
    wanted = {person.pk: person for person in people}
    held = {one.user_id: one.user for one in territory.memberships.select_related("user")}
    added = [person for pk, person in wanted.items() if pk not in held]
    gone = [person for pk, person in held.items() if pk not in wanted]
    if any(person.state == User.State.DEACTIVATED or person.deleted_at for person in added):
        raise Invalid.one("people", "deactivated", _("Choose people who work here."))
    TerritoryMember.objects.filter(territory=territory, user__in=gone).delete()
    TerritoryMember.objects.bulk_create([TerritoryMember(territory=territory, user=one) for one in added])
    if added or gone:
        names = [", ".join(sorted(one.name for one in some)) or None for some in (held.values(), wanted.values())]
        record_act("territory_people", actor=actor, entity="territory", record=territory, changes={"people": names})
