"""The public schema's tables: who our customers are, where they live, and schemas made beforehand."""

from tenants.models.handovers import HandOver
from tenants.models.organizations import Domain, Organization
from tenants.models.schemas import SchemaTemplate, SpareSchema

__all__ = ["Domain", "HandOver", "Organization", "SchemaTemplate", "SpareSchema"]
