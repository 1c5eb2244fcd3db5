"""What plans are called and bring, in the reader's language."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.errors import Text

#: key → name, for whom, what it brings
PLANS: Final[dict[str, tuple[Text, Text, tuple[Text, ...]]]] = {
    "starter": (
        pgettext_lazy("plan", "Starter"),
        _("Small teams, up to 5"),
        (_("Customer base and import"), _("One engine of your choice"), _("5 GB of files")),
    ),
    "professional": (
        pgettext_lazy("plan", "Professional"),
        _("Most organizations"),
        (_("As many engines as you like"), _("Saved views and undo for every change"), _("API with personal tokens")),
    ),
    "enterprise": (
        pgettext_lazy("plan", "Enterprise"),
        _("Several branches and countries"),
        (_("Everything of Professional"), _("Help with moving your data"), _("Named manager and service level")),
    ),
}
