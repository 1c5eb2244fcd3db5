"""How one proves who one is, for the schema. Named by path: the API knows no engine."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class Token(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # drf-spectacular's is untyped
    target_class = "identity.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, _auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer"}


class Session(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # drf-spectacular's is untyped
    target_class = "identity.api.authentication.SessionAuthentication"
    name = "session"
    priority = 1

    def get_security_definition(self, _auto_schema: Any) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
