"""The jobs: the import itself and its rehearsal."""

from crm.imports.run.job import run_import

__all__ = ["run_import"]
