"""What import-linter cannot see: names in strings, templates, SQL, and habits that leak one workspace into another."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db.models import Field, Model

from tenants.router import public_labels
from tests.architecture.sources import ROOT, files, may_render, may_use, name_of, part_of, rank_of, texts, tree_of

INCLUDES = re.compile(r"""{%-?\s*(?:extends|include)\s+["']([^"']+)["']""")
C_VARS = re.compile(r"<c-vars\b([^>]*)>")
URL_NAMES = re.compile(r"""["']([a-z_]+):[a-z_]+["']""")
SQL_WORDS = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|FROM|JOIN|TABLE|SCHEMA|EXECUTE)\b")
PUBLIC_NAME = re.compile(r"\bpublic\"?\.\"?[a-z_]")


def part_of_model(model: type[Model]) -> str:
    """The part of ours that a model belongs to; "" for models of libraries."""
    file = Path(apps.get_app_config(model._meta.app_label).path)
    return part_of(file / "models.py") if file.is_relative_to(ROOT) and ".venv" not in file.parts else ""


def relations() -> Iterator[tuple[type[Model], Any]]:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields(include_hidden=True):
            if isinstance(field, Field) and field.remote_field and field.related_model:
                yield model, field


def test_foreign_keys_point_down() -> None:
    """The user is the one exception: kernel and crm name it by AUTH_USER_MODEL, which is Django's own way out."""
    wrong = []
    for model, field in relations():
        here, there = part_of_model(model), part_of_model(field.related_model)
        if not here or not there or field.related_model._meta.label == settings.AUTH_USER_MODEL:
            continue
        if not may_use(here, there):
            wrong.append(f"{model._meta.label}.{field.name} → {field.related_model._meta.label}")
    assert not wrong


def test_no_foreign_key_leaves_a_workspace() -> None:
    core = {apps.get_app_config(label).label for label in _labels(settings.TENANT_APPS)}
    only_public = public_labels() - core
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model, field in relations()
        if model._meta.app_label in core and field.related_model._meta.app_label in only_public
    ]
    assert not wrong


def _labels(names: list[str]) -> set[str]:
    wanted = {name.rpartition(".apps.")[0] or name for name in names}
    return {config.label for config in apps.get_app_configs() if config.name in wanted}


def test_no_model_of_ours_refers_to_content_types() -> None:
    """Their ids differ between schemas and are cached for the process: another workspace's would be used one day."""
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model, field in relations()
        if part_of_model(model) and issubclass(field.related_model, ContentType)
    ]
    wrong += [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.private_fields
        if isinstance(field, GenericForeignKey)
    ]
    assert not wrong


@cache
def templates() -> dict[str, Path]:
    """Templates of ours by the name they are asked for; the first app to offer a name owns it."""
    found: dict[str, Path] = {}
    for path in files(".html", ".txt"):
        if "templates" in path.parts:
            name = "/".join(path.parts[len(path.parts) - path.parts[::-1].index("templates") :])
            found.setdefault(name, path)
    return found


def test_templates_include_downwards() -> None:
    wrong, lost = [], []
    for path in files(".html", ".txt"):
        for name in INCLUDES.findall(path.read_text(encoding="utf-8")):
            target = templates().get(name)
            if target is None:
                lost.append(f"{name_of(path)} includes {name}, which is not ours")
            elif not may_render(part_of(path), part_of(target)):
                wrong.append(f"{name_of(path)} → {name_of(target)}")
    assert not wrong
    assert not lost


def test_views_render_templates_from_below() -> None:
    wrong = []
    for path in files(".py"):
        if not part_of(path):
            continue
        for text, line in texts(tree_of(path)):
            target = templates().get(text)
            if target and not may_render(part_of(path), part_of(target)):
                wrong.append(f"{name_of(path)}:{line} → {name_of(target)}")
    assert not wrong


def test_nobody_links_to_an_engine_that_may_be_off() -> None:
    """Addresses of an engine are named in its own folder only; everybody else finds them through the registry."""
    engines = {path.parent.name for path in files(".py") if path.name == "module.py" and path.parts[-3] == "modules"}
    wrong = [
        f"{name_of(path)}: {namespace}:"
        for path in files(".py", ".html")
        for namespace in set(URL_NAMES.findall(path.read_text(encoding="utf-8"))) & engines
        if part_of(path) != f"modules.{namespace}"
    ]
    assert not wrong


def test_public_tables_are_named_by_their_owners_only() -> None:
    wrong = [
        f"{name_of(path)}:{line}"
        for path in files(".py")
        if part_of(path) not in ("tenants", "billing")
        for text, line in texts(tree_of(path))
        if SQL_WORDS.search(text) and PUBLIC_NAME.search(text)
    ]
    assert not wrong


def test_the_workspace_is_bound_by_tenant_context_only() -> None:
    """`with tenant:` and schema_context keep the workspace on the connection: threads restore each other's."""
    wrong = []
    for path in files(".py"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django_tenants"):
                banned = {a.name for a in node.names} & {"schema_context", "tenant_context", "schema_required"}
                wrong += [f"{name_of(path)}:{node.lineno} imports {name}" for name in sorted(banned)]
            elif isinstance(node, ast.With | ast.AsyncWith):
                with_what = [item.context_expr for item in node.items]
                named = {getattr(what, "id", getattr(what, "attr", "")) for what in with_what}
                if named & {"tenant", "organization", "org", "workspace"}:
                    wrong.append(f"{name_of(path)}:{node.lineno}")
    assert not wrong


TOUCHES = {
    "objects", "everything", "_default_manager", "_base_manager", "connection", "connections", "cursor", "sql",
    "records_visible_to", "get_record_for", "require_tenant", "get_tenant",
}  # fmt: skip


def _named(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} | {
        n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)
    }


def _is_cached(function: ast.FunctionDef) -> bool:
    return any(_named(decorator) & {"cache", "lru_cache"} for decorator in function.decorator_list)


def test_nothing_read_from_a_database_is_kept_by_the_process() -> None:
    """A process serves every workspace: what lru_cache keeps for one, the next would be given."""
    wrong = []
    for path in files(".py"):
        functions = {n.name: n for n in ast.walk(tree_of(path)) if isinstance(n, ast.FunctionDef)}
        touching = {name for name, node in functions.items() if _named(node) & TOUCHES}
        while more := {n for n, f in functions.items() if n not in touching and _named(f) & touching}:
            touching |= more
        wrong += [f"{name_of(path)}: {name}" for name in sorted(touching) if _is_cached(functions[name])]
    # Of a scratch schema, which holds what migrations made and no workspace's row.
    assert wrong == ["tenants/templates.py: _recorded"]


def test_layers_are_ranked() -> None:
    """A new part must say where it stands."""
    parts = {part_of(path) for path in files(".py")} - {""}
    assert all(rank_of(part) >= 0 for part in parts)
    packages = {p.name for p in (ROOT / "platform").iterdir() if (p / "__init__.py").exists()}
    assert packages <= parts


def test_parts_of_a_page_take_nothing_from_around_them() -> None:
    """A name in <c-vars> without a value is read from the page's context, where it may mean something else."""
    loose = [
        f"{name_of(path)}: {name}"
        for path in files(".html")
        for block in C_VARS.findall(path.read_text(encoding="utf-8"))
        for name in re.sub(r'\S+="[^"]*"', "", block).split()
        if name != "/"
    ]
    assert not loose
