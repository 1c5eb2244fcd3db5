"""Cache keys carry the workspace, so that a key can never reach another's value."""

from kernel.context import get_tenant


def tenant_key(key: str, prefix: str, version: int) -> str:
    tenant = get_tenant()
    return f"{prefix}:{version}:{tenant.schema if tenant else 'public'}:{key}"
