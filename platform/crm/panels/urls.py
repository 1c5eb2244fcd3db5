"""Addresses of what panels send and show."""

from functools import partial, update_wrapper
from typing import Any

from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from crm.panels import acting, uploads
from crm.panels.map_page import relationship_map
from crm.panels.tie_form import add_tie
from frontend.views.access import permission, signed_in


def _map(entity: str) -> Any:
    view = update_wrapper(partial(relationship_map, entity=entity), relationship_map)
    return permission(f"crm.{entity}.view")(view)


_RECORD = "records/<slug:entity>/<uuid:pk>"

urlpatterns: list[URLPattern] = [
    path(f"{_RECORD}/points/", signed_in(require_POST(acting.add_point)), name="add_point"),
    path(f"{_RECORD}/relationships/", signed_in(add_tie), name="add_tie"),
    path(f"{_RECORD}/tier/", signed_in(acting.change_tier), name="change_tier"),
    path(f"{_RECORD}/tags/", signed_in(require_POST(acting.change_tags)), name="change_tags"),
    path(f"{_RECORD}/files/", signed_in(require_POST(uploads.upload_files)), name="upload_files"),
    path(f"{_RECORD}/picture/", signed_in(require_POST(uploads.change_picture)), name="change_picture"),
    path("parts/<slug:entity>/<uuid:pk>/primary/", signed_in(require_POST(acting.make_primary)), name="make_primary"),
    path("parts/<slug:entity>/<uuid:pk>/remove/", signed_in(require_POST(acting.remove_part)), name="remove_part"),
    path("relationships/<uuid:pk>/end/", permission("crm.relationship.change")(require_POST(acting.end_tie)),
         name="end_tie"),
    path("files/<uuid:pk>/", signed_in(require_GET(uploads.download)), name="file"),
    path("accounts/<uuid:pk>/map/", _map("account"), name="account_map"),
    path("contacts/<uuid:pk>/map/", _map("contact"), name="contact_map"),
]  # fmt: skip
