"""What a URL configuration may name: the error handlers and the style guide."""

from frontend.errors import (
    bad_request,
    csrf_failure,
    page_not_found,
    permission_denied,
    server_error,
    unavailable,
)
from frontend.kit import kit

__all__ = ["bad_request", "csrf_failure", "kit", "page_not_found", "permission_denied", "server_error", "unavailable"]
