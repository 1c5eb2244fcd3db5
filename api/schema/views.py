"""The schema of hand-written views: what drf-spectacular finds, and the problems every view may answer with."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry

from api.schema import problems
from api.schema.fields import Schema


class ApiSchema(AutoSchema):
    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> Schema | None:
        operation: Schema | None = super().get_operation(path, path_regex, path_prefix, method, registry)
        if operation is None:
            return None
        statuses = [401, 403, 429]
        if "{" in path:
            statuses.append(404)
        if method.upper() in ("POST", "PATCH", "PUT"):
            statuses += [400, 415, 422]
        found: dict[str, Any] = operation["responses"]
        operation["responses"] = {**problems.responses(registry, *sorted(statuses)), **found}
        return operation

    def get_tags(self) -> list[str]:
        """The first part of the path: `users/me/` stands with the users."""
        parts = [part for part in self.path.removeprefix("/api/v1").split("/") if part]
        return [parts[0] if parts else "api"]
