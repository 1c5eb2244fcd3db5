"""Who may call. Levels and records are decided by kernel.access alone; this only asks who is there."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from django.http import HttpRequest
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from kernel.access import Actor
from kernel.registry.overlay import NOTHING, with_overlay

View = TypeVar("View", bound=Callable[..., Any])


class SignedIn(BasePermission):
    """Somebody of this workspace, by token or session."""

    def has_permission(self, request: Request, _view: Any) -> bool:
        return getattr(request, "actor", None) is not None


class Anyone(BasePermission):
    """Open to everyone; to be written down, never fallen into."""

    def has_permission(self, _request: Request, _view: Any) -> bool:
        return True


def actor_of(request: Request | HttpRequest) -> Actor:
    """The actor whom authentication found; 401 where there is none."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor):
        raise NotAuthenticated()
    return actor


def words_for(request: Request | HttpRequest) -> AbstractContextManager[None]:
    """To strangers only what every workspace has: what an organization calls its own fields is nobody's business."""
    inside = isinstance(getattr(request, "actor", None), Actor)
    return nullcontext() if inside else with_overlay(NOTHING)


def declare(view: View, access: str) -> View:
    """Write down who may open a view, for the test that walks the URL map; the permission classes enforce it."""
    view.peyvand_access = access  # type: ignore[attr-defined]  # functions take attributes at run time
    return view
