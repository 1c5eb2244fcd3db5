"""The console's places in the frame; workspaces get theirs from the manifests."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from frontend.shell import NavGroup, NavItem
from tenants import hosts


def console_places(request: HttpRequest) -> list[NavGroup]:
    if not getattr(request, "actor", None) or not hosts.is_console(hosts.bare(request.get_host())):
        return []
    places = (("/", _("Organizations"), "building-2"), ("/health/", _("Health"), "heart-pulse"))
    items = [NavItem(label, url, icon, current=request.path == url) for url, label, icon in places]
    return [NavGroup(items)]
