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
from crm.models.hanging import Attachment, Note, Tag, Tagging
from crm.models.imports import ImportMapping, ImportProblem, ImportRun
from crm.models.opened import Opened, PutAway
from crm.models.parts import Address, ContactPoint, Holding, LifeEvent, LifeEventKind
from crm.models.people import Account, Contact
from crm.models.relationships import Relationship, RelationshipRole
from crm.models.views import SavedView, ViewChoice

__all__ = [
    "Account", "Address", "Attachment", "Contact", "ContactPoint", "CustomField", "CustomObject", "CustomRecord",
    "CustomRelation", "Customization", "EntityLayout", "FieldCounter", "Holding", "ImportMapping", "ImportProblem",
    "ImportRun", "LifeEvent", "LifeEventKind", "Note", "Opened", "PutAway", "Relationship", "RelationshipRole",
    "SavedView", "Tag", "Tagging", "ViewChoice",
]  # fmt: skip
