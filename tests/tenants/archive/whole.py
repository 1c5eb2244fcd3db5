"""A workspace as one value, to be compared with another."""

import hashlib
import io
from dataclasses import replace
from typing import Any

from django.db import transaction

from kernel import files
from kernel.context import Tenant, public_context, tenant_context
from tenants.archive.connections import snapshot
from tenants.archive.contents import AREAS_LEFT_OUT, exported_tables
from tenants.models import Organization


def rows_of(tenant: Tenant) -> dict[str, list[bytes]]:
    """Every row of every table that archives hold, secrets replaced as they are there, in a fixed order."""
    with tenant_context(replace(tenant, operator=False)), snapshot() as cursor:
        return {table.name: _rows(cursor, table) for table in exported_tables(cursor)}


def _rows(cursor: Any, table: Any) -> list[bytes]:
    text = io.BytesIO()
    cursor.cursor.copy_expert(table.copy_out(), text)
    head, *rows = text.getvalue().splitlines(keepends=True)
    return [head, *sorted(rows)]


def files_of(tenant: Tenant) -> dict[str, str]:
    with tenant_context(tenant):
        return {
            ref: hashlib.sha256(files.path_of(ref).read_bytes()).hexdigest() for ref in files.refs(but=AREAS_LEFT_OUT)
        }


def tenant_now(tenant: Tenant) -> Tenant:
    """The workspace as the public schema has it."""
    with public_context(), transaction.atomic():
        found: Tenant = Organization.objects.get(pk=tenant.id).as_tenant()
    return found
