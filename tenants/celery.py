"""Tasks carry the workspace they were sent from. A message without one does not quietly run in public: it fails."""

from typing import Any, Final

from celery import Task

from kernel.context import Tenant, get_tenant, public_context, tenant_context

HEADER: Final = "peyvand_schema"


class NoWorkspace(RuntimeError):
    """A task arrived without the workspace it belongs to, or for one that is gone."""


class WorkspaceTask(Task):  # type: ignore[type-arg]  # generic for the type checker only
    """The base of every task. `public=True` on a task says that it belongs to no workspace."""

    abstract = True
    public = False

    def apply_async(  # type: ignore[override]  # the options are passed on as they are
        self, args: Any = None, kwargs: Any = None, **options: Any
    ) -> Any:
        tenant = get_tenant()
        if not self.public and (tenant is None or tenant.is_public):
            raise NoWorkspace(f"{self.name} was sent outside a workspace. Use kernel.context.tenant_context().")
        if not self.public and tenant is not None:
            options["headers"] = {**(options.get("headers") or {}), HEADER: tenant.schema}
        return super().apply_async(args, kwargs, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.public:
            with public_context():
                return super().__call__(*args, **kwargs)
        with tenant_context(tenant_of(self._schema())):
            return super().__call__(*args, **kwargs)

    def _schema(self) -> str:
        """The header, where the worker puts it (on the request) or where an eager call leaves it (in `headers`)."""
        headers = self.request.headers or {}
        schema = headers.get(HEADER) or getattr(self.request, HEADER, None)
        if not schema:
            raise NoWorkspace(f"{self.name} arrived without a workspace.")
        return str(schema)


def tenant_of(schema: str) -> Tenant:
    from tenants.models import Organization

    with public_context():
        found = Organization.objects.exclude(state=Organization.State.ERASED).filter(schema_name=schema)
        organization: Organization | None = found.first()
    if organization is None:
        raise NoWorkspace(f"There is no workspace {schema!r} (any more).")
    return organization.as_tenant()
