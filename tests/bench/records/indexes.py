"""Indexes and statistics of the organization's own fields: those by which lists find, sort and guess."""

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import Model, Q
from django.db.models.sql import Query

from crm.models import CustomField
from kernel.context import Tenant, operator_context, tenant_context
from kernel.models import LIVE
from kernel.registry import Entity, Field, registry
from kernel.text.db import Fold
from tenants import sql
from tests.bench.measure import progress

_FROM_THE_TOP = frozenset({"integer", "decimal", "money", "percent", "date", "datetime"})
_WORDS = "ext.gin_trgm_ops"


def index_own_fields(tenant: Tenant) -> None:
    """All of them, one after the other, before anybody is there."""
    with tenant_context(tenant), transaction.atomic():
        wanted = [
            statement
            for entity, name in CustomField.objects.values_list("entity", "name")
            for statement in _statements(registry.entity(entity), registry.entity(entity).field(name))
        ]
    with tenant_context(tenant), operator_context(), transaction.atomic():
        sql.run("SET LOCAL maintenance_work_mem = '512MB'")
        for statement in wanted:
            progress(f"… {statement[:60]}")
            sql.run(statement)


def _statements(kind: Entity, field: Field) -> Iterator[str]:
    """Expression and order are those that lists ask for, or the planner would not know them again."""
    model, name = kind.model_class, f"own_{kind.name}_{field.name}"[:55]
    table, live = model._meta.db_table, _compiled(model, Q(LIVE, **kind.narrow))
    said = _compiled(model, field.expression)

    def index(purpose: str, columns: str, method: str = "btree") -> str:
        return f'CREATE INDEX "{name}_{purpose}" ON {table} USING {method} ({columns}) WHERE {live}'

    if field.kind == "multichoice":
        yield index("among", f"({said})", "gin")
        return
    yield index("up", f"({said}), id")
    yield f'CREATE STATISTICS "{name}" ON ({said}) FROM {table}'
    if field.kind in _FROM_THE_TOP:
        yield index("down", f"({said}) DESC NULLS LAST, id DESC")
    if field.kind == "text":
        yield index("words", f"({_compiled(model, Fold(field.expression))}) {_WORDS}", "gin")


def _compiled(model: type[Model], expression: Any) -> str:
    query = Query(model, alias_cols=False)
    compiler = query.get_compiler(connection=connection)
    if isinstance(expression, Q):
        text, params = query.build_where(expression).as_sql(compiler, connection)
    else:
        text, params = compiler.compile(expression.resolve_expression(query))
    with connection.cursor() as cursor:
        return str(cursor.mogrify(text, tuple(params)).decode())
