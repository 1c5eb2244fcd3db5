"""What of the customer base hangs on a person who leaves, beside the records they own."""

from django.utils.translation import gettext_lazy as _

from crm.models import SavedView
from identity.models import User
from identity.services.leaving import Belonging
from kernel.access import Actor


def _views(actor: Actor, user: User, to: User) -> int:
    return SavedView.objects.filter(user=user, shared=True).update(user=to)


shared_views = Belonging(
    "shared_views", _("Saved views that others use"),
    lambda user: SavedView.objects.filter(user=user, shared=True).count(), _views,
)  # fmt: skip
