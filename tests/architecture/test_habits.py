"""No habit by which one workspace would see another's: what is allowed all the same stands here with its reason."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.architecture import habits
from tests.architecture.habits import Finder
from tests.architecture.sources import files, name_of, part_of, tree_of


@dataclass(frozen=True)
class Rule:
    finder: Finder
    #: What to do instead.
    instead: str
    #: "file" or "file:name" → why it does no harm there.
    allowed: Mapping[str, str] = field(default_factory=dict)
    #: Folders it is meant for.
    home: tuple[str, ...] = ()

    def wrong(self, name: str, tree: ast.Module) -> list[str]:
        return [
            f"{name}:{line} {what}: {self.instead}"
            for line, what in self.finder(tree)
            if not {name, f"{name}:{what}"} & set(self.allowed) and not name.startswith(self.home or "/")
        ]


RULES = (
    Rule(habits.content_types, "refer to a record by its entity's name and its id: content types are cached by the "
         "process, and their ids differ between schemas"),
    Rule(habits.cached_pages, "keep no whole page: who asked, and where, is not in its key"),
    Rule(habits.bound_otherwise, "bind by kernel.context.tenant_context: all else forgets the role, or keeps the "
         "workspace on the connection"),
    Rule(habits.own_connections, "use django.db.connection: ours takes on the workspace's path and role", {
        "tenants/postgresql/base.py": "the backend itself",
        "tenants/archive/connections.py": "a copy is of our backend, and binds; the raw one only sets up and locks",
    }),
    Rule(habits.entered_workspaces, "bind by kernel.context.tenant_context"),
    Rule(habits.thread_locals, "use a ContextVar: it follows async code, and ends where it was set"),
    Rule(habits.loose_threads, "start no thread in a request; hand work to a job, or run it in "
         "contextvars.copy_context() and say here why", {
        "tenants/archive/leases.py": "renews a lease; runs in a copy of the context",
        "tenants/releases/parallel.py": "the operator's own releases; every thread binds public itself",
    }),
    Rule(habits.operator_rights, "only what makes tables acts as the operator, and it stands in tenants/", {
        "platform/kernel/context.py": "where it is defined",
    }, home=("tenants/",)),
    Rule(habits.signal_receivers, "say here what the receiver keeps: it is called in every workspace", {
        "platform/identity/receivers.py": "write rows of the workspace that is bound; keep nothing",
        "tenants/middleware.py": "notes on the request itself that the database was lost",
    }),
    Rule(habits.cached_functions, "say here what the value hangs on: the next workspace is given it too", {
        "api/schema/generator.py:_document": "engines, language, the definitions' stamp and what cuts entities "
            "down for a reader, all among its arguments",
        "frontend/icons.py:icon_map": "a file of ours",
        "platform/crm/offers.py:_module": "modules of ours",
        "platform/crm/timeline/book.py:_own_sources": "modules of ours",
        "frontend/icons.py:draw_icon": "its shapes",
        "platform/crm/panels/book.py:_panels": "modules of ours",
        "platform/kernel/places.py:_codes": "a table of a library",
        "platform/kernel/places.py:_names": "the language, its argument",
        "platform/kernel/places.py:countries": "a table of a library",
        "platform/kernel/calendars/parsing.py:_month_words": "a table of ours",
        "platform/kernel/calendars/parsing.py:_weekday_words": "a table of ours",
        "platform/kernel/formula/functions.py:book": "functions of ours",
        "platform/kernel/files.py:_bucket_at": "a client for the address that the settings name",
        "platform/kernel/money.py:_currency_words": "a table of ours",
        "platform/kernel/registry/discovery.py:_engine_folders": "what is installed",
        "platform/kernel/registry/discovery.py:_third_parties": "what is installed",
        "platform/kernel/patterns.py:_compiled": "the mask, its argument",
        "platform/kernel/text/folding.py:fold_table": "a table of ours",
        "platform/kernel/text/folding.py:sign_ranges": "a table of ours",
        "platform/kernel/values.py:_bool_words": "a table of ours",
        "tenants/releases/plans.py:_tables_at": "migrations, all among its arguments",
        "tenants/templates.py:_recorded": "migrations, by the version among its arguments",
        "tenants/versions.py:version_of": "migrations on the disk",
    }),
    Rule(habits.kept_by_the_process, "keep nothing between requests, or say here what its key is", {
        "platform/crm/customization/loading.py:_known": "definitions by workspace and stamp, read each time",
        "platform/kernel/registry/overlay.py:_loaders": "a function, set once at start-up",
        "platform/kernel/entitlements.py:_provider": "a function, set once at start-up",
        "platform/kernel/wake.py:_send": "a function, set once at start-up",
        "platform/kernel/wake.py:_note": "a function, set once at start-up",
        "tenants/lifecycle.py:_final_archive": "a function, set once at start-up",
        "tenants/catalogue.py:_prices": "a function, set once at start-up",
        "tenants/catalogue.py:_plans": "a function, set once at start-up",
        "tenants/hosts.py:_known": "organizations by host, for two seconds and no longer than their stamp",
    }),
    Rule(habits.made_up_sql, "give the database fixed text and parameters: SQL from parts is for tenants/, from names "
         "of models and schemas", {
        "platform/kernel/derived/writing.py": "the name of a model's own table, quoted",
        "platform/kernel/copying.py": "names of a model's own table and columns, quoted",
        "platform/kernel/sealing/seal.py": "one of two selections of ours, and the expression of a line's hash",
        "platform/kernel/sealing/verify.py": "the same expression",
        "platform/kernel/text/sql.py": "a function's body from a table of ours, at installation",
    }, home=("tenants/",)),
)  # fmt: skip

rules = pytest.mark.parametrize("rule", RULES, ids=lambda rule: getattr(rule.finder, "__name__", rule.instead[:30]))


def product() -> list[Path]:
    return [path for path in files(".py") if part_of(path) and "migrations" not in path.parts]


@rules
def test_nobody_has_the_habit(rule: Rule) -> None:
    assert not [line for path in product() for line in rule.wrong(name_of(path), tree_of(path))]


@rules
def test_nothing_is_allowed_that_nobody_does(rule: Rule) -> None:
    used = {
        key
        for path in product()
        for _line, what in rule.finder(tree_of(path))
        for key in (name_of(path), f"{name_of(path)}:{what}")
    }
    assert not set(rule.allowed) - used


PLANTED = (
    (habits.content_types, "from django.contrib.contenttypes.models import ContentType\nContentType.objects.get(pk=1)"),
    (habits.content_types, "kinds.ContentType.objects.get_for_model(User)"),
    (habits.content_types, "class Note(Model):\n    target = GenericForeignKey()"),
    (habits.cached_pages, "@cache_page(60)\ndef view(request):\n    pass"),
    (habits.cached_pages, "from django.middleware.cache import UpdateCacheMiddleware"),
    (habits.bound_otherwise, "from django_tenants.utils import tenant_context"),
    (habits.bound_otherwise, "with schema_context('t_1'):\n    pass"),
    (habits.bound_otherwise, "connection.set_tenant(tenant)"),
    (habits.bound_otherwise, "connection.set_schema('t_1')"),
    (habits.own_connections, "import psycopg2\nown = psycopg2.connect(url)"),
    (habits.own_connections, "from psycopg2 import connect"),
    (habits.own_connections, "connection.connection.cursor()"),
    (habits.own_connections, "own = connection.copy()"),
    (habits.own_connections, "with connection._nodb_cursor() as cursor:\n    pass"),
    (habits.entered_workspaces, "with tenant:\n    pass"),
    (habits.entered_workspaces, "with request.organization as bound:\n    pass"),
    (habits.entered_workspaces, "with Organization.objects.get(pk=1):\n    pass"),
    (habits.thread_locals, "import threading\nstate = threading.local()"),
    (habits.thread_locals, "from threading import local\nstate = local()"),
    (habits.thread_locals, "from asgiref.local import Local"),
    (habits.loose_threads, "import threading\nthreading.Thread(target=work).start()"),
    (habits.loose_threads, "from concurrent.futures import ThreadPoolExecutor"),
    (habits.loose_threads, "await loop.run_in_executor(None, work)"),
    (habits.operator_rights, "with tenant_context(Tenant(schema=name, operator=True)):\n    pass"),
    (habits.operator_rights, "bound = replace(tenant, operator=yes)"),
    (habits.operator_rights, "with operator_context():\n    pass"),
    (habits.signal_receivers, "post_save.connect(note, sender=Account)"),
    (habits.signal_receivers, "@receiver(post_save)\ndef note(sender, **kwargs):\n    seen.append(sender)"),
    (habits.cached_functions, "@lru_cache\ndef price(name):\n    return 1"),
    (habits.cached_functions, "@functools.cache\ndef price(name):\n    return 1"),
    (habits.cached_functions, "@lru_cache(maxsize=5)\ndef price(name):\n    return 1"),
    (habits.cached_functions, "price = lru_cache(read_price)"),
    (habits.kept_by_the_process, "_seen = {}\n\ndef look(key):\n    _seen[key] = 1"),
    (habits.kept_by_the_process, "_seen: dict[str, int] = {}\n\ndef look(key):\n    return _seen.setdefault(key, 1)"),
    (habits.kept_by_the_process, "_seen = defaultdict(list)\n\ndef look(key):\n    _seen.clear()"),
    (habits.kept_by_the_process, "_last = None\n\ndef look(key):\n    global _last\n    _last = key"),
    (habits.kept_by_the_process, "class View:\n    seen = {}"),
    (habits.kept_by_the_process, "class View:\n    seen: ClassVar[set[str]] = set()"),
    (habits.made_up_sql, "cursor.execute(f'SELECT * FROM {table}')"),
    (habits.made_up_sql, "cursor.execute('SELECT * FROM ' + table)"),
    (habits.made_up_sql, "cursor.execute('SELECT * FROM {}'.format(table))"),
    (habits.made_up_sql, "text = f'DELETE FROM \"{schema}\".crm_account'"),
    (habits.made_up_sql, "Account.objects.extra(where=[words])"),
    (habits.made_up_sql, "Account.objects.raw(words)"),
)  # fmt: skip

HARMLESS = """
_TABLE = {"a": 1}
_names: Final = ("a", "b")
context: ContextVar[str] = ContextVar("context")

