"""`column__among=Ids(…)`: one of many ids, which are written into the query as one text.

As a list, a thousand ids are prepared one by one for each of a page's queries: three milliseconds every time. To the
planner it is the same: an array that it knows.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import ForeignObject, Lookup, UUIDField


class Ids:
    """Ids as PostgreSQL reads them; worked out once for each actor."""

    __slots__ = ("text",)

    def __init__(self, ids: Iterable[UUID | str]) -> None:
        self.text = f"{{{','.join(map(str, ids))}}}"


@ForeignObject.register_lookup
@UUIDField.register_lookup
class Among(Lookup):
    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::uuid[])", (*params, self.rhs.text)
