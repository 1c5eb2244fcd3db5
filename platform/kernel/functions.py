"""Every SQL function of ours, in the order in which they are made; schema `ext` must exist."""

from kernel import custom_sql
from kernel.text import sql as text_sql

ALL_SQL = (*text_sql.ALL_SQL, *custom_sql.ALL_SQL)
