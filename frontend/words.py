"""The keyboard list, in the order people learn it. The keys are physical, so they are never translated."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SHORTCUTS: Final[list[tuple[list[str], str | Promise]]] = [
    (["Ctrl", "K"], _("Search or run a command")),
    (["/"], _("Find on this page")),
    (["J"], _("Next row")),
    (["K"], _("Previous row")),
    (["X"], _("Select the row")),
    (["Shift", "X"], _("Select up to this row")),
    (["Enter"], _("Open")),
    (["Space"], _("Preview, or lift a card")),
    (["E"], _("Edit in place")),
    (["F"], _("Filter")),
    (["["], _("Previous record or page")),
    (["]"], _("Next record or page")),
    (["Ctrl", "Enter"], _("Save or send")),
    (["Ctrl", "Z"], _("Undo")),
    (["?"], _("This list")),
    (["Esc"], _("One step out")),
]
