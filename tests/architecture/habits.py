"""Habits by which one process lets a workspace see another's: each finder takes a syntax tree and tells lines.

A process serves every workspace, and a worker's thread serves one after another: what is kept between two requests,
and what runs where nobody bound a workspace, must be looked at by somebody before it is allowed.
"""

import ast
import re
from collections.abc import Callable, Iterator

Finder = Callable[[ast.Module], Iterator[tuple[int, str]]]

MUTATORS = {
    "append", "extend", "insert", "add", "update", "setdefault", "pop", "popitem", "remove", "discard", "clear",
    "appendleft", "popleft",
}  # fmt: skip
STORES = {"dict", "list", "set", "defaultdict", "OrderedDict", "deque", "Counter", "WeakKeyDictionary",
          "WeakValueDictionary", "LRUCache", "TTLCache"}  # fmt: skip
THREADS = {"Thread", "Timer", "ThreadPoolExecutor", "ProcessPoolExecutor", "ThreadPool", "run_in_executor", "Process"}
DRIVERS = {"psycopg2", "psycopg", "pg8000", "asyncpg", "sqlalchemy"}
PAST_US = re.compile(r"\bconnection\.connection\.cursor$|\bself\.connection\.cursor$|\bconnection\.copy$|_nodb_cursor$")
WORKSPACES = {"tenant", "organization", "workspace", "row", "locked"}
ROWS = {"get", "first", "last", "current_organization", "organization_at"}
NO_SIGNALS = {"psycopg2", "socket", "sqlite3", "duckdb", "super", "receivers"}
SQL = re.compile(
    r"\s*(SELECT|WITH|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|DROP|GRANT|REVOKE|TRUNCATE|COPY|SET|RESET)\b.*\s",
    re.S,
)
TEMPLATE_CACHE = re.compile(r"{%-?\s*(?:cache\s|load\s[^%]*\bcache\b)")


def _name(node: ast.AST) -> str:
    """The last part of a dotted name."""
    if isinstance(node, ast.Call):
        return _name(node.func)
    return getattr(node, "attr", getattr(node, "id", ""))


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return getattr(node, "id", "")


def _names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every name that is used, imported or reached into, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            yield node.lineno, _name(node)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", "") or ""
            for alias in node.names:
                yield node.lineno, f"{module}.{alias.name}".lstrip(".")
                yield node.lineno, alias.name


def _banned(*names: str) -> Finder:
    def find(tree: ast.Module) -> Iterator[tuple[int, str]]:
        yield from ((line, name) for line, name in _names(tree) if name in names)

    return find


content_types = _banned(
    "ContentType", "GenericForeignKey", "GenericRelation", "get_for_model", "get_for_models", "get_for_id",
    "django.contrib.contenttypes.models", "django.contrib.contenttypes.fields",
)  # fmt: skip
cached_pages = _banned(
    "cache_page", "CacheMiddleware", "UpdateCacheMiddleware", "FetchFromCacheMiddleware", "make_template_fragment_key"
)
bound_otherwise = _banned(
    "schema_context", "schema_required", "set_schema", "set_tenant", "set_schema_to_public", "tenant_migration",
    "django_tenants.utils.tenant_context", "get_tenant_database_alias",
)  # fmt: skip


