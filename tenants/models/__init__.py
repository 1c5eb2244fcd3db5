"""The public schema's tables: who our customers are, where they live, and schemas made beforehand."""

from tenants.models.handovers import HandOver
from tenants.models.lives import StateChange
from tenants.models.organizations import Domain, Organization
from tenants.models.releases import ReleaseRun
from tenants.models.schemas import RetiredSchema, SchemaTemplate, SpareSchema
from tenants.models.waiting import WorkNote

__all__ = [
    "Domain", "HandOver", "Organization", "ReleaseRun", "RetiredSchema", "SchemaTemplate", "SpareSchema",
    "StateChange", "WorkNote",
]  # fmt: skip
