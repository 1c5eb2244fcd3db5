"""The tree as the architecture tests read it: our own files, their layer, and their syntax trees."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOP = ("platform", "tenants", "modules", "billing", "api", "frontend", "infra", "tests")
#: Made, fetched or built: not ours to judge.
FOREIGN = {"node_modules", "dist", "__pycache__", "build", ".vite", "staticfiles"}

#: Imports, foreign keys and templates point from a higher number to the same part or to a lower number.
RANK = {
    "kernel": 0, "api": 1, "frontend": 1, "identity": 2, "tenants": 3, "crm": 4, "messaging": 4,
    "modules": 5, "billing": 5, "config": 6,
}  # fmt: skip


@cache
def files(*suffixes: str, tests: bool = False) -> tuple[Path, ...]:
    """Our files with these endings; those under tests/ only when asked for."""
    found = [ROOT / "manage.py"] if ".py" in suffixes else []
    for top in TOP if tests else TOP[:-1]:
        for path in (ROOT / top).rglob("*"):
            if path.suffix in suffixes and path.is_file() and not FOREIGN.intersection(path.relative_to(ROOT).parts):
                found.append(path)
    return tuple(sorted(found))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def part_of(path: Path) -> str:
    """The part a file belongs to: "crm", "tenants", "modules.sfa"; "" for what is no part of the application."""
    parts = path.relative_to(ROOT).parts
    if parts[0] == "platform":
        return parts[1]
    if parts[0] == "modules" and len(parts) > 2:
        return f"modules.{parts[1]}"
    return parts[0] if parts[0] in RANK else ""


def rank_of(part: str) -> int:
    return RANK[part.partition(".")[0]]


def may_use(user: str, used: str) -> bool:
    """Whether `user` may lean on `used`: itself, or a lower layer; never a sibling, never upwards."""
    return user == used or rank_of(used) < rank_of(user)


def may_render(user: str, used: str) -> bool:
    """As above; the API's own pages stand in the layout that every page stands in."""
    return may_use(user, used) or (user, used) == ("api", "frontend")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def texts(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """String constants that are no docstrings, with their lines."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value, node.lineno
