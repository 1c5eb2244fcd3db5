"""The answers every operation may give beside its own."""

from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from api.errors import CONTENT_TYPE, TITLES
from api.schema import components
from api.schema.fields import Schema

#: Status → code of the problem that stands for it.
CODES = {
    400: "parse_error", 401: "not_authenticated", 403: "denied", 404: "not_found", 409: "conflict",
    412: "precondition_failed", 413: "too_large", 415: "unsupported_media_type", 422: "invalid", 429: "throttled",
}  # fmt: skip
_NAMES = {
    400: "BadRequest", 401: "Unauthenticated", 403: "Forbidden", 404: "NotFound", 409: "Conflict",
    412: "PreconditionFailed", 413: "TooLarge", 415: "UnsupportedMediaType", 422: "Invalid", 429: "TooManyRequests",
}  # fmt: skip
_DETAIL: dict[int, dict[str, Schema]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    429: {"Retry-After": {"schema": {"type": "integer"}}},
}


def rate_headers() -> dict[str, Schema]:
    text: Schema = {"schema": {"type": "string"}}
    number: Schema = {"schema": {"type": "integer"}}
    return {
        "RateLimit": text, "RateLimit-Policy": text, "RateLimit-Limit": number, "RateLimit-Remaining": number,
        "RateLimit-Reset": number,
    }  # fmt: skip


def responses(registry: ComponentRegistry, *statuses: int) -> dict[str, Schema]:
    """References to the shared problem answers of these statuses."""
    components.put(registry, "FieldError", components.field_error)
    body = components.put(registry, "Problem", components.problem)
    return {str(status): _response(registry, status, body) for status in statuses}


def _response(registry: ComponentRegistry, status: int, body: Schema) -> Schema:
    code = CODES[status]
    errors = [{"field": "email", "code": "bad_email", "message": "…"}] if status == 422 else []

    def make() -> Schema:
        shown = {
            "type": f"/api/docs/#problem-{code}", "title": str(TITLES[code]), "status": status, "detail": "…",
            "instance": "/api/v1/…", "code": code, "errors": errors, "reference": "…",
        }  # fmt: skip
        return {
            "description": str(TITLES[code]),
            "headers": {**_DETAIL.get(status, {})},
            "content": {CONTENT_TYPE: {"schema": body, "examples": {code: {"value": shown}}}},
        }

    return components.put(registry, _NAMES[status], make, ResolvedComponent.RESPONSE)
