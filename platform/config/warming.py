"""What the first page of a process would otherwise wait for: the address maps with all views and forms behind them."""

from django.conf import settings
from django.urls import get_resolver
from django.utils.translation import override

_MAPS = ("config.urls_workspace", "config.urls_public", "config.urls_console")


def warm_up() -> None:
    """Import every address map and prepare it for building links, in each language."""
    for name in _MAPS:
        for language, _label in settings.LANGUAGES:
            with override(language):
                get_resolver(name).reverse_dict  # noqa: B018  # a property that is filled when it is first asked for
