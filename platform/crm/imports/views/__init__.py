"""Pages of the import: list, and the wizard's four steps."""
