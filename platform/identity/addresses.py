"""Absolute addresses of the workspace that is bound, for letters written outside a request as well as inside."""

from django.conf import settings

from kernel.context import get_tenant


def workspace_url(path: str = "/") -> str:
    tenant = get_tenant()
    host = tenant.host if tenant and tenant.host else settings.CONSOLE_HOST
    port = f":{settings.PORT}" if settings.SCHEME == "http" and ":" not in host else ""
    return f"{settings.SCHEME}://{host}{port}{path}"


def workspace_name() -> str:
    tenant = get_tenant()
    return tenant.name if tenant and tenant.name else "Peyvand"
