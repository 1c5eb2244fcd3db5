"""The customer base's tables."""

from crm.models.customization import (
    CustomField,
    Customization,
    CustomObject,
    CustomRecord,
    CustomRelation,
    EntityLayout,
    FieldCounter,
)  # fmt: skip
from crm.models.imports import ImportMapping, ImportProblem, ImportRun
from crm.models.opened import Opened
from crm.models.people import Account, Contact
from crm.models.views import SavedView, ViewChoice

__all__ = [
    "Account", "Contact", "CustomField", "CustomObject", "CustomRecord", "CustomRelation", "Customization",
    "EntityLayout", "FieldCounter", "ImportMapping", "ImportProblem", "ImportRun", "Opened", "SavedView", "ViewChoice",
]  # fmt: skip
