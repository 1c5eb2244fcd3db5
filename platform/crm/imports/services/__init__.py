"""Acts on imports: upload, choose, preview, start, stop."""

from crm.imports.services.choosing import choose, reread
from crm.imports.services.running import (
    cancel_import,
    delete_draft,
    import_file,
    prepare_preview,
    start_import,
    start_preview,
)
from crm.imports.services.uploading import upload, with_units

__all__ = [
    "cancel_import", "choose", "delete_draft", "import_file", "prepare_preview", "reread", "start_import",
    "start_preview", "upload", "with_units",
]  # fmt: skip
