"""The audit as people read it: a page, an API and a file over kernel.audit."""
