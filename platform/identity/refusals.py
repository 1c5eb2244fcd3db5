"""Who was turned away at the door with something that had once been theirs, or that a guesser tried: in the audit.

So slowly that nobody fills the audit by knocking: as many lines for one person, or from one address, as allauth lets
there be attempts at a password. Whoever stands at the door is not known to be the person: the line has no actor.
"""

from typing import Any, Final

from allauth.core import context as allauth_context
from django.http import HttpRequest

from identity.models import User
from identity.throttle import allowed
from kernel.access import Actor
from kernel.audit import record_act

PER_ADDRESS: Final = "10/m"
PER_PERSON: Final = "5/5m"
#: A program with a token that has ended asks again and again, all day.
PER_TOKEN: Final = "1/h"  # noqa: S105 — a rate


def note_refusal(
    action: str, person: User, *, request: HttpRequest | None = None, own: bool = False, rate: str = PER_PERSON,
    **changes: Any,
) -> None:  # fmt: skip
    """Write it down, unless enough was said of this already. `own`: they are signed in, so it is themselves."""
    asked = request or allauth_context.request
    # Links and tokens come by GET.
    if not allowed(asked, f"audit_{action}", PER_ADDRESS, per_key=rate, key=str(person.pk), reading=True):
        return
    actor = Actor(user_id=person.pk if own else None, label=str(person))
    record_act(action, actor=actor, entity="user", record=person, changes=changes)
