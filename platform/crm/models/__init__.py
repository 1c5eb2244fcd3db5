"""The customer base's tables."""

from crm.models.people import Account, Contact
from crm.models.views import SavedView, ViewChoice

__all__ = ["Account", "Contact", "SavedView", "ViewChoice"]
