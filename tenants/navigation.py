"""The console's places in the frame; workspaces get theirs from the manifests."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from frontend.shell import NavGroup, NavItem
from tenants import hosts


def console_places(request: HttpRequest) -> list[NavGroup]:
    if not getattr(request, "actor", None) or not hosts.is_console(hosts.bare(request.get_host())):
        return []
    return [
        NavGroup(
            [
                NavItem(_("Organizations"), "/", icon="building-2", current=_is_list(request.path)),
                NavItem(_("Releases"), "/releases/", icon="layers", current=request.path == "/releases/"),
                NavItem(_("Health"), "/health/", icon="heart-pulse", current=request.path == "/health/"),
            ]
        )
    ]


def _is_list(path: str) -> bool:
    return path == "/" or path.startswith("/organizations/")
