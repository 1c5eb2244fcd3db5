"""Words that an organization wrote, in templates."""

from collections.abc import Mapping
from typing import Any

from django import template

from crm.customization.labels import spoken as say

register = template.Library()


@register.filter
def spoken(words: Any) -> str:
    """The reader's language, else whichever there is."""
    return str(say(words, "")) if isinstance(words, Mapping) else ""
