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
        if not self.public:
            options["headers"] = self._with_workspace(options.get("headers"))
            if HEADER not in options["headers"]:
                raise NoWorkspace(f"{self.name} was sent outside a workspace. Use kernel.context.tenant_context().")
        return super().apply_async(args, kwargs, **options)

    def signature(self, args: Any = None, *starargs: Any, **starkwargs: Any) -> Any:
        """The next steps of a chain, callbacks and retries are sent by the worker, after the workspace was left: they
        take it along from where they were made."""
        made = super().signature(args, *starargs, **starkwargs)
        if not self.public and (headers := self._with_workspace(made.options.get("headers"))):
            made.set(headers=headers)
        return made

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.public:
            with public_context():
                return super().__call__(*args, **kwargs)
        with tenant_context(self._workspace()):
            return super().__call__(*args, **kwargs)

    def _with_workspace(self, given: Any) -> dict[str, Any]:
        """These headers and the workspace: the one they carry already, or the one that is bound."""
        headers = dict(given or {})
        tenant = get_tenant()
        if tenant is None or tenant.is_public:
            return headers
        if headers.setdefault(HEADER, tenant.schema) != tenant.schema:
            raise NoWorkspace(f"{self.name} was made in {headers[HEADER]} and is sent from {tenant.schema}.")
        return headers

    def _workspace(self) -> Tenant:
        """The header's, where the worker puts it (on the request) or where an eager call leaves it (in `headers`)."""
        headers = self.request.headers or {}
        schema = headers.get(HEADER) or getattr(self.request, HEADER, None)
        if schema:
            return tenant_of(str(schema))
        tenant = get_tenant()
        if self.request.called_directly and tenant is not None and not tenant.is_public:
            return tenant  # a plain call of a function, no message
        raise NoWorkspace(f"{self.name} arrived without a workspace.")


def tenant_of(schema: str) -> Tenant:
    from tenants.models import Organization

    with public_context():
        found = Organization.objects.exclude(state=Organization.State.ERASED).filter(schema_name=schema)
        organization: Organization | None = found.first()
    if organization is None:
        raise NoWorkspace(f"There is no workspace {schema!r} (any more).")
    return organization.as_tenant()
