"""Levels and actions of a role in words."""

from django import template
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

register = template.Library()

LEVELS: dict[str, Promise] = {
    "none": pgettext_lazy("level", "None"),
    "own": pgettext_lazy("level", "Own"),
    "team": pgettext_lazy("level", "Team's"),
    "team_below": pgettext_lazy("level", "Team and below"),
    "territory": pgettext_lazy("level", "Territory"),
    "all": pgettext_lazy("level", "All"),
}
FIELD_LEVELS: dict[str, Promise] = {
    "hidden": pgettext_lazy("field level", "Hidden"),
    "masked": pgettext_lazy("field level", "Masked"),
    "read": pgettext_lazy("field level", "See"),
    "edit": pgettext_lazy("field level", "See and change"),
}
ACTIONS: dict[str, Promise] = {
    "view": pgettext_lazy("action", "View"),
    "add": pgettext_lazy("action", "Add"),
    "change": pgettext_lazy("action", "Edit"),
    "delete": pgettext_lazy("action", "Delete"),
    "import": pgettext_lazy("action", "Import"),
    "export": pgettext_lazy("action", "Export"),
}


@register.filter
def level_word(level: str) -> str:
    return str(LEVELS.get(level, level))


@register.filter
def field_level_word(level: str) -> str:
    return str(FIELD_LEVELS.get(level, level))


@register.filter
def action_word(action: str) -> str:
    return str(ACTIONS.get(action, action))
