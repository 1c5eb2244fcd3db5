"""Which app's tables live in which schema."""

from contextvars import ContextVar
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections

from kernel.context import PUBLIC

#: Engines whose tables may be made now, by app label; `tenants.templates` sets it while it migrates one.
engines_in_hand: ContextVar[frozenset[str]] = ContextVar("engines_in_hand", default=frozenset())


def labels_of(names: Any) -> frozenset[str]:
    """App labels of entries of INSTALLED_APPS."""
    wanted = {name.rpartition(".apps.")[0] or name for name in names}
    return frozenset(config.label for config in apps.get_app_configs() if config.name in wanted)


def public_labels() -> frozenset[str]:
    return labels_of(settings.SHARED_APPS)


def core_labels() -> frozenset[str]:
    """Apps whose tables every workspace has from its first moment."""
    return labels_of(settings.CORE_APPS)


class SchemaRouter:
    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool:
        connection: Any = connections[db]  # ours: see tenants.postgresql
        if connection.schema_name == PUBLIC:
            return app_label in public_labels()
        return app_label in core_labels() or app_label in engines_in_hand.get()