def own_connections(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Ways past our backend, which binds each transaction: the driver's own connections, and copies of one of ours."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, one.name) for one in node.names if one.name.partition(".")[0] in DRIVERS)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in DRIVERS:
            yield from ((node.lineno, one.name) for one in node.names if one.name in ("connect", "connection"))
        elif isinstance(node, ast.Attribute) and PAST_US.search(ast.unparse(node)):
            yield node.lineno, ast.unparse(node)
    yield from ((line, name) for line, name in _names(tree) if name in ("get_new_connection", "ConnectionHandler"))


def entered_workspaces(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """`with organization:` is the library's own way: it keeps the one before in a list that all threads share."""
    for node in ast.walk(tree):
        for item in node.items if isinstance(node, ast.With | ast.AsyncWith) else []:
            name = _name(item.context_expr)
            called = isinstance(item.context_expr, ast.Call)
            if (name in WORKSPACES and not called) or (name in ROWS and called):
                yield item.context_expr.lineno, f"with {ast.unparse(item.context_expr)[:60]}"


def thread_locals(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """They do not follow async code, and are kept from one request to the thread's next."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("threading", "asgiref.local", "werkzeug.local"):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name in ("local", "Local"))
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in ("threading.local", "asgiref.local.Local"):
            yield node.lineno, ast.unparse(node)


def loose_threads(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """A new thread is in no workspace; `contextvars.copy_context().run` takes the one here along."""
    yield from ((line, name) for line, name in _names(tree) if name in THREADS)


def operator_rights(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "operator" and ast.unparse(node.value) != "False":
            yield node.value.lineno, "operator="
    yield from ((line, name) for line, name in _names(tree) if name == "operator_context")


def signal_receivers(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) == "connect" and node.args:
            if isinstance(node.func, ast.Attribute) and _root(node.func) not in NO_SIGNALS:
                yield node.lineno, ast.unparse(node.func)
        elif isinstance(node, ast.FunctionDef) and any(_name(d) == "receiver" for d in node.decorator_list):
            yield node.lineno, node.name


def cached_functions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if any(_name(d) in ("cache", "lru_cache", "cached", "memoize") for d in node.decorator_list):
                yield node.lineno, node.name
        elif isinstance(node, ast.Call) and _name(node.func) in ("cache", "lru_cache") and _plain_call(node):
            yield node.lineno, ast.unparse(node)


def _plain_call(node: ast.Call) -> bool:
    """`cache(function)`, which is no decorator."""
    return bool(node.args) and isinstance(node.args[0], ast.Name | ast.Attribute)


def kept_by_the_process(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Containers of a module, or of a class, that functions write into, and names they bind anew."""
    stores = {name for name, _line in _stores(tree.body)}
    for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)):
        own = {_name(a) for n in ast.walk(function) if isinstance(n, ast.Assign) for a in n.targets}
        for node in ast.walk(function):
            if isinstance(node, ast.Global):
                yield from ((node.lineno, name) for name in node.names)
            elif isinstance(node, ast.Call | ast.Subscript) and (name := _written(node)) in stores - own:
                yield node.lineno, name
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from ((line, f"{node.name}.{name}") for name, line in _stores(node.body) if _is_empty(node, name))


def _stores(body: list[ast.stmt]) -> Iterator[tuple[str, int]]:
    for node in body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = getattr(node, "value", None)
        held = isinstance(value, ast.Dict | ast.List | ast.Set | ast.DictComp | ast.ListComp | ast.SetComp)
        if held or (isinstance(value, ast.Call) and _name(value.func) in STORES):
            yield from ((_name(target), node.lineno) for target in targets)


def _is_empty(body: ast.ClassDef, name: str) -> bool:
    """An empty container of a class is there to be filled; one with something in it is a setting."""
    for node in body.body:
        value = getattr(node, "value", None)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(target is not None and _name(target) == name for target in targets):
            return isinstance(value, ast.Call) or not (getattr(value, "elts", None) or getattr(value, "keys", None))
    return False


def _written(node: ast.AST) -> str:
    """The name that a statement writes into; "" for none."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
        return node.func.value.id if isinstance(node.func.value, ast.Name) else ""
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.ctx, ast.Store | ast.Del)
        and isinstance(node.value, ast.Name)
    ):
        return node.value.id
    return ""


def made_up_sql(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """SQL put together from parts, and handed to the database: whoever can send any SQL can lay the role down."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and _name(node.func) in ("execute", "executemany", "copy_expert"):
            if isinstance(node.args[0], ast.JoinedStr | ast.BinOp | ast.Call):
                yield node.lineno, ast.unparse(node.args[0])[:60]
        elif isinstance(node, ast.Call) and _name(node.func) in ("RawSQL", "raw", "extra"):
            yield node.lineno, ast.unparse(node)[:60]
        elif isinstance(node, ast.JoinedStr):
            fixed = "".join(str(v.value) for v in node.values if isinstance(v, ast.Constant))
            if SQL.match(fixed) and any(isinstance(part, ast.FormattedValue) for part in node.values):
                yield node.lineno, fixed.strip()[:60]


def cached_fragments(text: str) -> list[int]:
    """Lines of a template that keep a piece of a page: for one reader it was made, to all it would be shown."""
    return [number for number, line in enumerate(text.splitlines(), 1) if TEMPLATE_CACHE.search(line)]
