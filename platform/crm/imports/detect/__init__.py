"""Guesses about a table, each of which a person may overrule: what a column holds, and which field it means."""

from crm.imports.detect.columns import Detected, detect_columns
from crm.imports.detect.mapping import propose_mapping, propose_match

__all__ = ["Detected", "detect_columns", "propose_mapping", "propose_match"]
