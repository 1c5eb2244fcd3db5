"""The customer base's tables."""

from crm.models.imports import ImportMapping, ImportProblem, ImportRun
from crm.models.people import Account, Contact
from crm.models.views import SavedView, ViewChoice

__all__ = [
    "Account", "Contact", "ImportMapping", "ImportProblem", "ImportRun", "SavedView", "ViewChoice",
]  # fmt: skip
