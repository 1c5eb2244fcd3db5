"""Tables out of files, streaming and in bounded memory. Knows nothing of entities."""

from crm.imports.reader.opening import open_table
from crm.imports.reader.table import (
    LIMITS,
    BadFile,
    Cell,
    Column,
    Limits,
    ReadOptions,
    Row,
    RowProblem,
    Table,
    TableMeta,
    text_of,
)

__all__ = [
    "LIMITS", "BadFile", "Cell", "Column", "Limits", "ReadOptions", "Row", "RowProblem", "Table", "TableMeta",
    "open_table", "text_of",
]  # fmt: skip
