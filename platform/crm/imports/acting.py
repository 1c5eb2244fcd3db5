"""Whose hand a job is: the person who started it, with what they may do now, not what they could do then."""

from __future__ import annotations

from identity.actors import actor_for
from identity.models import User
from kernel.access import Actor
from kernel.context import require_tenant
from kernel.errors import Denied
from kernel.models import Job


def actor_of(job: Job) -> Actor:
    user = User.objects.filter(pk=job.created_by_id).first()
    if user is None or not user.is_active:
        raise Denied()
    return actor_for(user, require_tenant())
