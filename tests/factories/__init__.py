"""Workspaces and people for tests."""

from tests.factories.cast import Cast, make_cast
from tests.factories.clients import Api, api_client, page_client
from tests.factories.workspaces import PASSWORD, drop_everything_else, keep_workspaces, let_go, make_workspace

__all__ = [
    "PASSWORD", "Api", "Cast", "api_client", "drop_everything_else", "keep_workspaces", "let_go", "make_cast",
    "make_workspace", "page_client",
]  # fmt: skip