class Form:
    labels = {"name": "Name"}

def work(rows):
    seen = {}
    seen["a"] = _TABLE["a"]
    rows.append(seen)
    found = list(rows)
    found.clear()
    cursor.execute("SELECT 1 FROM crm_account WHERE id = %s", [1])
    say = f"Select {rows} from the list"
    replace(tenant, operator=False)
    with tenant_context(tenant), psycopg2.connect(url):
        return cached_value(seen)
"""


@pytest.mark.parametrize(("finder", "snippet"), PLANTED)
def test_a_planted_habit_is_found(finder: Finder, snippet: str) -> None:
    assert Rule(finder, "no").wrong("crm/new.py", ast.parse(snippet))


@rules
def test_what_does_no_harm_is_left_alone(rule: Rule) -> None:
    assert not Rule(rule.finder, "no").wrong("crm/new.py", ast.parse(HARMLESS))


def test_every_rule_is_proved_by_a_planted_habit() -> None:
    assert {rule.finder for rule in RULES} == {finder for finder, _snippet in PLANTED}


def test_no_template_keeps_a_piece_of_a_page() -> None:
    """Its key would carry the workspace (kernel.cache), and not the reader, who sees more or less than the next."""
    wrong = {name_of(path): lines for path in files(".html", ".txt") if (lines := cached_in(path))}
    assert not wrong


def cached_in(path: Path) -> list[int]:
    return habits.cached_fragments(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "line", ["{% load cache %}", "{% load i18n cache %}", "{% cache 60 name %}", "{%- cache 1 x %}"]
)
def test_a_planted_piece_is_found(line: str) -> None:
    assert habits.cached_fragments(f"<p>a</p>\n{line}") == [2]
    assert habits.cached_fragments("{% load i18n %}{{ cache }} cached") == []


def test_sessions_lie_in_the_workspaces_schema() -> None:
    """Any other store is one for all, or keeps what was signed once for ever."""
    assert settings.SESSION_ENGINE == "django.contrib.sessions.backends.db"
    assert settings.SESSION_COOKIE_DOMAIN is None
    assert settings.CSRF_COOKIE_DOMAIN is None
    assert not settings.CSRF_USE_SESSIONS
    assert not settings.CSRF_TRUSTED_ORIGINS


def test_every_cache_keys_by_workspace() -> None:
    assert {store.get("KEY_FUNCTION") for store in settings.CACHES.values()} == {"kernel.cache.tenant_key"}


def test_no_header_names_the_host() -> None:
    assert settings.USE_X_FORWARDED_HOST is False
    assert settings.USE_X_FORWARDED_PORT is False
    assert "*" not in settings.ALLOWED_HOSTS


def test_templates_are_cached_by_name_and_never_made_of_rows() -> None:
    """The cached loader keeps a template for all: its sources are files of ours."""
    options: Any = settings.TEMPLATES[0]["OPTIONS"]
    ((_cached, loaders),) = options["loaders"]
    assert set(loaders) == {
        "django_cotton.cotton_loader.Loader", "django.template.loaders.filesystem.Loader",
        "django.template.loaders.app_directories.Loader",
    }  # fmt: skip
