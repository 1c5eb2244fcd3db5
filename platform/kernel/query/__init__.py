"""Reading records: one language of filters, search, order and pages for every face."""

from kernel.query.filters import OPERATORS, Filter, Group, Node, apply_filters, operators_for, parse_filters
from kernel.query.labels import Suggestion, labels_for
from kernel.query.paging import Page, count, cursors_of, page
from kernel.query.select import in_order, search, select, shown_columns, sums
from kernel.query.tree import parse_tree
from kernel.query.typeahead import suggest

__all__ = [
    "OPERATORS", "Filter", "Group", "Node", "Page", "Suggestion", "apply_filters", "count", "cursors_of", "in_order",
    "labels_for", "operators_for", "page", "parse_filters", "parse_tree", "search", "select", "shown_columns",
    "suggest", "sums",
]  # fmt: skip
